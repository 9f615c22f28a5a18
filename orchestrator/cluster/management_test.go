package cluster

import (
	"encoding/json"
	"strings"
	"testing"

	"drover/generator"
	"drover/generator/spec"
	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
)

// managed is the output of a root with a load balancer for management interfaces.
func managed(domain, host string) string {
	return `{"domain":"` + domain + `","host":"x.` + domain + `","arn":"arn","dns_name":"` + host + `","zone_id":"Z2","node_ports":{"http":30081,"https":30444}}`
}

func TestAColorsLoadBalancersAreReadFromItsOutputs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		output string // none if empty
		want   journal.Management
		wrong  string
	}{
		"of a root from before there were any": {"", journal.Management{}, ""},
		"null":                                 {"null", journal.Management{}, ""},
		"one":                                  {managed("ops.tiny.example.com", "m.lb"), journal.Management{Domain: "ops.tiny.example.com", DNSName: "m.lb", ZoneID: "Z2"}, ""},
		"without a host":                       {managed("ops.tiny.example.com", ""), journal.Management{}, "names no domain or no host"},
		"of another form":                      {`"m.lb"`, journal.Management{}, "drover generate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				if c.output != "" {
					w.managed["blue"] = c.output
				}
				got, err := endpointOf(t.Context(), &fakeStack{w, generator.Blue}, generator.Blue)
				if c.wrong != "" {
					if err == nil || !strings.Contains(err.Error(), c.wrong) {
						t.Errorf("got %v, want an error that says %q", err, c.wrong)
					}
					return
				}
				if err != nil || got.DNSName != "blue.lb" || got.Management != c.want {
					t.Errorf("got %+v, %v; want %+v", got, err, c.want)
				}
			})
		})
	}
}

// balancers is how many load balancers quotas were last asked for.
func (w *world) balancers() int { return w.needs[len(w.needs)-1].Balancers }

// colors is the traffic root's input as it is now.
func (w *world) colors() map[string]trafficColor {
	w.t.Helper()
	var file struct{ Colors map[string]trafficColor }
	must(w.t, json.Unmarshal(w.files["tiny/traffic/"+colorsFile], &file))
	return file.Colors
}

// Blue was built before the spec asked for management: the traffic root is told of green's alone, with the first weight
// that green gets.
func TestManagementArrivesWithTheColorThatHasIt(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		none, want := journal.Management{}, journal.Management{Domain: "ops.tiny.example.com", DNSName: "green-mgmt.lb", ZoneID: "Z2"}
		if got := w.colors()["blue"].Management; got != none || w.balancers() != 1 {
			t.Fatalf("blue has the management %+v before anybody asked for it", got)
		}
		w.spec.Spec.Kubernetes.Version = "1.33"
		w.spec.Spec.Ingress.Management = &spec.Management{Domain: want.Domain, Visibility: "internal", Allow: []string{"10.40.0.0/16"}}
		w.spec.Spec.Rotation.Approvals = []string{"destroy"}
		w.managed["green"] = managed(want.Domain, want.DNSName)

		_ = rotated[*rotation.Waiting](t, w, w.options())
		if w.balancers() != 2 {
			t.Errorf("preflight asked for room for %d load balancers, want 2", w.balancers())
		}
		if got := w.colors(); got["blue"].Management != none || got["green"].Management != want || got["green"].Weight != 100 {
			t.Errorf("at the gate the colors are %+v, want management of green alone: %+v", got, want)
		}
		requested(t, w, rotation.Request{Asks: rotation.Approve, Gate: "destroy"})
		if err := Rotate(t.Context(), w.options()); err != nil {
			t.Fatal(err)
		}
		checkRotated(t, w)
		if got := w.colors(); len(got) != 1 || got["green"].Management != want {
			t.Errorf("after the rotation the colors are %+v", got)
		}
	})
}

func TestManagementAddedInPlaceReachesTheTrafficRoot(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		w.managed["blue"] = managed("ops.tiny.example.com", "blue-mgmt.lb")
		if err := Apply(t.Context(), w.options()); err != nil {
			t.Fatal(err)
		}
		if got := w.colors()["blue"]; got.Management.DNSName != "blue-mgmt.lb" || got.Weight != 100 {
			t.Errorf("blue is %+v, want its load balancer for management at the weight 100", got)
		}
	})
}
