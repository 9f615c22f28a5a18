package firewall

import (
	"maps"
	"slices"

	"drover/rehearsal/aws/answer"
)

// kind is a kind of resource, as its ARN says it.
type kind string

const (
	ruleGroup kind = "rulegroup" // stateful-rulegroup and stateless-rulegroup
	policy    kind = "firewall-policy"
	firewall  kind = "firewall"
)

// resource is a rule group, a policy or a firewall.
type resource struct {
	kind              kind
	region, name, arn string
	id, token         string
	members           document // of its description, beside what is said of every resource
	content           document // of a rule group or a policy
	tags              map[string]string
	modified          float64

	zones   map[string]*attachment // of a firewall
	logging []document
	ready   float64 // when a firewall is, in seconds
}

// add makes a resource, or refuses a name that is taken.
func (s *Service) add(c *call, k kind, path, name string) (*resource, error) {
	arn := "arn:aws:network-firewall:" + c.Region + ":" + s.account + ":" + path + "/" + name
	if s.resources[arn] != nil {
		return nil, invalid("A resource with the specified name already exists: %s", name)
	}
	r := &resource{kind: k, region: c.Region, name: name, arn: arn, id: answer.UUID(), tags: map[string]string{}, members: document{}}
	for _, tag := range c.In.List("Tags") {
		r.tags[tag.Text("Key")] = tag.Text("Value")
	}
	for _, key := range []string{"Description", "EncryptionConfiguration"} {
		if v := c.In[key]; v != nil {
			r.members[key] = v
		}
	}
	if r.members["EncryptionConfiguration"] == nil {
		r.members["EncryptionConfiguration"] = document{"KeyId": "AWS_OWNED_KMS_KEY", "Type": "AWS_OWNED_KMS_KEY"}
	}
	s.touch(r)
	s.resources[arn] = r
	return r, nil
}

// touch gives a resource the update token of its next change.
func (s *Service) touch(r *resource) {
	r.token, r.modified = answer.UUID(), float64(s.now().Unix())
}

// find looks a resource up by the ARN or the name that a request has.
func (s *Service) find(c *call, k kind, arnKey, nameKey string) (*resource, error) {
	arn, name := c.In.Text(arnKey), c.In.Text(nameKey)
	if arn == "" && name == "" {
		return nil, invalid("one of %s and %s is needed", arnKey, nameKey)
	}
	for _, r := range s.resources {
		if r.kind != k || r.region != c.Region || (arn != "" && r.arn != arn) || (name != "" && r.name != name) {
			continue
		}
		if t := c.In.Text("Type"); k == ruleGroup && arn == "" && t != "" && r.members["Type"] != t {
			continue
		}
		return r, nil
	}
	return nil, missing(string(k) + " " + arn + " " + name)
}

// change compares the request's update token with the resource's, and gives it the next one.
func (s *Service) change(c *call, r *resource) error {
	if token := c.In.Text("UpdateToken"); token != "" && token != r.token {
		return answer409(r)
	}
	s.touch(r)
	return nil
}

// users counts the resources that use one.
func (s *Service) users(r *resource) int {
	n := 0
	for _, other := range s.resources {
		if slices.Contains(other.uses(), r.arn) {
			n++
		}
	}
	return n
}

// uses are the ARNs that a resource refers to.
func (r *resource) uses() []string {
	switch r.kind {
	case firewall:
		return []string{r.members.Text("FirewallPolicyArn")}
	case policy:
		var arns []string
		for _, key := range []string{"StatefulRuleGroupReferences", "StatelessRuleGroupReferences"} {
			for _, reference := range r.content.List(key) {
				arns = append(arns, reference.Text("ResourceArn"))
			}
		}
		return arns
	default:
		return nil
	}
}

// describe is what is said of a rule group or a policy; prefix begins the names of its members.
func (s *Service) describe(r *resource, prefix string) document {
	d := maps.Clone(r.members)
	maps.Copy(d, document{prefix + "Name": r.name, prefix + "Arn": r.arn, prefix + "Id": r.id, prefix + "Status": "ACTIVE",
		"Tags": r.tagList(), "NumberOfAssociations": s.users(r), "LastModifiedTime": r.modified})
	return d
}

func (r *resource) tagList() []document { return answer.ListTags(r.tags, "Key", "Value") }

// listOf makes the handler that lists the resources of a kind.
func listOf(member string, k kind) func(*Service, *call) (document, error) {
	return func(s *Service, c *call) (document, error) {
		list := []document{}
		for _, r := range s.sorted(c.Region, k) {
			if t := c.In.Text("Type"); t == "" || r.members["Type"] == t {
				list = append(list, document{"Name": r.name, "Arn": r.arn})
			}
		}
		return document{member: list}, nil
	}
}

func (s *Service) sorted(region string, k kind) []*resource {
	var list []*resource
	for _, arn := range slices.Sorted(maps.Keys(s.resources)) {
		if r := s.resources[arn]; r.kind == k && r.region == region {
			list = append(list, r)
		}
	}
	return list
}

func (s *Service) tagged(c *call) (*resource, error) {
	if r := s.resources[c.In.Text("ResourceArn")]; r != nil {
		return r, nil
	}
	return nil, missing(c.In.Text("ResourceArn"))
}

func (s *Service) tagResource(c *call) (document, error) {
	r, err := s.tagged(c)
	if err != nil {
		return nil, err
	}
	for _, tag := range c.In.List("Tags") {
		r.tags[tag.Text("Key")] = tag.Text("Value")
	}
	return document{}, nil
}

func (s *Service) untagResource(c *call) (document, error) {
	r, err := s.tagged(c)
	if err != nil {
		return nil, err
	}
	for _, key := range c.In.Texts("TagKeys") {
		delete(r.tags, key)
	}
	return document{}, nil
}

func (s *Service) listTags(c *call) (document, error) {
	r, err := s.tagged(c)
	if err != nil {
		return nil, err
	}
	return document{"Tags": r.tagList()}, nil
}
