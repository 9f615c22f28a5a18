package eks

import (
	"slices"
	"strings"
)

type accessScope struct {
	Type       string   `json:"type"`
	Namespaces []string `json:"namespaces"`
}

type accessPolicy struct {
	arn                  string
	scope                accessScope
	associated, modified float64
}

const policyPrefix = "arn:aws:eks::aws:cluster-access-policy/"

// clusterAdminPolicy is what the creator of a cluster gets.
const clusterAdminPolicy = policyPrefix + "AmazonEKSClusterAdminPolicy"

// accessPolicies are EKS's own; an account cannot make others.
var accessPolicies = []string{"AmazonEKSAdminPolicy", "AmazonEKSAdminViewPolicy", "AmazonEKSAutoNodePolicy",
	"AmazonEKSClusterAdminPolicy", "AmazonEKSEditPolicy", "AmazonEKSSecretReaderPolicy", "AmazonEKSViewPolicy"}

func (s *Service) newPolicy(arn string, scope accessScope) *accessPolicy {
	now := seconds(s.now())
	if scope.Namespaces == nil {
		scope.Namespaces = []string{}
	}
	return &accessPolicy{arn: arn, scope: scope, associated: now, modified: now}
}

func (p *accessPolicy) describe() object {
	return object{"policyArn": p.arn, "accessScope": p.scope, "associatedAt": p.associated, "modifiedAt": p.modified}
}

func (s *Service) associateAccessPolicy(c *call) (any, error) {
	var in struct {
		Policy string      `json:"policyArn"`
		Scope  accessScope `json:"accessScope"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	name, ours := strings.CutPrefix(in.Policy, policyPrefix)
	switch {
	case !ours || !slices.Contains(accessPolicies, name):
		return nil, refuse(notFound, "The specified policyArn could not be found. You can view all available policies with 'list-access-policies': %s", in.Policy)
	case in.Scope.Type != "cluster" && in.Scope.Type != "namespace":
		return nil, refuse(invalidParameter, "accessScope type %q is none of cluster, namespace", in.Scope.Type)
	case (in.Scope.Type == "namespace") != (len(in.Scope.Namespaces) > 0):
		return nil, refuse(invalidParameter, "accessScope of type namespace, and no other, needs namespaces")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	cl, entry, err := s.entry(c)
	if err != nil {
		return nil, err
	}
	if entry.kind != "STANDARD" {
		return nil, refuse(invalidRequest, "An access entry of type %s takes no access policy", entry.kind)
	}
	policy := s.newPolicy(in.Policy, in.Scope)
	if before := entry.policies[in.Policy]; before != nil {
		policy.associated = before.associated
	}
	entry.policies[in.Policy] = policy
	return object{"clusterName": cl.name, "principalArn": entry.principal, "associatedAccessPolicy": policy.describe()}, nil
}

func (s *Service) listAssociatedAccessPolicies(c *call) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cl, entry, err := s.entry(c)
	if err != nil {
		return nil, err
	}
	list := []object{}
	for _, arn := range sortedKeys(entry.policies) {
		list = append(list, entry.policies[arn].describe())
	}
	part, next, err := page(c, list)
	if err != nil {
		return nil, err
	}
	return object{"clusterName": cl.name, "principalArn": entry.principal, "associatedAccessPolicies": part, "nextToken": next}, nil
}

func (s *Service) disassociateAccessPolicy(c *call) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, entry, err := s.entry(c)
	if err != nil {
		return nil, err
	}
	if entry.policies[c.vars["policyArn"]] == nil {
		return nil, refuse(notFound, "The specified policyArn %s is not associated with %s", c.vars["policyArn"], entry.principal)
	}
	delete(entry.policies, c.vars["policyArn"])
	return nil, nil
}

func (s *Service) listAccessPolicies(c *call) (any, error) {
	list := []object{}
	for _, name := range accessPolicies {
		list = append(list, object{"name": name, "arn": policyPrefix + name})
	}
	part, next, err := page(c, list)
	if err != nil {
		return nil, err
	}
	return object{"accessPolicies": part, "nextToken": next}, nil
}
