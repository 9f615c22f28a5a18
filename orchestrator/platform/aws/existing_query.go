package aws

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
)

// question is one that EC2 or IAM answers in XML about resources of one kind. Planned values stand in braces.
type question struct {
	service, action string
	parameters      map[string]string
	item            string // where the resources are in the answer
	id              string // what Terraform imports one by, in an item
	missing         string // the error by which there is none
	created         string // when one was made, in an item; empty if AWS does not say
}

var (
	securityGroups = question{"ec2", "DescribeSecurityGroups",
		map[string]string{"Filter.1.Name": "group-name", "Filter.1.Value.1": "{name}", "Filter.2.Name": "vpc-id", "Filter.2.Value.1": "{vpc_id}"},
		"securityGroupInfo>item", "groupId", "", ""}
	securityGroupRules = question{"ec2", "DescribeSecurityGroupRules",
		map[string]string{"Filter.1.Name": "group-id", "Filter.1.Value.1": "{security_group_id}"},
		"securityGroupRuleSet>item", "securityGroupRuleId", "InvalidGroup.NotFound", ""}
	launchTemplates = question{"ec2", "DescribeLaunchTemplates",
		map[string]string{"Filter.1.Name": "launch-template-name", "Filter.1.Value.1": "{name}"},
		"launchTemplates>item", "launchTemplateId", "InvalidLaunchTemplateName.NotFoundException", "createTime"}
	roles            = question{"iam", "GetRole", map[string]string{"RoleName": "{name}"}, "GetRoleResult>Role", "RoleName", "NoSuchEntity", "CreateDate"}
	instanceProfiles = question{"iam", "GetInstanceProfile", map[string]string{"InstanceProfileName": "{name}"},
		"GetInstanceProfileResult>InstanceProfile", "InstanceProfileName", "NoSuchEntity", "CreateDate"}
)

// asks finds the resources that a question is answered with.
func asks(q question) func(*Platform, context.Context, values) ([]there, error) {
	return func(p *Platform, ctx context.Context, v values) ([]there, error) {
		items, err := p.answers(ctx, q, v)
		var found []there
		for _, item := range items {
			found = append(found, there{id: item.text(q.id), tags: item.tags(), created: item.time(q.created)})
		}
		return found, err
	}
}

// rules finds the rule of a security group that says what is planned: the group has each only once.
func rules(egress string) func(*Platform, context.Context, values) ([]there, error) {
	return func(p *Platform, ctx context.Context, v values) ([]there, error) {
		items, err := p.answers(ctx, securityGroupRules, v)
		var found []there
		for _, item := range items {
			if item.text("isEgress") == egress && item.text("ipProtocol") == v.text("ip_protocol") && ports(item, v) && item.text("cidrIpv4") == v.text("cidr_ipv4") &&
				item.text("cidrIpv6") == v.text("cidr_ipv6") && item.text("prefixListId") == v.text("prefix_list_id") &&
				item.text("referencedGroupInfo>groupId") == v.text("referenced_security_group_id") {
				found = append(found, there{id: item.text(securityGroupRules.id), tags: item.tags()})
			}
		}
		return found, err
	}
}

// ports compares those of a rule. A rule for all protocols has none, which AWS writes as -1.
func ports(item element, v values) bool {
	same := func(has, planned string) bool { return has == planned || (planned == "" && has == "-1") }
	return same(item.text("fromPort"), v.text("from_port")) && same(item.text("toPort"), v.text("to_port"))
}

// number is a port as it is written.
func number(n *int32) string { return strconv.Itoa(int(sdk.ToInt32(n))) }

// answers are the items of an answer.
func (p *Platform) answers(ctx context.Context, q question, v values) ([]element, error) {
	query, asked := url.Values{"Action": {q.action}, "Version": {"2016-11-15"}}, p.ec2.queries
	if q.service == "iam" {
		query.Set("Version", "2010-05-08")
		asked = p.iam
	}
	for name, value := range q.parameters {
		query.Set(name, v.fill(value))
	}
	body, status, err := asked.ask(ctx, query)
	if err != nil {
		return nil, explain("asking AWS ("+q.action+")", err)
	}
	var root element
	if err := xml.Unmarshal(body, &root); err != nil {
		return nil, explain("reading AWS's answer to "+q.action, err)
	}
	if status != http.StatusOK {
		refused := &refusal{status: status, code: root.find("Code"), message: root.find("Message")}
		if q.missing != "" && refused.code == q.missing {
			return nil, nil
		}
		return nil, explain("asking AWS ("+q.action+")", refused)
	}
	return root.all(strings.Split(q.item, ">")), nil
}

// element is a piece of an answer, whatever it is called.
type element struct {
	XMLName  xml.Name
	Text     string    `xml:",chardata"`
	Elements []element `xml:",any"`
}

// all are the elements below that a path leads to.
func (e element) all(path []string) []element {
	if len(path) == 0 {
		return []element{e}
	}
	var list []element
	for _, inner := range e.Elements {
		if inner.XMLName.Local == path[0] {
			list = append(list, inner.all(path[1:])...)
		}
	}
	return list
}

// text is that of the first element at a path such as a>b.
func (e element) text(path string) string {
	if found := e.all(strings.Split(path, ">")); len(found) > 0 {
		return strings.TrimSpace(found[0].Text)
	}
	return ""
}

// time is that of the first element at a path; nil if there is none.
func (e element) time(path string) *time.Time {
	at, err := time.Parse(time.RFC3339, e.text(path))
	if err != nil {
		return nil
	}
	return &at
}

// find is the text of the first element of a name, however deep.
func (e element) find(name string) string {
	if e.XMLName.Local == name {
		return strings.TrimSpace(e.Text)
	}
	for _, inner := range e.Elements {
		if text := inner.find(name); text != "" {
			return text
		}
	}
	return ""
}

// tags are an element's own, in EC2's form or in IAM's.
func (e element) tags() map[string]string {
	tags := map[string]string{}
	for _, tag := range slices.Concat(e.all([]string{"tagSet", "item"}), e.all([]string{"Tags", "member"})) {
		tags[tag.text("key")+tag.text("Key")] = tag.text("value") + tag.text("Value")
	}
	return tags
}

// refusal is an answer that is an error.
type refusal struct {
	status        int
	code, message string
}

var _ smithy.APIError = (*refusal)(nil)

func (r *refusal) Error() string {
	return fmt.Sprintf("it answered %d %s: %s", r.status, r.code, r.message)
}

// ErrorCode implements smithy.APIError.
func (r *refusal) ErrorCode() string { return r.code }

// ErrorMessage implements smithy.APIError.
func (r *refusal) ErrorMessage() string { return r.message }

// ErrorFault implements smithy.APIError.
func (r *refusal) ErrorFault() smithy.ErrorFault { return smithy.FaultUnknown }
