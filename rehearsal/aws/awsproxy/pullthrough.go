package awsproxy

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"drover/rehearsal/aws/awsapi"
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
func pullThrough(account string, moto func(region string) *awsapi.Client) resource.Table {
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
		Check: func(c *resource.Call, _ *resource.Item, next resource.Document) error {
			return credential(c, account, moto(c.Scope), next.Text("credentialArn"))
		},
		View: func(_ *resource.Call, _ *resource.Item, d resource.Document) {
			if name := upstreams[d.Text(upstream)].name; name != "" {
				d["upstreamRegistry"] = name
			}
		}}
	return resource.Table{Account: account, Kinds: []resource.Kind{kind}, Operations: map[string]resource.Operation{
		"CreatePullThroughCacheRule": {Do: resource.Create, Kind: rules},
		"DescribePullThroughCacheRules": {Do: resource.List, Kind: rules, Answer: "pullThroughCacheRules",
			MustExist: "ecrRepositoryPrefixes", Match: map[string]string{"ecrRepositoryPrefixes": prefix}},
		"UpdatePullThroughCacheRule": {Do: resource.Update, Kind: rules},
		"DeletePullThroughCacheRule": {Do: resource.Delete, Kind: rules},
	}}
}

// credential looks for the secret of a rule. ECR reads secrets of one name, account and region only, and those that have
// Secrets Manager's own key.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-rule.html
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreatePullThroughCacheRule.html
func credential(c *resource.Call, account string, moto *awsapi.Client, arn string) error {
	if arn == "" {
		return nil
	}
	if prefix := fmt.Sprintf("arn:aws:secretsmanager:%s:%s:secret:ecr-pullthroughcache/", c.Scope, account); !strings.HasPrefix(arn, prefix) {
		return resource.Refuse("InvalidParameterException", "The secret %s is not of this account and region, or its name does not begin with ecr-pullthroughcache/", arn)
	}
	var secret struct {
		Key string `json:"KmsKeyId"`
	}
	err := moto.JSON(c.Ctx, "secretsmanager", "secretsmanager", "DescribeSecret", map[string]string{"SecretId": arn}, &secret)
	var refused *awsapi.Error
	switch {
	case errors.As(err, &refused):
		return resource.Refuse("SecretNotFoundException", "The ARN of the secret specified in the pull through cache rule was not found: %s", arn)
	case err != nil:
		return fmt.Errorf("look up the secret of the rule: %w", err)
	case secret.Key != "" && !strings.HasSuffix(secret.Key, "aws/secretsmanager"):
		return resource.Refuse("UnableToDecryptSecretValueException", "The secret is accessible but is unable to be decrypted: %s has the key %s", arn, secret.Key)
	}
	return nil
}
