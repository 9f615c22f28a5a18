package awsproxy

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"drover/rehearsal/aws/answer"
)

// changes are Route 53's: each is PENDING until the name servers serve it. moto has one change, which is done.
type changes struct {
	inSync func(written time.Time) bool // nil: they are moto's

	mu      sync.Mutex
	written map[string]time.Time // by id
}

const changePath = "/2013-04-01/change/"

var (
	changeInfo   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?s)<ChangeInfo>.*?</ChangeInfo>`) })
	changeID     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`<Id>[^<]*</Id>`) })
	changeStatus = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`<Status>[^<]*</Status>`) })
)

// begin gives the change that an answer of moto's tells of an id of its own. It has just been written.
func (c *changes) begin(body []byte) []byte {
	return changeInfo().ReplaceAllFunc(body, func(info []byte) []byte {
		id := "C" + rand.Text()[:13]
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.written == nil {
			c.written = map[string]time.Time{}
		}
		c.written[id] = time.Now()
		info = changeID().ReplaceAll(info, []byte("<Id>/change/"+id+"</Id>"))
		return changeStatus().ReplaceAll(info, []byte("<Status>PENDING</Status>"))
	})
}

// serveRoute53 has moto answer a call to Route 53, and a change that its answer tells of begins.
func (p *Proxy) serveRoute53(w http.ResponseWriter, c *call) {
	switch c.operation {
	case "CreateHostedZone":
		c.rewrite(saidPrivate(c.body))
	case "ChangeResourceRecordSets":
		c.rewrite(writtenAnew(c.body))
	}
	if p.changes.inSync == nil {
		p.forward.ServeHTTP(w, c.WithContext(withCall(c.Context(), c)))
		return
	}
	kept := &recorded{header: w.Header()}
	p.forward.ServeHTTP(kept, c.WithContext(withCall(c.Context(), c)))
	body := kept.body.Bytes()
	if kept.status < http.StatusMultipleChoices {
		body = p.changes.begin(body)
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(kept.status)
	_, _ = w.Write(body) // the client is gone; there is nobody to tell
}

// serveChange answers GetChange, and says whether it was that.
func (p *Proxy) serveChange(w http.ResponseWriter, c *call) bool {
	id, is := strings.CutPrefix(c.URL.Path, changePath)
	if !is || p.changes.inSync == nil || c.Method != http.MethodGet {
		return false
	}
	p.changes.mu.Lock()
	written, known := p.changes.written[id]
	p.changes.mu.Unlock()
	if !known {
		c.refuse(w, answer.Refuse("NoSuchChange", "Could not find resource with ID: %s", id))
		return true
	}
	status := "PENDING"
	if p.changes.inSync(written) {
		status = "INSYNC"
	}
	writeXML(w, fmt.Sprintf(`<GetChangeResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><ChangeInfo><Id>/change/%s</Id>`+
		`<Status>%s</Status><SubmittedAt>%s</SubmittedAt></ChangeInfo></GetChangeResponse>`, id, status, written.UTC().Format(time.RFC3339)))
	return true
}
