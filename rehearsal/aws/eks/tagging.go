package eks

import (
	"maps"
	"strings"

	"drover/rehearsal/aws/awsapi"
)

// Tagged lists everything of EKS that has tags, but for Fargate profiles.
func (s *Service) Tagged(region string) []awsapi.Tagged {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []awsapi.Tagged
	for key, cl := range s.clusters {
		if key.region != region {
			continue
		}
		cl.eachTagged(func(arn string, tags map[string]string) {
			list = append(list, awsapi.Tagged{ARN: arn, Tags: maps.Clone(tags)})
		})
	}
	return list
}

func (cl *cluster) eachTagged(visit func(arn string, tags map[string]string)) {
	visit(cl.arn, cl.tags)
	for _, name := range sortedKeys(cl.nodegroups) {
		visit(cl.nodegroups[name].arn, cl.nodegroups[name].tags)
	}
	for _, name := range sortedKeys(cl.addons) {
		visit(cl.addons[name].arn, cl.addons[name].tags)
	}
	for _, principal := range sortedKeys(cl.entries) {
		visit(cl.entries[principal].arn, cl.entries[principal].tags)
	}
	for _, id := range sortedKeys(cl.associations) {
		visit(cl.associations[id].arn, cl.associations[id].tags)
	}
}

// motos says whether moto keeps the tags of a resource: Fargate profiles.
func motos(arn string) bool { return strings.Contains(arn, ":fargateprofile/") }

// tagsOf finds the tags of a resource that is kept here. The caller holds the lock.
func (s *Service) tagsOf(c *call) (map[string]string, error) {
	arn := c.vars["resourceArn"]
	var found map[string]string
	for key, cl := range s.clusters {
		if key.region != c.region {
			continue
		}
		cl.eachTagged(func(a string, tags map[string]string) {
			if a == arn {
				found = tags
			}
		})
	}
	if found == nil {
		return nil, refuse(tagNotFound, "Resource was not found: %s", arn)
	}
	return found, nil
}

func (s *Service) tagResource(c *call) (any, error) {
	var in struct {
		Tags map[string]string `json:"tags"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if len(in.Tags) == 0 {
		return nil, refuse(badRequest, "tags can't be empty")
	}
	if motos(c.vars["resourceArn"]) {
		return s.forward(c)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	tags, err := s.tagsOf(c)
	if err != nil {
		return nil, err
	}
	maps.Copy(tags, in.Tags)
	return nil, nil
}

func (s *Service) untagResource(c *call) (any, error) {
	if motos(c.vars["resourceArn"]) {
		return s.forward(c)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	tags, err := s.tagsOf(c)
	if err != nil {
		return nil, err
	}
	for _, key := range c.query["tagKeys"] {
		delete(tags, key)
	}
	return nil, nil
}

func (s *Service) listTags(c *call) (any, error) {
	if motos(c.vars["resourceArn"]) {
		return s.forward(c)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	tags, err := s.tagsOf(c)
	if err != nil {
		return nil, err
	}
	return object{"tags": maps.Clone(tags)}, nil
}
