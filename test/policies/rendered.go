package policies

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"drover/test/mocked"
)

// kinds are the resource types whose documents are no identity's; each attribute of any other type is taken for one
// of an identity, which is the strictest.
var kinds = []struct {
	resource, attribute string
	kind                Kind
}{
	{"aws_iam_role", "assume_role_policy", Trust},
	{"aws_kms_key", "policy", Key},
	{"aws_kms_key_policy", "policy", Key},
	{"aws_cloudwatch_log_resource_policy", "policy_document", Resource},
	{"aws_ecr_registry_policy", "policy", Resource},
	{"aws_ecr_repository_policy", "policy", Resource},
	{"aws_ecr_repository_creation_template", "repository_policy", Resource},
	{"aws_networkfirewall_resource_policy", "policy", Resource},
	{"aws_s3_bucket_policy", "policy", Resource},
	{"aws_secretsmanager_secret_policy", "policy", Resource},
	{"aws_sns_topic_policy", "policy", Resource},
	{"aws_sqs_queue", "policy", Resource},
	{"aws_sqs_queue_policy", "policy", Resource},
	{"aws_vpc_endpoint", "policy", Resource},
	{"aws_backup_vault_policy", "policy", Resource},
}

// Of finds every policy document in a root's resources, wherever in them it is.
func Of(root mocked.Root) []Document {
	var documents []Document
	for _, r := range root.Resources {
		if r.Type == "aws_iam_policy_document" {
			continue // looked at where it is used
		}
		for attribute, value := range r.Values {
			for _, text := range texts(value) {
				if !isPolicy(text) {
					continue
				}
				documents = append(documents, Document{
					Where: root.Name + ": " + r.Address + ", " + attribute, Kind: kindOf(r.Type, attribute), JSON: text,
				})
			}
		}
	}
	slices.SortFunc(documents, func(a, b Document) int { return strings.Compare(a.Where, b.Where) })
	return documents
}

// awsPolicy is the ARN of one of AWS's own policies, also in a text that holds more, such as a template of CloudFormation.
var awsPolicy = regexp.MustCompile(`:iam::aws:policy/([A-Za-z0-9+=,.@_/-]+)`)

// Attached are AWS's own policies that a root attaches, by the part of their ARN after "policy/".
func Attached(root mocked.Root) []string {
	var names []string
	for _, r := range root.Resources {
		for _, value := range r.Values {
			for _, text := range texts(value) {
				for _, m := range awsPolicy.FindAllStringSubmatch(text, -1) {
					names = append(names, m[1])
				}
			}
		}
	}
	return names
}

func kindOf(resource, attribute string) Kind {
	for _, k := range kinds {
		if k.resource == resource && k.attribute == attribute {
			return k.kind
		}
	}
	return Identity
}

func isPolicy(text string) bool {
	var policy map[string]json.RawMessage
	return json.Unmarshal([]byte(text), &policy) == nil && policy["Statement"] != nil
}

// texts are all strings in a value, however deep.
func texts(value any) []string {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []any:
		var all []string
		for _, below := range v {
			all = append(all, texts(below)...)
		}
		return all
	case map[string]any:
		var all []string
		for _, below := range v {
			all = append(all, texts(below)...)
		}
		return all
	}
	return nil
}
