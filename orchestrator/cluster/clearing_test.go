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

	"drover/orchestrator/internal/apitest"
	"drover/orchestrator/journal"
)

const (
	services    = "/api/v1/services"
	ingresses   = "/apis/networking.k8s.io/v1/ingresses"
	nodePools   = "/apis/karpenter.sh/v1/nodepools"
	nodeClaims  = "/apis/karpenter.sh/v1/nodeclaims"
	claimedDisk = `{"metadata":{"name":"pv-1"},"spec":{"claimRef":{"namespace":"shop","name":"data"},"csi":{"driver":"ebs.csi.aws.com","volumeHandle":"vol-1"}}}`
)

// holding is a cluster that holds a load balancer, an ingress, a machine and a disk.
func holding(t *testing.T) *apitest.Server {
	t.Helper()
	server := apitest.Start(t)
	server.Have(t, services, `{"metadata":{"name":"web","namespace":"shop"},"spec":{"type":"LoadBalancer"}}`,
		`{"metadata":{"name":"kubernetes","namespace":"default"},"spec":{"type":"ClusterIP"}}`)
	server.Have(t, ingresses, `{"metadata":{"name":"front","namespace":"shop"}}`)
	server.Have(t, nodePools, `{"metadata":{"name":"general"}}`)
	server.Have(t, nodeClaims, `{"metadata":{"name":"general-1"}}`)
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

func eventsOf(t *testing.T, w *world, kind journal.Kind) []string {
	t.Helper()
	events, err := journal.Open(StoreDir(w.out, "tiny")).Events(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var details []string
	for _, e := range events {
		if e.Kind == kind {
			details = append(details, e.Root+" "+e.Detail)
		}
	}
	return details
}

func TestDrainTakesBackWhatBlueHoldsInTheCloudStageByStage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	applied(t, w)
	w.apis["blue"] = holding(t)
	if err := Rotate(t.Context(), w.options()); err != nil {
		t.Fatal(err)
	}
	want := []string{"/api/v1/namespaces/shop/services/web", "/apis/networking.k8s.io/v1/namespaces/shop/ingresses/front", nodePools + "/general", nodeClaims + "/general-1"}
	if got := deletions(w.apis["blue"]); !slices.Equal(got, want) {
		t.Errorf("deleted %v, want %v", got, want)
	}
	drain := w.state().Past[0].Phases[Drain]
	for _, say := range []string{"took no new connection", "1 Ingress, 1 NodeClaim, 1 NodePool, 1 Service", "volumes kept, as they hold data: 1"} {
		if !strings.Contains(drain.Detail, say) {
			t.Errorf("drain says %q, and not %q", drain.Detail, say)
		}
	}
	told := []string{"blue Ingress shop/front", "blue Service shop/web", "blue NodePool general", "blue NodeClaim general-1"}
	if got := eventsOf(t, w, journal.Cleared); !slices.Equal(got, told) {
		t.Errorf("the journal has %v cleared, want %v", got, told)
	}
	if got := eventsOf(t, w, journal.Kept); !slices.Equal(got, []string{"blue volume pv-1 of shop/data (ebs.csi.aws.com vol-1)"}) {
		t.Errorf("the journal has %v kept", got)
	}
	if w.standing["blue"] {
		t.Error("blue still stands")
	}
}

// An object with a finalizer is there until its controller has done its work; blue's machines have to wait for that.
func TestNothingIsDestroyedBeforeTheControllersAreDone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	applied(t, w)
	w.apis["blue"] = holding(t)
	done := make(chan struct{})
	w.apis["blue"].OnDelete(func(path string, _ apitest.Object) bool {
		if strings.HasSuffix(path, "services/web") {
			time.AfterFunc(300*time.Millisecond, func() {
				w.mu.Lock()
				defer w.mu.Unlock()
				if got := deletions(w.apis["blue"]); slices.Contains(got, nodePools+"/general") || !w.standing["blue"] {
					t.Errorf("while the load balancer was still there: %v", got)
				}
				w.apis["blue"].Remove(services)
				close(done)
			})
			return false
		}
		return true
	})
	if err := Rotate(t.Context(), w.options()); err != nil {
		t.Fatal(err)
	}
	<-done
	checkBlueIsGone(t, w)
}

func checkBlueIsGone(t *testing.T, w *world) {
	t.Helper()
	if w.standing["blue"] || !w.standing["green"] {
		t.Errorf("standing %v", w.standing)
	}
}

func TestWhatStaysIsNamedWhenTheDeadlineEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	applied(t, w)
	w.apis["blue"] = holding(t)
	w.apis["blue"].OnDelete(func(string, apitest.Object) bool { return false })
	s := started(t, w.options())
	w.dns = map[string]int{"green": 100}
	s.state.Weights = map[string]int{"blue": 0, "green": 100}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err := s.clearCluster(ctx, "blue")
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "Service shop/web (being deleted for") {
		t.Errorf("got %v", err)
	}
	if got := deletions(w.apis["blue"]); len(got) != 2 {
		t.Errorf("what is being deleted was deleted again: %v", got)
	}
}

func TestNothingIsDeletedInAColorWithTraffic(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	applied(t, w)
	w.apis["blue"] = holding(t)
	s := started(t, w.options())
	var refused *Refused
	for _, weights := range []map[string]int{{"blue": 100}, {"blue": 1, "green": 99}} {
		s.state.Weights = weights
		if _, err := s.clearCluster(t.Context(), "blue"); !errors.As(err, &refused) {
			t.Errorf("at %v: %v", weights, err)
		}
	}
	if got := w.apis["blue"].Asked(); len(got) > 0 {
		t.Errorf("asked %v", got)
	}
}

// A cluster that cannot be asked is passed over, and the journal says so: its end must not hang on its API.
func TestABlueWhoseAPICannotBeAskedIsDestroyedAllTheSame(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*world)
		says   string
	}{
		"no API server": {func(w *world) { delete(w.apis, "blue") }, "names no API server"},
		"not let in":    {func(w *world) { w.apis["blue"].Answer(services, http.StatusForbidden) }, "spec.access.admins"},
		"may not delete": {func(w *world) {
			w.apis["blue"].Answer("/api/v1/namespaces/shop/services/web", http.StatusForbidden)
		}, "spec.access.admins"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			applied(t, w)
			w.apis["blue"] = holding(t)
			c.change(w)
			if err := Rotate(t.Context(), w.options()); err != nil {
				t.Fatal(err)
			}
			checkBlueIsGone(t, w)
			if kept := eventsOf(t, w, journal.Kept); len(kept) != 1 || !strings.Contains(kept[0], c.says) {
				t.Errorf("the journal has %v, want one that says %q", kept, c.says)
			}
			if drain := w.state().Past[0].Phases[Drain]; !strings.Contains(drain.Detail, "its API was not asked") {
				t.Errorf("drain says %q", drain.Detail)
			}
		})
	}
}

// A server that is busy is asked again, and an answer that is none of these stops the rotation.
func TestABusyAPIServerIsAskedAgainAndAnOddOneStopsTheRotation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	applied(t, w)
	w.apis["blue"] = holding(t)
	w.apis["blue"].Answer(ingresses, http.StatusServiceUnavailable)
	o := w.options()
	o.Observer = onProgress{func(message string) {
		if strings.Contains(message, "503") {
			w.apis["blue"].Answer(ingresses, 0)
		}
	}}
	w.apis["blue"].Answer(nodePools, http.StatusTeapot)
	err := Rotate(t.Context(), o)
	if err == nil || !strings.Contains(err.Error(), "418") || !w.standing["blue"] {
		t.Fatalf("got %v, standing %v", err, w.standing)
	}
	w.apis["blue"].Answer(nodePools, 0)
	if err := Rotate(t.Context(), w.options()); err != nil {
		t.Fatal(err)
	}
	checkBlueIsGone(t, w)
}

func TestWhatIsMadeAnewAgainAndAgainIsSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	applied(t, w)
	w.apis["blue"] = apitest.Start(t)
	w.apis["blue"].Have(t, ingresses)
	w.apis["blue"].Have(t, services, `{"metadata":{"name":"web","namespace":"shop"},"spec":{"type":"LoadBalancer"}}`)
	made := 0
	w.apis["blue"].OnDelete(func(_ string, o apitest.Object) bool { // as a GitOps agent does
		made++
		o["metadata"].(apitest.Object)["uid"] = fmt.Sprint("anew-", made)
		return false
	})
	s := started(t, w.options())
	s.state.Weights = map[string]int{"blue": 0, "green": 100}
	// The fake marks what it keeps as being deleted, which an object made anew is not.
	unmark := w.apis["blue"]
	s.Observer = onProgress{func(string) { unmark.Unmark(services) }}
	if _, err := s.clearCluster(t.Context(), "blue"); err == nil || !strings.Contains(err.Error(), "GitOps") || made != mostRemade {
		t.Errorf("made anew %d times: %v", made, err)
	}
}

// Killed at any deletion, the next rotate finishes, tells of every object once, and there is no way back to blue.
func TestDrainSurvivesAKillAtEveryDeletion(t *testing.T) {
	t.Parallel()
	for at := 1; at <= 4; at++ {
		w := newWorld(t)
		applied(t, w)
		w.apis["blue"] = holding(t)
		count := 0
		w.apis["blue"].OnDelete(func(string, apitest.Object) bool {
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
		if err := Rotate(t.Context(), w.options()); err != nil {
			t.Fatalf("killed at deletion %d: %v", at, err)
		}
		checkBlueIsGone(t, w)
		if got := eventsOf(t, w, journal.Cleared); len(got) != 4 {
			t.Errorf("killed at deletion %d: the journal has %v", at, got)
		}
	}
}

func TestOnceBlueIsBeingClearedAnUnhealthyGreenIsNotRolledBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	applied(t, w)
	r := &rotation{started(t, w.options())}
	if err := r.record(t.Context(), journal.Event{Kind: journal.ClearIntended, Root: "blue", Detail: "Service shop/web"}); err != nil {
		t.Fatal(err)
	}
	err := r.respond(t.Context(), phase(t, Soak), &Unhealthy{"green", "500"})
	var back *RolledBack
	if err == nil || errors.As(err, &back) || !strings.Contains(err.Error(), "nothing to go back to") || r.state.Rotation == nil {
		t.Errorf("got %v", err)
	}
}

func TestDestroyingAllClearsTheActiveColorOnceNobodyIsSentToIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	applied(t, w)
	w.apis["blue"] = holding(t)
	w.apis["blue"].OnDelete(func(string, apitest.Object) bool {
		if len(w.dns) > 0 {
			t.Errorf("an object was deleted while DNS had %v", w.dns)
		}
		return true
	})
	if err := DestroyAll(t.Context(), w.options()); err != nil {
		t.Fatal(err)
	}
	if got := deletions(w.apis["blue"]); len(got) != 4 {
		t.Errorf("deleted %v", got)
	}
}
