package awsproxy

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"drover/rehearsal/aws/answer"
)

// describeRules gives the rules of a security group the descriptions that came with another group: moto keeps those of
// addresses only. It takes one by a change that names the group and its ports; a rule of no ports keeps none.
func (p *Proxy) describeRules(ctx context.Context, c *call, body []byte) error {
	var out struct {
		Rules []struct {
			ID         string `xml:"securityGroupRuleId"`
			Group      string `xml:"groupId"`
			Referenced string `xml:"referencedGroupInfo>groupId"`
			Protocol   string `xml:"ipProtocol"`
			From       string `xml:"fromPort"`
			To         string `xml:"toPort"`
		} `xml:"securityGroupRuleSet>item"`
	}
	if err := xml.Unmarshal(body, &out); err != nil {
		return err
	}
	said := descriptions(c.form)
	var errs []error
	for _, r := range out.Rules {
		description := said[r.Referenced+" "+r.From+"-"+r.To]
		if description == "" || r.Referenced == "" || r.From == "" {
			continue
		}
		const rule = "SecurityGroupRule.1.SecurityGroupRule."
		errs = append(errs, p.Moto(c.region).Query(ctx, "ec2", ec2Version, "ModifySecurityGroupRules", url.Values{
			"GroupId": {r.Group}, "SecurityGroupRule.1.SecurityGroupRuleId": {r.ID}, rule + "ReferencedGroupId": {r.Referenced},
			rule + "IpProtocol": {r.Protocol}, rule + "FromPort": {r.From}, rule + "ToPort": {r.To}, rule + "Description": {description},
		}, nil))
	}
	return errors.Join(errs...)
}

// descriptions are those of referenced groups in a request, by group and ports.
func descriptions(form url.Values) map[string]string {
	said := map[string]string{}
	for name := range form {
		before, found := strings.CutSuffix(name, ".Description")
		permission, _, grouped := strings.Cut(before, ".Groups.")
		if found && grouped {
			said[form.Get(before+".GroupId")+" "+form.Get(permission+".FromPort")+"-"+form.Get(permission+".ToPort")] = form.Get(name)
		}
	}
	return said
}

// tagAttachment gives a transit gateway's VPC attachment its tags, for which moto reads those of a route table.
func (p *Proxy) tagAttachment(ctx context.Context, c *call, body []byte) error {
	var out struct {
		ID string `xml:"transitGatewayVpcAttachment>transitGatewayAttachmentId"`
	}
	if err := xml.Unmarshal(body, &out); err != nil {
		return err
	}
	tags := answer.Tags(c.form, "transit-gateway-attachment")
	if len(tags) == 0 {
		return nil
	}
	in, i := url.Values{"ResourceId.1": {out.ID}}, 0
	for key, value := range tags {
		i++
		in.Set(fmt.Sprintf("Tag.%d.Key", i), key)
		in.Set(fmt.Sprintf("Tag.%d.Value", i), value)
	}
	return p.Moto(c.region).Query(ctx, "ec2", ec2Version, "CreateTags", in, nil)
}

// logAgain has the control plane of a cluster go on writing to a log group that was deleted.
func (p *Proxy) logAgain(ctx context.Context, c *call, _ []byte) error {
	var in struct {
		Group string `json:"logGroupName"`
	}
	if err := json.Unmarshal(c.body, &in); err != nil {
		return fmt.Errorf("read the name of the log group: %w", err)
	}
	return p.eks.LogAgain(ctx, c.region, in.Group)
}

// saidPrivate has the request for a private zone say so: on AWS it is private by its VPC, and in moto by its
// configuration alone.
func saidPrivate(body []byte) []byte {
	if !bytes.Contains(body, []byte("</VPC>")) || bytes.Contains(body, []byte("<PrivateZone>")) {
		return body
	}
	const private, config, end = "<PrivateZone>true</PrivateZone>", "</HostedZoneConfig>", "</CreateHostedZoneRequest>"
	if bytes.Contains(body, []byte(config)) {
		return bytes.Replace(body, []byte(config), []byte(private+config), 1)
	}
	return bytes.Replace(body, []byte(end), []byte("<HostedZoneConfig>"+private+config+end), 1)
}

// templateTags are a launch template's own tags, which moto makes part of what is launched from it.
var templateTags = sync.OnceValue(func() *regexp.Regexp {
	const kind, tags = `<resourceType>launch-template</resourceType>`, `<tagSet>(?:<item>(?:<key>[^<]*</key>|<value>[^<]*</value>|<value/>)*</item>)*</tagSet>`
	return regexp.MustCompile(`<item>(?:` + kind + tags + `|` + tags + kind + `)</item>`)
})

func withoutTemplateTags(answer []byte) []byte {
	answer = templateTags().ReplaceAll(answer, nil)
	return bytes.ReplaceAll(answer, []byte("<tagSpecificationSet></tagSpecificationSet>"), nil)
}
