package ingress

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"
)

// A load balancer with healthy nodes answers only while something behind it does; what was known stays where nobody can say.
func TestALoadBalancerAnswersWhileSomethingBehindItDoes(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	why, unknown := "no Service has the node port 30443", error(nil)
	c, get := behind(t, func(_ context.Context, lb LoadBalancer) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		if lb.Color == "blue" || lb.NodePort != 30443 {
			return "", nil
		}
		return why, unknown
	})
	set := func(now string, err error) {
		mu.Lock()
		defer mu.Unlock()
		why, unknown = now, err
	}
	becomes := func(what string, status int) {
		t.Helper()
		for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			got, _ := get("green")
			_, healthy, _ := c.in.Lookup("green.elb")
			if got == status && healthy == (status == http.StatusOK) {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s: green answers %d, healthy %t, want %d", what, got, healthy, status)
			}
		}
	}
	becomes("nothing there", http.StatusServiceUnavailable)
	set("", nil)
	becomes("a pod", http.StatusOK)
	set("gone", errors.New("the API server does not answer"))
	time.Sleep(2 * behindEvery)
	becomes("nobody knows", http.StatusOK)
	set("gone", nil)
	becomes("gone", http.StatusServiceUnavailable)
	if status, _ := get("blue"); status != http.StatusOK {
		t.Errorf("blue answers %d", status)
	}
}
