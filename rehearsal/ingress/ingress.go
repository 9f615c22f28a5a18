// Package ingress is what answers behind each load balancer of the simulated account: an HTTPS server with a loopback
// address of its own for each zone, which says in every answer which color it is, and feeds the load balancer's metrics. It must
// never listen beyond loopback, and never answers for a load balancer that the account does not have.
package ingress

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// LoadBalancer is one that the account has.
type LoadBalancer struct {
	ARN, DNSName   string
	Name           string
	Cluster, Color string            // from its tags, else from its name
	Zones          []string          // that it has an address in
	Public         bool              // internet-facing
	TargetGroups   map[string]Health // by ARN
	NodePort       int               // that what is sent to port 443 goes to, on the nodes; 0: not known
}

// Health is how many targets of a group are healthy.
type Health struct {
	Healthy, Unhealthy int
	Port               int // of the nodes, that the group's targets have
}

// Ready says whether a node stands behind the load balancer.
func (lb LoadBalancer) Ready() bool {
	for _, h := range lb.TargetGroups {
		if h.Healthy > 0 {
			return true
		}
	}
	return false
}

// Options say what the ingress answers for.
type Options struct {
	LoadBalancers func(context.Context) ([]LoadBalancer, error) // what the account has now
	Metrics       func(context.Context, []Metric) error         // nil: none are fed
	Authority     *Authority
	Hosts         []string      // names that the certificate is for
	MaxAge        time.Duration // load balancers are read again at least this often, and at each Refresh
	Every         time.Duration // between two feeds of metrics
	// Behind, unless nil, says why nothing answers behind a load balancer that has healthy nodes; empty: something does. It is
	// asked for each one again and again. nil: whatever has a healthy node answers.
	Behind func(context.Context, LoadBalancer) (why string, err error)
	// Scanned is the mean time between two connections of scanners to each internet-facing load balancer; 0: none come.
	Scanned time.Duration
	Log     io.Writer
}

// Ingress holds the servers.
type Ingress struct {
	options Options
	tls     *tls.Config
	network netip.Addr // 127.x.y.0: the addresses of this ingress
	holder  net.Listener
	port    int
	wake    chan struct{}
	cancel  context.CancelFunc
	owned   sync.WaitGroup

	broken broken
	scans  atomic.Int64

	mu      sync.Mutex
	last    byte               // of the address that was given out last
	servers map[string]*server // by ARN
}

// Start reads the load balancers once and serves them, each on its own addresses and all on one free port.
func Start(ctx context.Context, o Options) (*Ingress, error) {
	certificate, err := o.Authority.Issue(o.Hosts)
	if err != nil {
		return nil, err
	}
	holder, network, err := reserve(ctx)
	if err != nil {
		return nil, err
	}
	in := &Ingress{
		options: o, holder: holder, network: network, port: holder.Addr().(*net.TCPAddr).Port, last: 1,
		tls:  &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12},
		wake: make(chan struct{}, 1), servers: map[string]*server{},
	}
	if err := in.sync(ctx); err != nil {
		_ = holder.Close()
		return nil, err
	}
	watch, cancel := context.WithCancel(context.WithoutCancel(ctx))
	in.cancel = cancel
	in.owned.Go(func() { in.refresh(watch) })
	in.owned.Go(func() { in.feed(watch) })
	in.owned.Go(func() { in.lookBehind(watch) })
	in.owned.Go(func() { in.scan(watch) })
	return in, nil
}

// Port is the one that every server listens on.
func (in *Ingress) Port() int { return in.port }

// Refresh has the load balancers read again soon. It does not wait.
func (in *Ingress) Refresh() {
	select {
	case in.wake <- struct{}{}:
	default: // one is due already
	}
}

// Lookup finds the addresses of a load balancer, one for each of its zones, by its DNS name (canonical or not), and
// whether something answers behind it.
func (in *Ingress) Lookup(dnsName string) (addresses []netip.Addr, healthy, known bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, s := range in.servers {
		if sameName(s.balancer().DNSName, dnsName) {
			return s.addresses(), s.missing() == "", true
		}
	}
	return nil, false, false
}

// Close ends every server and waits for its goroutines.
func (in *Ingress) Close() error {
	in.cancel()
	in.owned.Wait()
	in.mu.Lock()
	defer in.mu.Unlock()
	for arn, s := range in.servers {
		s.close()
		delete(in.servers, arn)
	}
	return in.holder.Close()
}

func (in *Ingress) refresh(ctx context.Context) {
	tick := time.NewTicker(in.options.MaxAge)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-in.wake:
		}
		if err := in.sync(ctx); err != nil && ctx.Err() == nil {
			in.logf("%v", err) // what is served goes on until the account can be read again
		}
	}
}

// sync starts a server for each new load balancer and ends those whose load balancer is gone.
func (in *Ingress) sync(ctx context.Context) error {
	balancers, err := in.options.LoadBalancers(ctx)
	if err != nil {
		return fmt.Errorf("read the load balancers of the simulated account: %w", err)
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	now := map[string]bool{}
	for _, lb := range balancers {
		now[lb.ARN] = true
		if s := in.servers[lb.ARN]; s != nil {
			s.update(lb)
			continue
		}
		s, err := in.serve(ctx, lb)
		if err != nil {
			return fmt.Errorf("serve load balancer %s: %w", lb.Name, err)
		}
		in.servers[lb.ARN] = s
	}
	for arn, s := range in.servers {
		if !now[arn] {
			s.close()
			delete(in.servers, arn)
		}
	}
	return nil
}

func (in *Ingress) logf(format string, args ...any) {
	if in.options.Log != nil {
		_, _ = fmt.Fprintf(in.options.Log, "ingress: "+format+"\n", args...)
	}
}
