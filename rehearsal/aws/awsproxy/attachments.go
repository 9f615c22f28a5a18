package awsproxy

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"drover/rehearsal/aws/answer"
)

// attachments are transit gateway attachments that were deleted. AWS shows one as deleted for a while, and clients
// wait to see it; moto forgets it at once, so that they never do.
type attachments struct {
	mu      sync.Mutex
	deleted map[string]string // its element in the answer to a description, by id
}

var (
	attachmentState = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`<state>[^<]*</state>`) })
	attachmentSet   = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?s)<transitGateway(Vpc)?Attachments>(.*)</transitGateway(Vpc)?Attachments>`)
	})
)

// serveAttachments takes the deletion of a transit gateway's VPC attachment, and the descriptions of deleted ones.
func (p *Proxy) serveAttachments(w http.ResponseWriter, c *call) bool {
	switch c.operation {
	case "DeleteTransitGatewayVpcAttachment":
		p.deleteAttachment(w, c)
		return true
	case "DescribeTransitGatewayVpcAttachments", "DescribeTransitGatewayAttachments":
		return p.describeDeleted(w, c)
	}
	return false
}

type xmlAnswer struct {
	Inner string `xml:",innerxml"`
}

func (p *Proxy) deleteAttachment(w http.ResponseWriter, c *call) {
	id := c.form.Get("TransitGatewayAttachmentId")
	moto := p.Moto(c.region)
	var described xmlAnswer
	err := moto.Query(c.Context(), "ec2", ec2Version, "DescribeTransitGatewayVpcAttachments", url.Values{"TransitGatewayAttachmentIds.1": {id}}, &described)
	if err != nil {
		c.refuse(w, answer.Of(err))
		return
	}
	item := firstItem(described.Inner)
	if item == "" {
		c.refuse(w, answer.Refuse("InvalidTransitGatewayAttachmentID.NotFound", "Transit Gateway Attachment %s does not exist", id))
		return
	}
	var out xmlAnswer
	if err := moto.Query(c.Context(), "ec2", ec2Version, c.operation, url.Values{"TransitGatewayAttachmentId": {id}}, &out); err != nil {
		c.refuse(w, answer.Of(err))
		return
	}
	p.attachments.mu.Lock()
	if p.attachments.deleted == nil {
		p.attachments.deleted = map[string]string{}
	}
	p.attachments.deleted[id] = attachmentState().ReplaceAllString(item, "<state>deleted</state>")
	p.attachments.mu.Unlock()
	writeXML(w, "<DeleteTransitGatewayVpcAttachmentResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">"+
		attachmentState().ReplaceAllString(out.Inner, "<state>deleting</state>")+"</DeleteTransitGatewayVpcAttachmentResponse>")
}

// firstItem is the first element of the set of attachments in an answer.
func firstItem(inner string) string {
	set := attachmentSet().FindStringSubmatch(inner)
	if set == nil || !strings.Contains(set[2], "<item>") {
		return ""
	}
	return strings.TrimSpace(set[2])
}

// describeDeleted answers a description by id of one that was deleted.
func (p *Proxy) describeDeleted(w http.ResponseWriter, c *call) bool {
	ids := answer.List(c.form, "TransitGatewayAttachmentIds")
	if len(ids) != 1 {
		return false
	}
	p.attachments.mu.Lock()
	item := p.attachments.deleted[ids[0]]
	p.attachments.mu.Unlock()
	if item == "" {
		return false
	}
	set := "transitGatewayVpcAttachments"
	if c.operation == "DescribeTransitGatewayAttachments" {
		set = "transitGatewayAttachments"
	}
	writeXML(w, "<"+c.operation+"Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>rehearsal</requestId><"+set+">"+
		item+"</"+set+"></"+c.operation+"Response>")
	return true
}

func writeXML(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "text/xml;charset=UTF-8")
	_, _ = w.Write([]byte(`<?xml version="1.0" encoding="UTF-8"?>` + body)) // the client is gone; there is nobody to tell
}
