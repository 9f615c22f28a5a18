package inventory

import (
	"context"
	"encoding/json"
	"strings"
)

// jsonLists are the lists of services that speak AWS JSON.
var jsonLists = []struct {
	kind, service, prefix, operation, member, id string
	token                                        string // the request's and the answer's name of the next page
}{
	{"log group", "logs", "Logs_20140328", "DescribeLogGroups", "logGroups", "logGroupName", "nextToken"},
	{"KMS key", "kms", "TrentService", "ListKeys", "Keys", "KeyId", "NextMarker"},
	{"KMS alias", "kms", "TrentService", "ListAliases", "Aliases", "AliasName", "NextMarker"},
	{"repository", "ecr", "AmazonEC2ContainerRegistry_V20150921", "DescribeRepositories", "repositories", "repositoryArn", "nextToken"},
	{"pull-through rule", "ecr", "AmazonEC2ContainerRegistry_V20150921", "DescribePullThroughCacheRules", "pullThroughCacheRules", "ecrRepositoryPrefix", "nextToken"},
	{"repository creation template", "ecr", "AmazonEC2ContainerRegistry_V20150921", "DescribeRepositoryCreationTemplates", "repositoryCreationTemplates", "prefix", "nextToken"},
	{"firewall", "network-firewall", "NetworkFirewall_20201112", "ListFirewalls", "Firewalls", "FirewallName", "NextToken"},
	{"firewall policy", "network-firewall", "NetworkFirewall_20201112", "ListFirewallPolicies", "FirewallPolicies", "Name", "NextToken"},
	{"firewall rule group", "network-firewall", "NetworkFirewall_20201112", "ListRuleGroups", "RuleGroups", "Name", "NextToken"},
	{"secret", "secretsmanager", "secretsmanager", "ListSecrets", "SecretList", "Name", "NextToken"},
	{"event connection", "events", "AWSEvents", "ListConnections", "Connections", "Name", "NextToken"},
	{"event destination", "events", "AWSEvents", "ListApiDestinations", "ApiDestinations", "Name", "NextToken"},
	{"event rule", "events", "AWSEvents", "ListRules", "Rules", "Name", "NextToken"},
}

type element map[string]any

func (e element) text(key string) string {
	s, _ := e[key].(string)
	return s
}

func (q *questions) askJSON(ctx context.Context) error {
	for _, l := range jsonLists {
		in := map[string]any{}
		for {
			var out map[string]json.RawMessage
			if err := q.api.JSON(ctx, l.service, l.prefix, l.operation, in, &out); err != nil {
				return err
			}
			var elements []element
			if raw := out[l.member]; raw != nil {
				if err := json.Unmarshal(raw, &elements); err != nil {
					return err
				}
			}
			for _, e := range elements {
				if err := q.addJSON(ctx, l.kind, e.text(l.id), e); err != nil {
					return err
				}
			}
			var next string
			if raw := out[l.token]; raw != nil && string(raw) != "null" {
				if err := json.Unmarshal(raw, &next); err != nil {
					return err
				}
			}
			if next == "" {
				break
			}
			in[strings.Replace(l.token, "NextMarker", "Marker", 1)] = next
		}
	}
	return nil
}

// addJSON adds an element with the color of its tags, which most of these services tell in a call of their own.
func (q *questions) addJSON(ctx context.Context, kind, id string, e element) error {
	tags, err := q.tagsOf(ctx, kind, e)
	if err != nil {
		return err
	}
	color := colorOf(tags)
	switch kind {
	case "KMS key":
		state, err := q.keyState(ctx, id)
		if err != nil || state != "Enabled" && state != "Disabled" {
			return err // AWS's own, or waiting to be deleted
		}
	case "KMS alias":
		if strings.HasPrefix(id, "alias/aws/") {
			return nil
		}
	case "log group":
		// EKS writes to a group that is named for the cluster, and makes it when nobody has. The foundation's outlives it.
		if name, ours := strings.CutPrefix(id, "/aws/eks/"); ours && color == "" && tags["drover:cluster"] == "" {
			cluster, _, _ := strings.Cut(name, "/")
			color = colorOfName(cluster)
		}
	}
	q.add(kind, id, color)
	return nil
}

func (q *questions) tagsOf(ctx context.Context, kind string, e element) (map[string]string, error) {
	switch kind {
	case "log group":
		var out struct {
			Tags map[string]string `json:"tags"`
		}
		arn := strings.TrimSuffix(e.text("arn"), ":*")
		err := q.api.JSON(ctx, "logs", "Logs_20140328", "ListTagsForResource", map[string]string{"resourceArn": arn}, &out)
		return out.Tags, err
	case "KMS key":
		var out struct {
			Tags []struct {
				Key   string `json:"TagKey"`
				Value string `json:"TagValue"`
			} `json:"Tags"`
		}
		err := q.api.JSON(ctx, "kms", "TrentService", "ListResourceTags", map[string]string{"KeyId": e.text("KeyId")}, &out)
		tags := map[string]string{}
		for _, t := range out.Tags {
			tags[t.Key] = t.Value
		}
		return tags, err
	case "secret":
		tags := map[string]string{}
		list, _ := e["Tags"].([]any)
		for _, t := range list {
			if pair, ok := t.(map[string]any); ok {
				tags[element(pair).text("Key")] = element(pair).text("Value")
			}
		}
		return tags, nil
	}
	return nil, nil
}

// keyState is empty for a key that AWS manages.
func (q *questions) keyState(ctx context.Context, id string) (string, error) {
	var out struct {
		Metadata struct {
			State   string `json:"KeyState"`
			Manager string `json:"KeyManager"`
		} `json:"KeyMetadata"`
	}
	err := q.api.JSON(ctx, "kms", "TrentService", "DescribeKey", map[string]string{"KeyId": id}, &out)
	if out.Metadata.Manager == "AWS" {
		return "", err
	}
	return out.Metadata.State, err
}
