package terratest

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"drover/test/policies"
)

const iamVersion = "2010-05-08"

// checkPolicies reads every policy document that the account has of foundation and blue: each gives no more than it
// needs, and is word for word what testdata holds, which a person has read.
func checkPolicies(t *testing.T, e *example) {
	t.Helper()
	documents := e.account.policies(t)
	var kinds []policies.Kind
	for _, d := range documents {
		kinds = append(kinds, d.Kind)
		findings, err := policies.Walk(e.account.number(t), d)
		if err != nil {
			t.Error(err)
		}
		for _, finding := range findings {
			t.Error(finding)
		}
	}
	for _, kind := range []policies.Kind{policies.Trust, policies.Identity, policies.Key} {
		if !slices.Contains(kinds, kind) {
			t.Errorf("the account has no policy document of the kind %s", kind)
		}
	}
	got := text(t, documents)
	golden := filepath.Join("testdata", "policies", e.name+".json")
	if *update {
		if err := os.WriteFile(golden, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the account's policy documents are not those of %s (go test ./terratest -update writes them anew; read the difference):\n%s", golden, difference(want, got))
	}
}

// policies are all policy documents of roles, keys and topics.
func (a account) policies(t *testing.T) []policies.Document {
	t.Helper()
	documents := a.rolePolicies(t)
	var aliases struct {
		Aliases []struct{ AliasName, TargetKeyID string }
	}
	a.json(t, "kms", "TrentService", "ListAliases", map[string]any{}, &aliases)
	for _, alias := range aliases.Aliases {
		if strings.HasPrefix(alias.AliasName, "alias/aws/") {
			continue
		}
		var key struct{ Policy string }
		a.json(t, "kms", "TrentService", "GetKeyPolicy", map[string]string{"KeyId": alias.TargetKeyID, "PolicyName": "default"}, &key)
		documents = append(documents, policies.Document{Where: "key " + alias.AliasName, Kind: policies.Key, JSON: key.Policy})
	}
	var topics struct {
		ARNs []string `xml:"ListTopicsResult>Topics>member>TopicArn"`
	}
	a.query(t, "sns", "2010-03-31", "ListTopics", nil, &topics)
	for _, arn := range topics.ARNs {
		var answer struct {
			Attributes []struct {
				Key   string `xml:"key"`
				Value string `xml:"value"`
			} `xml:"GetTopicAttributesResult>Attributes>entry"`
		}
		a.query(t, "sns", "2010-03-31", "GetTopicAttributes", url.Values{"TopicArn": {arn}}, &answer)
		for _, attribute := range answer.Attributes {
			if attribute.Key == "Policy" {
				documents = append(documents, policies.Document{Where: "topic " + arn, Kind: policies.Resource, JSON: attribute.Value})
			}
		}
	}
	slices.SortFunc(documents, func(a, b policies.Document) int { return strings.Compare(a.Where, b.Where) })
	return documents
}

func (a account) rolePolicies(t *testing.T) (documents []policies.Document) {
	t.Helper()
	var roles struct {
		Roles []struct {
			Name  string `xml:"RoleName"`
			Trust string `xml:"AssumeRolePolicyDocument"`
		} `xml:"ListRolesResult>Roles>member"`
	}
	a.query(t, "iam", iamVersion, "ListRoles", nil, &roles)
	for _, role := range roles.Roles {
		documents = append(documents, policies.Document{Where: "role " + role.Name + ", trust", Kind: policies.Trust, JSON: unescape(t, role.Trust)})
		var names struct {
			Names []string `xml:"ListRolePoliciesResult>PolicyNames>member"`
		}
		a.query(t, "iam", iamVersion, "ListRolePolicies", url.Values{"RoleName": {role.Name}}, &names)
		for _, name := range names.Names {
			var policy struct {
				Document string `xml:"GetRolePolicyResult>PolicyDocument"`
			}
			a.query(t, "iam", iamVersion, "GetRolePolicy", url.Values{"RoleName": {role.Name}, "PolicyName": {name}}, &policy)
			documents = append(documents, policies.Document{Where: "role " + role.Name + ", " + name, Kind: policies.Identity, JSON: unescape(t, policy.Document)})
		}
	}
	return documents
}

// number is the account's own.
func (a account) number(t *testing.T) string {
	t.Helper()
	var answer struct {
		Account string `xml:"GetCallerIdentityResult>Account"`
	}
	a.query(t, "sts", "2011-06-15", "GetCallerIdentity", nil, &answer)
	return answer.Account
}

// unescape reads a document as IAM writes it into XML.
func unescape(t *testing.T, document string) string {
	t.Helper()
	if strings.HasPrefix(document, "{") {
		return document
	}
	plain, err := url.PathUnescape(document)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// madeUp are the parts of documents that the account makes up anew each time.
var madeUp = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`:key/[0-9a-f-]{36}`), ":key/KEY"},
	{regexp.MustCompile(`:dbuser:db-[A-Z0-9]+/`), ":dbuser:DATABASE/"},
	{regexp.MustCompile(`:api-destination/([a-z0-9-]+)/[0-9a-f-]{36}`), ":api-destination/$1/ID"},
	{regexp.MustCompile(`:subnet/subnet-[0-9a-f]+`), ":subnet/SUBNET"},
	{regexp.MustCompile(`:security-group/sg-[0-9a-f]+`), ":security-group/GROUP"},
	{regexp.MustCompile(`:hostedzone/[A-Z0-9]+`), ":hostedzone/ZONE"},
}

// text is all documents as one that people can read and compare.
func text(t *testing.T, documents []policies.Document) []byte {
	t.Helper()
	all := map[string]json.RawMessage{}
	for _, d := range documents {
		all[d.Where] = json.RawMessage(d.JSON)
	}
	if len(all) != len(documents) {
		t.Errorf("of %d documents, %d have a name of their own", len(documents), len(slices.Collect(maps.Keys(all))))
	}
	data, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range madeUp {
		data = m.pattern.ReplaceAll(data, []byte(m.instead))
	}
	return append(data, '\n')
}

// difference are the lines that only one of two texts has.
func difference(want, got []byte) string {
	var b strings.Builder
	write := func(sign string, from, other []byte) {
		for line := range bytes.Lines(from) {
			if !bytes.Contains(other, line) {
				b.WriteString(sign + string(line))
			}
		}
	}
	write("-", want, got)
	write("+", got, want)
	return b.String()
}
