package awsproxy

import (
	"regexp"
	"strings"
	"sync"

	"drover/rehearsal/resource"
)

// upstreams are the registries that ECR caches for; those that need a login need a credential too.
var upstreams = map[string]struct {
	name  string
	login bool
}{
	"public.ecr.aws": {"ecr-public", false}, "quay.io": {"quay", false}, "registry.k8s.io": {"k8s", false},
	"registry-1.docker.io": {"docker-hub", true}, "ghcr.io": {"github-container-registry", true},
	"registry.gitlab.com": {"gitlab-container-registry", true},
}

var repositoryPrefix = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([a-z0-9]+(?:[._/-][a-z0-9]+)*/?|ROOT)$`) })

// pullThrough is ECR's pull-through cache rules, for which moto answers 500 (and clients retry that for minutes).
func pullThrough(account string) resource.Table {
	const rules, prefix, upstream = "pull through cache rule", "ecrRepositoryPrefix", "upstreamRegistryUrl"
	refuse := func(code, message string) resource.Refusal { return resource.Refusal{Code: code, Message: message} }
	rule := func(r resource.Refusal, when func(resource.Document) bool) resource.Rule {
		return resource.Rule{When: when, Refusal: r}
	}
	kind := resource.Kind{Name: rules, NamedBy: resource.Named(prefix),
		OnCreate: []resource.Member{{Name: "registryId", Value: "{account}"}, {Name: "createdAt", Value: "{now}"}, {Name: "updatedAt", Value: "{createdAt}"}},
		Missing:  refuse("PullThroughCacheRuleNotFoundException", "The pull through cache rule with prefix {"+prefix+"} does not exist"),
		Unique: []resource.Unique{{Members: []string{prefix}, Refusal: refuse("PullThroughCacheRuleAlreadyExistsException",
			"A pull through cache rule with prefix {"+prefix+"} already exists")}},
		Rules: []resource.Rule{
			rule(refuse("InvalidParameterException", "The "+prefix+" {"+prefix+"} is not valid"),
				func(d resource.Document) bool { return !repositoryPrefix().MatchString(d.Text(prefix)) }),
			rule(refuse("UnsupportedUpstreamRegistryException", "The upstream registry {"+upstream+"} is not supported"),
				func(d resource.Document) bool {
					_, known := upstreams[d.Text(upstream)]
					return !known && !strings.HasSuffix(d.Text(upstream), ".azurecr.io") && !strings.Contains(d.Text(upstream), ".dkr.ecr.")
				}),
			rule(refuse("InvalidParameterException", "The upstream registry {"+upstream+"} needs a credentialArn"),
				func(d resource.Document) bool {
					return upstreams[d.Text(upstream)].login && d.Text("credentialArn") == ""
				})},
		View: func(_ *resource.Call, _ *resource.Item, d resource.Document) {
			if name := upstreams[d.Text(upstream)].name; name != "" {
				d["upstreamRegistry"] = name
			}
		}}
	return resource.Table{Account: account, Kinds: []resource.Kind{kind}, Operations: map[string]resource.Operation{
		"CreatePullThroughCacheRule": {Do: resource.Create, Kind: rules},
		"DescribePullThroughCacheRules": {Do: resource.List, Kind: rules, Answer: "pullThroughCacheRules",
			MustExist: "ecrRepositoryPrefixes", Match: map[string]string{"ecrRepositoryPrefixes": prefix}},
		"DeletePullThroughCacheRule": {Do: resource.Delete, Kind: rules},
	}}
}
