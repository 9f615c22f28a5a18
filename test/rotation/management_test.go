package rotation

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"time"
)

const managementDomain = "ops.herd.example.com"

// managementIsGreens waits until the management interfaces are green's, by its own load balancer. Blue was built before
// the spec asked for any and has none.
func (s *session) managementIsGreens() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		green, now := s.addresses(ctx, "green."+managementDomain), s.addresses(ctx, "grafana."+managementDomain)
		if len(green) > 0 && slices.Equal(green, now) && !slices.Equal(green, s.addresses(ctx, "green.herd.example.com")) {
			break
		}
		select {
		case <-ctx.Done():
			s.t.Fatalf("grafana.%s has the addresses %v, want those of green's load balancer for management, %v", managementDomain, now, green)
		case <-tick.C:
		}
	}
}

// addresses asks the last of the cloud's name servers, which is the slowest; a name that does not exist has none.
func (s *session) addresses(ctx context.Context, host string) []string {
	s.t.Helper()
	servers := strings.Split(s.env["DROVER_NAMESERVERS"], ",")
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, servers[len(servers)-1])
	}}
	found, err := resolver.LookupHost(ctx, host)
	var missing *net.DNSError
	if err != nil && (!errors.As(err, &missing) || !missing.IsNotFound) {
		s.t.Fatal(err)
	}
	slices.Sort(found)
	return found
}
