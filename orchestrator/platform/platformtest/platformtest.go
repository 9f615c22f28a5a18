// Package platformtest is what every platform has to do, as tests: one table of behaviors that each implementation of
// platform.Platform runs against an account of its own. It must never know a platform, nor be imported by anything but
// tests.
package platformtest

import (
	"strings"
	"testing"

	"drover/orchestrator/platform"
)

// Questions holds what a platform answers of an account that has no cluster.
func Questions(t *testing.T, p platform.Platform, account string) {
	t.Helper()
	t.Run("the account of the credentials is named", func(t *testing.T) {
		t.Parallel()
		got, err := p.Account(t.Context())
		if err != nil || got != account {
			t.Errorf("Account = %q, %v; want %q", got, err, account)
		}
	})
	t.Run("a cluster that does not exist is not active, and is no error", func(t *testing.T) {
		t.Parallel()
		health, err := p.ClusterActive(t.Context(), "nobodys-blue")
		if err != nil || health.Active || !strings.Contains(health.Detail, "nobodys-blue") {
			t.Errorf("ClusterActive = %+v, %v; want a detail that names the cluster", health, err)
		}
	})
	t.Run("a cluster that does not exist has no leftovers", func(t *testing.T) {
		t.Parallel()
		left, err := p.Leftovers(t.Context(), "nobodys", "blue")
		if err != nil || len(left) != 0 {
			t.Errorf("Leftovers = %v, %v", left, err)
		}
	})
	t.Run("a cluster without a name has no leftovers that could be listed", func(t *testing.T) {
		t.Parallel()
		if left, err := p.Leftovers(t.Context(), "", ""); err == nil {
			t.Errorf("Leftovers = %v, want an error", left)
		}
	})
}
