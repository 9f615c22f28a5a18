package dns

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"
)

// HealthCheck is one of Route 53's. Its settings are comparable: a check whose settings change begins anew.
type HealthCheck struct {
	ID        string
	Type      string     // TCP, HTTP, HTTPS, HTTP_STR_MATCH, HTTPS_STR_MATCH; no other is simulated
	Host      string     // canonical; resolved in the account's own zones unless there is an address
	Address   netip.Addr // zero: that of Host
	Port      int
	Path      string
	Search    string        // what the answer's first 5120 bytes have to hold
	Interval  time.Duration // between two probes: 10 or 30 s
	Threshold int           // probes in a row that change the status
	SNI       bool
	Inverted  bool
	Disabled  bool // not probed, and taken for healthy
}

// How long Route 53 waits: for a connection of a TCP check, for that of an HTTP check, and then for the answer
// (Route 53 Developer Guide, "How Amazon Route 53 determines whether a health check is healthy").
const (
	tcpWait     = 10 * time.Second
	connectWait = 4 * time.Second
	answerWait  = 2 * time.Second
	searched    = 5120 // bytes of the answer
)

// schemes are the checks that are simulated: what each asks with. A TCP check only connects.
var schemes = map[string]string{"TCP": "", "HTTP": "http", "HTTP_STR_MATCH": "http", "HTTPS": "https", "HTTPS_STR_MATCH": "https"}

// prober probes what health checks are about. On AWS some fifteen probers ask from several regions; here it is one.
type prober struct {
	resolve func(host string) (netip.Addr, bool)
	port    func(int) int
	logf    func(string, ...any)
	owned   sync.WaitGroup

	mu     sync.Mutex
	probes map[string]*probe // by the check's id
}

// probe is one check under way.
type probe struct {
	check   HealthCheck
	cancel  context.CancelFunc
	healthy bool
	against int // probes in a row that say otherwise
}

// sync starts and ends probes, so that they are those of the checks. A new check is healthy until its probes say
// otherwise.
func (p *prober) sync(ctx context.Context, checks []HealthCheck) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := map[string]bool{}
	for _, c := range checks {
		now[c.ID] = true
		if old := p.probes[c.ID]; old != nil {
			if old.check == c {
				continue
			}
			old.cancel()
		}
		watch, cancel := context.WithCancel(ctx)
		next := &probe{check: c, cancel: cancel, healthy: true}
		p.probes[c.ID] = next
		if _, simulated := schemes[c.Type]; simulated && !c.Disabled {
			p.owned.Go(func() { p.watch(watch, next) })
		}
	}
	for id, old := range p.probes {
		if !now[id] {
			old.cancel()
			delete(p.probes, id)
		}
	}
}

// errNotSimulated is why a record is not answered for.
var errNotSimulated = errors.New("has a health check of a type that the rehearsal does not simulate")

// healthy says what a check's status is. A check that is gone takes nothing out.
func (p *prober) healthy(id string) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	known := p.probes[id]
	if known == nil {
		return true, nil
	}
	if _, simulated := schemes[known.check.Type]; !simulated {
		return false, fmt.Errorf("%w: %s", errNotSimulated, known.check.Type)
	}
	return known.healthy, nil
}

func (p *prober) close() {
	p.mu.Lock()
	for _, each := range p.probes {
		each.cancel()
	}
	p.mu.Unlock()
	p.owned.Wait()
}

// watch owns one check's status.
func (p *prober) watch(ctx context.Context, of *probe) {
	tick := time.NewTicker(of.check.Interval)
	defer tick.Stop()
	for {
		err := p.ask(ctx, of.check)
		if ctx.Err() != nil {
			return
		}
		p.count(of, err)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// count takes one probe's outcome into the status.
func (p *prober) count(of *probe, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if (err == nil) != of.check.Inverted == of.healthy {
		of.against = 0
		return
	}
	if of.against++; of.against < of.check.Threshold {
		return
	}
	of.healthy, of.against = !of.healthy, 0
	status := map[bool]string{true: "healthy", false: "unhealthy"}[of.healthy]
	p.logf("the %s health check of %s is %s after %d probes: %v", of.check.Type, strings.TrimSuffix(of.check.Host, "."), status, of.check.Threshold, err)
}

// ask makes one probe.
func (p *prober) ask(ctx context.Context, c HealthCheck) error {
	address := c.Address
	if !address.IsValid() {
		var known bool
		if address, known = p.resolve(c.Host); !known {
			return fmt.Errorf("%s has no address", c.Host)
		}
	}
	at := net.JoinHostPort(address.String(), strconv.Itoa(p.port(c.Port)))
	if schemes[c.Type] == "" {
		conn, err := (&net.Dialer{Timeout: tcpWait}).DialContext(ctx, "tcp", at)
		if err != nil {
			return err
		}
		return conn.Close()
	}
	return askHTTP(ctx, c, at)
}

// askHTTP wants an answer of 2xx or 3xx, with the text in it if one is looked for. The certificate is not looked at,
// as Route 53 does not.
func askHTTP(ctx context.Context, c HealthCheck, at string) error {
	ctx, cancel := context.WithTimeout(ctx, connectWait+answerWait)
	defer cancel()
	dialer := net.Dialer{Timeout: connectWait}
	tlsConfig := &tls.Config{InsecureSkipVerify: true} //nolint:gosec // as Route 53 does
	if c.SNI {
		tlsConfig.ServerName = strings.TrimSuffix(c.Host, ".")
	}
	transport := &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, at)
		},
		TLSClientConfig: tlsConfig, DisableKeepAlives: true, ResponseHeaderTimeout: answerWait,
	}
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	host := strings.TrimSuffix(c.Host, ".")
	if host == "" {
		host = c.Address.String()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, schemes[c.Type]+"://"+host+"/"+strings.TrimPrefix(c.Path, "/"), nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode < 200 || resp.StatusCode >= 400 {
		return fmt.Errorf("answered %s", resp.Status)
	}
	if c.Search == "" {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, searched))
	if err != nil {
		return err
	}
	if !strings.Contains(string(body), c.Search) {
		return fmt.Errorf("the answer does not hold %q", c.Search)
	}
	return nil
}
