package cluster

import (
	"regexp"
	"testing"
)

var flowLogsTo = regexp.MustCompile(`flow_logs_to\s*=\s*"(\w+)"`)

func (w *world) flowLogs(t *testing.T) string {
	t.Helper()
	found := flowLogsTo.FindSubmatch(w.files["tiny/foundation/main.tf"])
	if found == nil {
		t.Fatalf("the foundation says nothing of flow logs:\n%s", w.files["tiny/foundation/main.tf"])
	}
	return string(found[1])
}

// A foundation that was made when CloudWatch was where flow logs went keeps them there: to move them is to replace them,
// which apply refuses. What the spec says is done.
func TestApplyKeepsFlowLogsWhereTheFoundationHasThem(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		w.spec.Spec.Network.FlowLogs.To = "cloudwatch"
		applied(t, w)
		done := len(w.applied)
		w.spec.Spec.Network.FlowLogs.To = "" // left out
		if got := planned(t, w); got.Takes != takesNothing {
			t.Errorf("its plan says %+v", got)
		}
		applied(t, w)
		if to := w.flowLogs(t); to != "cloudwatch" || len(w.applied) != done {
			t.Errorf("flow logs go to %s, after %v", to, w.applied[done:])
		}
		newVersion(w)
		must(t, Rotate(t.Context(), w.options())) // which compares the foundation with the spec
		w.spec.Spec.Network.FlowLogs.To = "s3"
		applied(t, w)
		if to := w.flowLogs(t); to != "s3" {
			t.Errorf("the spec says s3, and flow logs go to %s", to)
		}
	})
}

func TestANewFoundationHasFlowLogsInABucket(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		w.spec.Spec.Network.FlowLogs.To = ""
		applied(t, w)
		if to := w.flowLogs(t); to != "s3" {
			t.Errorf("flow logs go to %s", to)
		}
	})
}
