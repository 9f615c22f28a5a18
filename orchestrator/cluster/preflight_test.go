package cluster

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"drover/generator/spec"
	"drover/orchestrator/color"
	"drover/orchestrator/internal/apitest"
	"drover/orchestrator/platform"
	"drover/orchestrator/rotation"
)

// refusedFirst wants a first build to be refused with all of these words, and nothing to be applied.
func refusedFirst(t *testing.T, w *world, says ...string) {
	t.Helper()
	var refused *Refused
	if err := Apply(t.Context(), w.options()); !errors.As(err, &refused) {
		t.Fatalf("got %v, want a refusal", err)
	}
	for _, want := range says {
		if !strings.Contains(refused.Error(), want) {
			t.Errorf("%q does not say %q", refused, want)
		}
	}
	if len(w.applied) > 0 {
		t.Errorf("it was refused after %v", w.applied)
	}
}

// waitsOnFoundation wants a first build to wait for a person with only the foundation there, and to say these words.
func waitsOnFoundation(t *testing.T, w *world, says ...string) {
	t.Helper()
	var waiting *rotation.Waiting
	if err := Apply(t.Context(), w.options()); !errors.As(err, &waiting) {
		t.Fatalf("got %v, want a wait for a person", err)
	}
	for _, want := range says {
		if !strings.Contains(waiting.Error(), want) {
			t.Errorf("%q does not say %q", waiting, want)
		}
	}
	if !slices.Equal(w.applied, []string{"create foundation"}) {
		t.Errorf("applied is %v, want the foundation alone", w.applied)
	}
}

func accept(w *world, codes ...string) {
	for _, code := range codes {
		w.spec.Spec.Accept = append(w.spec.Spec.Accept, spec.Acceptance{Warning: code, Reason: "the test says so"})
	}
}

func TestANewZoneThatIsNotDelegatedWaitsForAPerson(t *testing.T) {
	t.Parallel()
	for name, parent := range map[string][]string{"nowhere": nil, "elsewhere": {"ns-1.example.net", "ns.old.example"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				w.parent = parent
				waitsOnFoundation(t, w, "tiny.example.com. 3600 IN NS ns-1.example.net.", "tiny.example.com. 3600 IN NS ns-2.example.net.", "drover apply")
				w.parent = []string{"ns-2.example.net"}
				applied(t, w)
				if w.state().Active != color.Blue {
					t.Errorf("after the delegation %q is active", w.state().Active)
				}
			})
		})
	}
}

func TestADelegationThatCannotBeAskedIsAnError(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		w.fail["delegation"] = errors.New("no route")
		var waiting *rotation.Waiting
		if err := Apply(t.Context(), w.options()); err == nil || errors.As(err, &waiting) || !strings.Contains(err.Error(), "no route") {
			t.Errorf("got %v", err)
		}
	})
}

// A private zone has no parent, and an adopted one was delegated by its owner.
func TestOnlyANewPublicZoneIsAskedFor(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*spec.Ingress){
		"private": func(in *spec.Ingress) { in.Visibility = "internal" }, "adopted": func(in *spec.Ingress) { in.Zone = "adopt" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				w.parent = nil
				change(&w.spec.Spec.Ingress)
				applied(t, w)
			})
		})
	}
}

func TestAPrivateAPIThatIsOutOfReachIsRefusedBeforeAnythingIsBuilt(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		w.source = "192.168.1.7"
		refusedFirst(t, w, "192.168.1.7", "10.40.0.0/16", "access.vpn", "access.allow", "network.peerings", "network.transitGateway", "access.runner", "unreachable-api")
		w.spec.Spec.Access.Allow = []string{"192.168.0.0/16"} // an office's
		applied(t, w)
	})
}

func TestAnAPIThatIsReachedAllTheSameCanBeAccepted(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		w.source = "192.168.1.7"
		accept(w, spec.UnreachableAPI)
		applied(t, w)
	})
}

// Its own public address tells whether the machine is let in; a private one, which is translated on the way, tells nothing.
func TestARestrictedAPIThatDoesNotLetThisMachineInIsRefused(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		w.source, w.spec.Spec.Access.API, w.spec.Spec.Access.Allow = "198.51.100.7", "restricted", []string{"203.0.113.0/24"}
		refusedFirst(t, w, "198.51.100.7", "access.allow", "unreachable-api")
		w.source = "203.0.113.7"
		applied(t, w)
	})
}

// What a proxy is let in by is not known here, neither that it is nor that it is not.
func TestAProxyOnTheWayToTheAPIIsToldOf(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		w.source, w.proxy = "10.40.3.3", "proxy.example.com:3128" // the machine itself is inside
		refusedFirst(t, w, "proxy.example.com:3128", "NO_PROXY", ".eks.amazonaws.com", "unreachable-api")
		w.proxy = ""
		applied(t, w)
	})
	inWorld(t, func(t *testing.T, w *world) {
		w.source, w.spec.Spec.Access.API, w.spec.Spec.Access.Allow = "198.51.100.7", "restricted", []string{"203.0.113.0/24"}
		w.proxy = "proxy.example.com:3128"
		applied(t, w)
	})
}

func TestARestrictedAPIIsReachedFromAnywhere(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		w.source, w.spec.Spec.Access.API = "192.168.1.7", "restricted"
		applied(t, w)
	})
}

func TestAFirstBuildGoesOnByTheWayInThatTheFoundationMade(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		access spec.Access
		output [2]string
		goesOn func(*world)
	}{
		"VPN":    {spec.Access{VPN: &spec.VPN{Clients: "10.90.0.0/22"}}, [2]string{"vpn_endpoint_id", "cvpn-endpoint-1"}, func(w *world) { w.source = "10.90.0.2" }},
		"runner": {spec.Access{Runner: &spec.Runner{}}, [2]string{"runner_name", "tiny-runner"}, func(w *world) { w.resolves = true }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				w.source = "192.168.1.7"
				w.spec.Spec.Access.VPN, w.spec.Spec.Access.Runner = c.access.VPN, c.access.Runner
				w.outputs[c.output[0]] = `"` + c.output[1] + `"`
				waitsOnFoundation(t, w, c.output[1], "192.168.1.7", "drover apply")
				c.goesOn(w)
				applied(t, w)
			})
		})
	}
}

// Blue may be down, which is a reason to rotate; only who is outside as well could not finish.
func TestARotationBeginsOnlyWhereTheAPIIsInReach(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{"inside": "10.40.3.3", "outside": "192.168.1.7"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			silent := apitest.Start(t)
			silent.Close()
			inWorld(t, func(t *testing.T, w *world) {
				applied(t, w)
				newVersion(w)
				w.source, w.apis["blue"] = source, silent
				err := Rotate(t.Context(), w.options())
				if outside := name == "outside"; outside != (err != nil && strings.Contains(err.Error(), "access.runner")) || outside && w.standing["green"] {
					t.Errorf("got %v, green stands: %v", err, w.standing["green"])
				}
			})
		})
	}
}

func TestAFirstBuildThatDoesNotFitIsRefused(t *testing.T) {
	t.Parallel()
	fails := platform.Shortage{What: "EKS clusters in a region", Code: "eks L-1194D53C", Limit: 2, Used: 2, Needed: 1, Most: 1}
	tight := platform.Shortage{What: "vCPUs", Code: "ec2 L-1216C47A", Limit: 16, Used: 2, Needed: 6, Most: 24}
	unknown := platform.Shortage{What: "Elastic IP addresses", Code: "ec2 L-0263D0A3", Needed: 3, Most: 3, Unknown: "the credentials do not allow it"}
	inWorld(t, func(t *testing.T, w *world) {
		w.short = []platform.Shortage{fails, tight, unknown}
		refusedFirst(t, w, "EKS clusters in a region (eks L-1194D53C): limit 2, in use 2, 1 more are needed")
		w.short = []platform.Shortage{tight, unknown}
		refusedFirst(t, w, "limit 16, in use 2, 6 more are needed, and up to 24 when pools grow", spec.TightQuotas)
		accept(w, spec.TightQuotas)
		refusedFirst(t, w, "Elastic IP addresses (ec2 L-0263D0A3): the credentials do not allow it", spec.UnknownQuotas)
		accept(w, spec.UnknownQuotas)
		applied(t, w)
	})
}

// The network is asked for before the foundation, subnets once they are there, and nothing that was begun already.
func TestWhatIsAskedForIsWhatIsYetToBeBuilt(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		w.fail["apply blue"] = errors.New("throttled")
		if err := Apply(t.Context(), w.options()); err == nil {
			t.Fatal("it was not stopped")
		}
		if len(w.needs) != 2 {
			t.Fatalf("asked for %+v", w.needs)
		}
		first, second := w.needs[0], w.needs[1]
		if first.Networks != 1 || first.Addresses != 3 || first.Clusters != 1 || first.Colors != 2 || len(first.Subnets) != 0 || len(first.Pools) != 1 {
			t.Errorf("before the foundation: %+v", first)
		}
		if second.Networks != 0 || second.Addresses != 0 || len(second.Subnets) != 6 {
			t.Errorf("before the color: %+v", second)
		}
		if got, want := second.Subnets[0], (platform.Subnet{ID: "b1", Nodes: true, Pods: true, Min: 1, Max: 4}); got != want {
			t.Errorf("the first subnet is %+v, want %+v", got, want)
		}
		delete(w.fail, "apply blue")
		applied(t, w)
		if len(w.needs) != 2 {
			t.Errorf("what was begun was asked for again: %+v", w.needs[2:])
		}
	})
}

func TestPoolsWithARangeOfTheirOwnForPodsTakeAddressesThere(t *testing.T) {
	t.Parallel()
	s := &subnets{ids: map[string][]string{"blue": {"b1", "b2"}, "public": {"p1", "p2"}}, zones: []string{"x", "y"},
		pods: map[string]map[string]string{"blue": {"x": "bx", "y": "by"}}}
	var c spec.Spec
	c.Ingress = spec.Ingress{Visibility: "public", Management: &spec.Management{Visibility: "internal"}}
	c.NodePools = []spec.NodePool{{Min: 3, Max: 5}, {Min: 2, Max: 2, Zones: []int{2}}}
	want := []platform.Subnet{
		{ID: "b1", Nodes: true, Min: 2, Max: 3, Balancers: 1}, {ID: "bx", Pods: true, Min: 2, Max: 3},
		{ID: "b2", Nodes: true, Min: 4, Max: 5, Balancers: 1}, {ID: "by", Pods: true, Min: 4, Max: 5},
		{ID: "p1", Balancers: 1}, {ID: "p2", Balancers: 1},
	}
	if got := s.of(color.Blue, c); !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}
