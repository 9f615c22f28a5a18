package cluster

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"drover/orchestrator/color"
	"drover/orchestrator/internal/apitest"
	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
	"drover/orchestrator/verify"
)

const (
	services    = "/api/v1/services"
	ingresses   = "/apis/networking.k8s.io/v1/ingresses"
	nodePools   = "/apis/karpenter.sh/v1/nodepools"
	nodeClaims  = "/apis/karpenter.sh/v1/nodeclaims"
	claimedDisk = `{"metadata":{"name":"pv-1"},"spec":{"claimRef":{"namespace":"shop","name":"data"},"csi":{"driver":"ebs.csi.aws.com","volumeHandle":"vol-1"}}}`
)

// holding is a cluster that holds a load balancer, an ingress, a machine and a disk, and a machine that EKS ends itself.
func holding(t *testing.T) *apitest.Server {
	t.Helper()
	server := apitest.Start(t)
	server.Have(t, services, `{"metadata":{"name":"web","namespace":"shop"},"spec":{"type":"LoadBalancer"}}`,
		`{"metadata":{"name":"kubernetes","namespace":"default"},"spec":{"type":"ClusterIP"}}`)
	server.Have(t, ingresses, `{"metadata":{"name":"front","namespace":"shop"}}`)
	server.Have(t, nodePools, `{"metadata":{"name":"general"}}`,
		`{"metadata":{"name":"general-purpose"},"spec":{"template":{"spec":{"nodeClassRef":{"group":"eks.amazonaws.com","kind":"NodeClass","name":"default"}}}}}`)
	server.Have(t, nodeClaims, `{"metadata":{"name":"general-1"}}`,
		`{"metadata":{"name":"general-purpose-1"},"spec":{"nodeClassRef":{"group":"eks.amazonaws.com","kind":"NodeClass","name":"default"}}}`)
	server.Have(t, "/api/v1/persistentvolumes", claimedDisk)
	return server
}

// deletions are the DELETE requests that a server got, in order.
func deletions(server *apitest.Server) []string {
	var paths []string
	for _, request := range server.Asked() {
		if path, is := strings.CutPrefix(request, "DELETE "); is {
			paths = append(paths, path)
		}
	}
	return paths
}

func eventsOf(w *world, kind journal.Kind) []string {
	var details []string
	for _, e := range w.events() {
		if e.Kind == kind {
			for _, thing := range e.Named() {
				details = append(details, e.Root+" "+thing)
			}
		}
	}
	return details
}

// withAPI tests in a world whose blue has an API server, which lives outside of its simulated time.
func withAPI(t *testing.T, server *apitest.Server, test func(*testing.T, *world)) {
	t.Helper()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		w.apis["blue"] = server
		test(t, w)
	})
}

// clearing clears blue in a session of its own, at some weights.
func clearing(ctx context.Context, _ *world, o Options, weights color.Weights) error {
	return drive(ctx, o, asRotating, func(ctx context.Context, s *session) (err error) {
		s.state().Weights = weights
		_, err = s.clearCluster(ctx, color.Blue, s.record)
		return err
	})
}

func TestDrainTakesBackWhatBlueHoldsInTheCloudStageByStage(t *testing.T) {
	t.Parallel()
	withAPI(t, holding(t), func(t *testing.T, w *world) {
		must(t, Rotate(t.Context(), w.options()))
		want := []string{"/api/v1/namespaces/shop/services/web", "/apis/networking.k8s.io/v1/namespaces/shop/ingresses/front", nodePools + "/general", nodeClaims + "/general-1"}
		if got := deletions(w.apis["blue"]); !slices.Equal(got, want) {
			t.Errorf("deleted %v, want %v", got, want)
		}
		cleared := eventsOf(w, journal.ClusterCleared)
		for _, say := range []string{"1 Ingress, 1 NodeClaim, 1 NodePool, 1 Service", "volumes kept, as they hold data: 1"} {
			if len(cleared) != 1 || !strings.Contains(cleared[0], say) {
				t.Errorf("the journal says %q, and not %q", cleared, say)
			}
		}
		told := []string{"blue Ingress shop/front", "blue Service shop/web", "blue NodePool general", "blue NodeClaim general-1"}
		if got := eventsOf(w, journal.Cleared); !slices.Equal(got, told) {
			t.Errorf("the journal has %v cleared, want %v", got, told)
		}
		if got := eventsOf(w, journal.Kept); !slices.Equal(got, []string{"blue volume pv-1 of shop/data (ebs.csi.aws.com vol-1)"}) {
			t.Errorf("the journal has %v kept", got)
		}
		checkRotated(t, w)
	})
}

// The journal of a cluster with many objects stays short.
func TestADrainOfManyObjectsWritesFewRecords(t *testing.T) {
	t.Parallel()
	const many = 250
	server := holding(t)
	for i := range many {
		server.Have(t, services, fmt.Sprintf(`{"metadata":{"name":"web-%d","namespace":"shop"},"spec":{"type":"LoadBalancer"}}`, i))
		server.Have(t, "/api/v1/persistentvolumes", fmt.Sprintf(`{"metadata":{"name":"pv-%d"}}`, i))
	}
	withAPI(t, server, func(t *testing.T, w *world) {
		must(t, Rotate(t.Context(), w.options()))
		for _, kind := range []journal.Kind{journal.ClearIntended, journal.Cleared, journal.Kept} {
			records := 0
			for _, e := range w.events() {
				if e.Kind == kind {
					records++
				}
			}
			if names := eventsOf(w, kind); records > 10 || len(names) < many {
				t.Errorf("%d records of %s name %d objects", records, kind, len(names))
			}
		}
		checkRotated(t, w)
	})
}

// An object with a finalizer is there until its controller has done its work; blue's machines have to wait for that.
func TestNothingIsDestroyedBeforeTheControllersAreDone(t *testing.T) {
	t.Parallel()
	server := holding(t)
	released := false
	server.OnDelete(func(path string, _ apitest.Object) bool { return !strings.HasSuffix(path, "services/web") })
	withAPI(t, server, func(t *testing.T, w *world) {
		o := w.options()
		o.Observer = onProgress{do: func(message string) {
			if released || !strings.Contains(message, "Service shop/web (being deleted") {
				return
			}
			if got := deletions(server); slices.Contains(got, nodePools+"/general") || !w.standing["blue"] {
				t.Errorf("while the load balancer was still there: %v", got)
			}
			released = true
			server.Remove(services)
		}}
		must(t, Rotate(t.Context(), o))
		checkRotated(t, w)
	})
	if !released {
		t.Error("drover did not wait for the controller")
	}
}

func TestWhatStaysIsNamedWhenTheDeadlineEnds(t *testing.T) {
	t.Parallel()
	server := holding(t)
	server.OnDelete(func(string, apitest.Object) bool { return false })
	withAPI(t, server, func(t *testing.T, w *world) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		err := clearing(ctx, w, w.options(), color.Only(color.Green))
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "Service shop/web (being deleted for") {
			t.Errorf("got %v", err)
		}
		if got := deletions(server); len(got) != 2 {
			t.Errorf("what is being deleted was deleted again: %v", got)
		}
	})
}

func TestNothingIsDeletedInAColorWithTraffic(t *testing.T) {
	t.Parallel()
	withAPI(t, holding(t), func(t *testing.T, w *world) {
		var refused *Refused
		for _, weights := range []color.Weights{color.Only(color.Blue), color.Shared(color.Green, 99)} {
			if err := clearing(t.Context(), w, w.options(), weights); !errors.As(err, &refused) {
				t.Errorf("at %v: %v", weights, err)
			}
		}
		if got := w.apis["blue"].Asked(); len(got) > 0 {
			t.Errorf("asked %v", got)
		}
	})
}

// A cluster that has no API server is passed over, and the journal says so: its end must not hang on its API.
func TestABlueWhoseAPICannotBeAskedIsDestroyedAllTheSame(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		must(t, Rotate(t.Context(), w.options()))
		checkRotated(t, w)
		if kept := eventsOf(w, journal.Kept); len(kept) != 1 || !strings.Contains(kept[0], "names no API server") {
			t.Errorf("the journal has %v", kept)
		}
	})
}

// A server that answers and does not let drover in may hold load balancers: that is no reason to take it for empty.
func TestABlueThatDoesNotLetDroverInIsNotDestroyed(t *testing.T) {
	t.Parallel()
	for name, forbidden := range map[string]string{
		"not let in": services, "may not delete": "/api/v1/namespaces/shop/services/web", "volumes": "/api/v1/persistentvolumes",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := holding(t)
			withAPI(t, server, func(t *testing.T, w *world) {
				o := w.options()
				o.Observer = onPhase(rotation.Drain, func() { server.Answer(forbidden, http.StatusForbidden) })
				failed := rotated[*rotation.Failed](t, w, o)
				if !w.standing["blue"] || !strings.Contains(failed.Reason, "spec.access.admins") {
					t.Fatalf("got %v, standing %v", failed, w.standing)
				}
				server.Answer(forbidden, 0)
				must(t, Rotate(t.Context(), w.options()))
				checkRotated(t, w)
			})
		})
	}
}

// A server that is busy is asked again, and an answer that is none of these stops the rotation.
func TestABusyAPIServerIsAskedAgainAndAnOddOneStopsTheRotation(t *testing.T) {
	t.Parallel()
	server := holding(t)
	server.Answer(ingresses, http.StatusServiceUnavailable)
	server.Answer(nodePools, http.StatusTeapot)
	withAPI(t, server, func(t *testing.T, w *world) {
		o := w.options()
		o.Observer = onProgress{do: func(message string) {
			if strings.Contains(message, "503") {
				server.Answer(ingresses, 0)
			}
		}}
		err := Rotate(t.Context(), o)
		if err == nil || !strings.Contains(err.Error(), "418") || !w.standing["blue"] {
			t.Fatalf("got %v, standing %v", err, w.standing)
		}
		server.Answer(nodePools, 0)
		must(t, Rotate(t.Context(), w.options()))
		checkRotated(t, w)
	})
}

func TestWhatIsMadeAnewAgainAndAgainIsSaid(t *testing.T) {
	t.Parallel()
	server := apitest.Start(t)
	server.Have(t, ingresses)
	server.Have(t, services, `{"metadata":{"name":"web","namespace":"shop"},"spec":{"type":"LoadBalancer"}}`)
	made := 0
	server.OnDelete(func(_ string, o apitest.Object) bool { // as a GitOps agent does
		made++
		o["metadata"].(apitest.Object)["uid"] = fmt.Sprint("anew-", made)
		return false
	})
	withAPI(t, server, func(t *testing.T, w *world) {
		o := w.options()
		// The fake marks what it keeps as being deleted, which an object made anew is not.
		o.Observer = onProgress{do: func(string) { server.Unmark(services) }}
		if err := clearing(t.Context(), w, o, color.Only(color.Green)); err == nil || !strings.Contains(err.Error(), "GitOps") || made != mostRemade {
			t.Errorf("made anew %d times: %v", made, err)
		}
	})
}

const (
	statefulSets = "/apis/apps/v1/statefulsets"
	deployments  = "/apis/apps/v1/deployments"
)

// agents puts Argo CD's controllers, and a workload of nobody's concern, into a cluster.
func agents(t *testing.T, server *apitest.Server) {
	t.Helper()
	const text = `{"metadata":{"name":%q,"namespace":"argocd","labels":{"app.kubernetes.io/name":%q}},"spec":{"replicas":1},"status":{"replicas":1}}`
	server.Have(t, statefulSets, fmt.Sprintf(text, "argocd-application-controller", "argocd-application-controller"))
	server.Have(t, deployments, fmt.Sprintf(text, "argocd-applicationset-controller", "argocd-applicationset-controller"), fmt.Sprintf(text, "web", "web"))
}

func TestTheAgentIsStoppedBeforeAnythingIsDeleted(t *testing.T) {
	t.Parallel()
	server := holding(t)
	agents(t, server)
	withAPI(t, server, func(t *testing.T, w *world) {
		must(t, Rotate(t.Context(), w.options()))
		want := []string{"PATCH /apis/apps/v1/namespaces/argocd/statefulsets/argocd-application-controller/scale", "PATCH /apis/apps/v1/namespaces/argocd/deployments/argocd-applicationset-controller/scale"}
		if got := stopsOf(server); !slices.Equal(got, want) {
			t.Errorf("stopped %q, want %q", got, want)
		}
		asked := server.Asked()
		last := slices.Index(asked, want[1])
		if first := slices.IndexFunc(asked, func(s string) bool { return strings.HasPrefix(s, "DELETE ") }); first < last {
			t.Error("something was deleted before the agent was stopped")
		}
		if got := eventsOf(w, journal.ClusterCleared); len(got) != 1 || !strings.Contains(got[0], "its GitOps agent stopped: 1 Deployment, 1 StatefulSet; deleted in its cluster: ") {
			t.Errorf("recorded %q", got)
		}
	})
}

func stopsOf(server *apitest.Server) (found []string) {
	for _, request := range server.Asked() {
		if strings.HasSuffix(request, "/scale") {
			found = append(found, request)
		}
	}
	return found
}

// Operators whose RBAC is of an earlier release may not stop it; the drain goes on, and says so.
func TestAnAgentThatMayNotBeStoppedIsPassedOver(t *testing.T) {
	t.Parallel()
	server := holding(t)
	agents(t, server)
	for _, request := range []string{"statefulsets/argocd-application-controller", "deployments/argocd-applicationset-controller"} {
		server.Answer("/apis/apps/v1/namespaces/argocd/"+request+"/scale", http.StatusForbidden)
	}
	withAPI(t, server, func(t *testing.T, w *world) {
		var said []string
		o := w.options()
		o.Observer = onProgress{do: func(m string) { said = append(said, m) }}
		must(t, clearing(t.Context(), w, o, color.Only(color.Green)))
		if len(deletions(server)) == 0 || !slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, "docs/drover-rbac.yaml") }) {
			t.Errorf("deleted %q, said %q", deletions(server), said)
		}
		if got := eventsOf(w, journal.Cleared); slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "argocd") }) {
			t.Errorf("recorded %q", got)
		}
	})
}

// Killed at any deletion, the next rotate finishes, tells of every object once, and there is no way back to blue.
func TestDrainSurvivesAKillAtEveryDeletion(t *testing.T) {
	t.Parallel()
	for at := 1; at <= 4; at++ {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			t.Parallel()
			server := holding(t)
			withAPI(t, server, func(t *testing.T, w *world) {
				count := 0
				server.OnDelete(func(string, apitest.Object) bool {
					if count++; count == at {
						w.effects, w.killAt = 0, 1
						_ = w.touch("deletion")
					}
					return true
				})
				if err := Rotate(t.Context(), w.options()); err == nil || !w.dead {
					t.Fatalf("killed at deletion %d: %v", at, err)
				}
				w.revive()
				var refused *Refused
				if err := Rollback(t.Context(), w.options()); !errors.As(err, &refused) {
					t.Fatalf("killed at deletion %d, rollback says %v", at, err)
				}
				must(t, Rotate(t.Context(), w.options()))
				checkRotated(t, w)
				if got := eventsOf(w, journal.Cleared); len(got) != 4 {
					t.Errorf("killed at deletion %d: the journal has %v", at, got)
				}
			})
		})
	}
}

func TestOnceBlueIsBeingClearedAnUnhealthyGreenIsNotRolledBack(t *testing.T) {
	t.Parallel()
	server := holding(t)
	server.OnDelete(func(path string, _ apitest.Object) bool { return !strings.HasSuffix(path, "services/web") })
	withAPI(t, server, func(t *testing.T, w *world) {
		o := w.options()
		o.Observer = onEvent{do: func(e journal.Event) {
			if e.Kind == journal.ClearIntended {
				w.verdicts["green"] = verify.Fail
			}
		}}
		_ = rotated[*rotation.Failed](t, w, o)
		if w.dns["green"] != 100 || w.state().Rotation == nil || w.state().Rotation.Back != nil {
			t.Errorf("DNS %v, rotation %+v", w.dns, w.state().Rotation)
		}
	})
}

func TestDestroyingAllClearsTheActiveColorOnceNobodyIsSentToIt(t *testing.T) {
	t.Parallel()
	server := holding(t)
	withAPI(t, server, func(t *testing.T, w *world) {
		server.OnDelete(func(string, apitest.Object) bool {
			if len(w.dns) > 0 {
				t.Errorf("an object was deleted while DNS had %v", w.dns)
			}
			return true
		})
		must(t, DestroyAll(t.Context(), w.options()))
		if got := deletions(server); len(got) != 4 {
			t.Errorf("deleted %v", got)
		}
	})
}
