package eks

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"drover/rehearsal/kubernetes"
)

// resourceRequest is what somebody wants to do to a resource.
type resourceRequest struct {
	Namespace   string `json:"namespace,omitempty"`
	Verb        string `json:"verb,omitempty"`
	Group       string `json:"group,omitempty"`
	Resource    string `json:"resource,omitempty"`
	Subresource string `json:"subresource,omitempty"`
	Name        string `json:"name,omitempty"`
}

// pathRequest is what somebody wants of a path that is no resource.
type pathRequest struct {
	Path string `json:"path,omitempty"`
	Verb string `json:"verb,omitempty"`
}

// rule is one of a role of Kubernetes.
type rule struct {
	Verbs     []string `json:"verbs"`
	Groups    []string `json:"apiGroups"`
	Resources []string `json:"resources"`
	Names     []string `json:"resourceNames"`
	Paths     []string `json:"nonResourceURLs"`
}

var reading = []string{"get", "list", "watch"}

// policyRules says what EKS' access policies allow: rules, or the role of Kubernetes that EKS' documentation compares
// a policy with. AmazonEKSAutoNodePolicy is for nodes that are not simulated.
// https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
var policyRules = map[string]struct {
	role  string
	rules []rule
}{
	"AmazonEKSClusterAdminPolicy": {rules: []rule{{Verbs: []string{"*"}, Groups: []string{"*"}, Resources: []string{"*"}}, {Verbs: []string{"*"}, Paths: []string{"*"}}}},
	"AmazonEKSAdminViewPolicy":    {rules: []rule{{Verbs: reading, Groups: []string{"*"}, Resources: []string{"*"}}}},
	"AmazonEKSSecretReaderPolicy": {rules: []rule{{Verbs: reading, Groups: []string{""}, Resources: []string{"secrets"}}}},
	"AmazonEKSAdminPolicy":        {role: "admin"},
	"AmazonEKSEditPolicy":         {role: "edit"},
	"AmazonEKSViewPolicy":         {role: "view"},
}

// allows names the access policy that lets somebody do what a review asks; empty: none does, and RBAC has decided.
func (s *Service) allows(ctx context.Context, region, name string, v *review) (string, error) {
	principal := v.Spec.Extra["canonicalArn"]
	if len(principal) != 1 {
		return "", nil // not somebody that EKS let in
	}
	s.mu.Lock()
	cl := s.clusters[clusterKey{region, name}]
	var scopes []*accessPolicy
	var api *kubernetes.Cluster
	if cl != nil && cl.plane != nil {
		api = cl.plane.cluster
		if entry := cl.entries[principal[0]]; entry != nil {
			for _, arn := range sortedKeys(entry.policies) {
				scopes = append(scopes, entry.policies[arn])
			}
		}
	}
	s.mu.Unlock()
	if api == nil {
		return "", nil
	}
	for _, p := range scopes {
		if !p.scope.covers(v.Spec.Resource) {
			continue
		}
		policy := strings.TrimPrefix(p.arn, policyPrefix)
		rules, err := rulesOf(ctx, api, policy)
		if err != nil {
			return "", err
		}
		if slices.ContainsFunc(rules, func(r rule) bool { return r.allows(v.Spec.Resource, v.Spec.NonResource) }) {
			return policy, nil
		}
	}
	return "", nil
}

// rulesOf are those of a policy. Kubernetes keeps its roles' rules up to date, so they are asked of the cluster.
func rulesOf(ctx context.Context, api *kubernetes.Cluster, policy string) ([]rule, error) {
	known := policyRules[policy]
	if known.role == "" {
		return known.rules, nil
	}
	var role struct {
		Rules []rule `json:"rules"`
	}
	if err := api.Client().Get(ctx, "/apis/rbac.authorization.k8s.io/v1/clusterroles/"+known.role, &role); err != nil {
		return nil, fmt.Errorf("look up what %s allows: %w", policy, err)
	}
	return role.Rules, nil
}

// covers says whether a scope holds a request: one of a cluster holds all, one of namespaces those within.
func (s accessScope) covers(r *resourceRequest) bool {
	if s.Type == "cluster" {
		return true
	}
	if r == nil || r.Namespace == "" {
		return false
	}
	return slices.ContainsFunc(s.Namespaces, func(pattern string) bool {
		ok, err := path.Match(pattern, r.Namespace)
		return ok && err == nil
	})
}

func (r rule) allows(resource *resourceRequest, nonResource *pathRequest) bool {
	switch {
	case resource != nil:
		full := resource.Resource
		if resource.Subresource != "" {
			full += "/" + resource.Subresource
		}
		return has(r.Verbs, resource.Verb) && has(r.Groups, resource.Group) &&
			(has(r.Resources, full) || resource.Subresource != "" && slices.Contains(r.Resources, "*/"+resource.Subresource)) &&
			(len(r.Names) == 0 || slices.Contains(r.Names, resource.Name))
	case nonResource != nil:
		return has(r.Verbs, nonResource.Verb) && slices.ContainsFunc(r.Paths, func(p string) bool {
			start, open := strings.CutSuffix(p, "*")
			return p == nonResource.Path || open && strings.HasPrefix(nonResource.Path, start)
		})
	}
	return false
}

func has(list []string, one string) bool {
	return slices.Contains(list, "*") || slices.Contains(list, one)
}
