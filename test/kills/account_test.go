package kills

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"

	"drover/test/harness"
)

// aws asks the account, as a person does.
func (s *stage) aws(answer any, args ...string) {
	s.t.Helper()
	command := exec.CommandContext(s.t.Context(), harness.Found(s.t, "aws"), append(args, "--output", "json")...)
	command.Env = os.Environ()
	for _, name := range slices.Sorted(maps.Keys(s.env)) {
		command.Env = append(command.Env, name+"="+s.env[name])
	}
	out, err := command.Output()
	if err != nil {
		s.t.Fatalf("aws %s: %v", strings.Join(args, " "), err)
	}
	if err := json.Unmarshal(out, answer); err != nil {
		s.t.Fatalf("reading the answer to aws %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// clusters are those that the account has.
func (s *stage) clusters() []string {
	s.t.Helper()
	var answer struct {
		Clusters []string `json:"clusters"`
	}
	s.aws(&answer, "eks", "list-clusters")
	slices.Sort(answer.Clusters)
	return answer.Clusters
}

// tagged are the ARNs of what the account has with the cluster's tag and others.
func (s *stage) tagged(filters ...string) []string {
	s.t.Helper()
	var answer struct {
		ResourceTagMappingList []struct{ ResourceARN string }
	}
	s.aws(&answer, slices.Concat([]string{"resourcegroupstaggingapi", "get-resources", "--tag-filters", "Key=drover:cluster,Values=herd"}, filters)...)
	var arns []string
	for _, r := range answer.ResourceTagMappingList {
		arns = append(arns, r.ResourceARN)
	}
	return arns
}

func (s *stage) ofColor(color string) []string {
	s.t.Helper()
	return s.tagged("Key=drover:color,Values=" + color)
}

// inventory counts what the account has of the cluster, whatever the colors are called: by the kind of what has tags,
// and by name for roles, which the tagging API does not know, and for records, which have none.
func (s *stage) inventory() map[string]int {
	s.t.Helper()
	counts := map[string]int{}
	for _, arn := range s.tagged() {
		parts := strings.SplitN(arn, ":", 6)
		kind, _, _ := strings.Cut(strings.ReplaceAll(parts[len(parts)-1], ":", "/"), "/")
		counts[parts[2]+"/"+kind]++
	}
	var roles struct{ Roles []struct{ RoleName string } }
	s.aws(&roles, "iam", "list-roles")
	for _, r := range roles.Roles {
		if strings.HasPrefix(r.RoleName, "herd-") {
			counts["role "+colorless(r.RoleName)]++
		}
	}
	var zones struct{ HostedZones []struct{ ID, Name string } }
	s.aws(&zones, "route53", "list-hosted-zones")
	for _, z := range zones.HostedZones {
		var records struct {
			ResourceRecordSets []struct{ Name, Type, SetIdentifier string }
		}
		s.aws(&records, "route53", "list-resource-record-sets", "--hosted-zone-id", z.ID)
		for _, r := range records.ResourceRecordSets {
			counts[strings.TrimSpace("record "+colorless(r.Name+" "+r.Type+" "+r.SetIdentifier))]++
		}
	}
	var checks struct{ HealthChecks []any }
	s.aws(&checks, "route53", "list-health-checks")
	counts["health check"] = len(checks.HealthChecks)
	return counts
}

func colorless(text string) string {
	return strings.NewReplacer("blue", "COLOR", "green", "COLOR").Replace(text)
}

// differences are the kinds of which two inventories do not have as many.
func differences(before, after map[string]int) []string {
	var different []string
	all := maps.Clone(before)
	maps.Copy(all, after)
	for _, kind := range slices.Sorted(maps.Keys(all)) {
		if before[kind] != after[kind] {
			different = append(different, kind)
		}
	}
	return different
}

// locks are the states' locks that are left in the bucket.
func (s *stage) locks() []string {
	s.t.Helper()
	var answer struct{ Contents []struct{ Key string } }
	s.aws(&answer, "s3api", "list-objects-v2", "--bucket", "herd-states")
	var left []string
	for _, o := range answer.Contents {
		if strings.HasSuffix(o.Key, ".tflock") {
			left = append(left, o.Key)
		}
	}
	return left
}
