package generator

import (
	"strings"
	"testing"

	"drover/generator/spec"
)

func foundationWith(t *testing.T, to string) (spec.Cluster, Files) {
	t.Helper()
	c, said := spec.Load("../examples/aws/minimal.yaml")
	if said.HasErrors() {
		t.Fatal(said)
	}
	c.Spec.Network.FlowLogs.To = to
	files, err := Render(t.Context(), c, Options{Version: "0.0.0", Roots: []Root{Foundation}})
	if err != nil {
		t.Fatal(err)
	}
	c.Spec.Network.FlowLogs.To = ""
	return c, files
}

func TestFlowLogsStayWhereTheyAreUnlessTheSpecSaysWhere(t *testing.T) {
	t.Parallel()
	const mainTF = "tiny/foundation/main.tf"
	for what, c := range map[string]struct {
		standing, says string
		change         func(text string) string
		want           string
		differs        bool
	}{
		"in a bucket":                    {"s3", "", nil, "", false},
		"in CloudWatch":                  {"cloudwatch", "", nil, "cloudwatch", true},
		"in CloudWatch, and moved":       {"cloudwatch", "s3", nil, "s3", false},
		"in CloudWatch, and said so":     {"cloudwatch", "cloudwatch", nil, "cloudwatch", false},
		"from before there was a choice": {"s3", "", func(text string) string { return withoutLine(text, "flow_logs_to") }, "cloudwatch", true},
		"of a network that is adopted": {"s3", "", func(text string) string {
			return withoutLine(withoutLine(text, "flow_logs_to"), "flow_logs_retention_days")
		}, "", false},
		"in files that cannot be read": {"s3", "", func(string) string { return "module {" }, "", false},
	} {
		cluster, files := foundationWith(t, c.standing)
		cluster.Spec.Network.FlowLogs.To = c.says
		if c.change != nil {
			before := string(files[mainTF])
			files[mainTF] = []byte(c.change(before))
			if string(files[mainTF]) == before {
				t.Fatalf("%s: nothing of the files was changed", what)
			}
		}
		kept, differs := KeepStanding(cluster, files)
		if got := kept.Spec.Network.FlowLogs.To; got != c.want || differs != c.differs {
			t.Errorf("%s: flow logs go to %q (differs: %t), want %q (%t)", what, got, differs, c.want, c.differs)
		}
	}
}

func withoutLine(text, name string) string {
	var kept []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(strings.TrimSpace(line), name+" ") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

func TestANewFoundationHasItsFlowLogsInABucket(t *testing.T) {
	t.Parallel()
	if _, files := foundationWith(t, ""); !strings.Contains(string(files["tiny/foundation/main.tf"]), `"s3"`) {
		t.Errorf("it is %s", files["tiny/foundation/main.tf"])
	}
}
