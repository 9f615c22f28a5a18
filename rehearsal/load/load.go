// Package load makes requests the way clients of a domain do: several clients of several kinds, each of which resolves
// the name for itself and treats answers and connections as its kind does. It counts every request, and must never
// retry one: a failure is what it is there to see.
package load

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Options say what load to make.
type Options struct {
	Host        string
	Path        string     // of the URL; empty is /
	Port        int        // of the HTTPS ingress
	NameServers []string   // host:port of the authoritative servers; each resolution asks one of them
	Hoarder     string     // host:port of the resolver that ignores the time to live
	From        netip.Addr // where the name servers are asked from; the zero address is any
	Roots       *x509.CertPool
	Header      string        // the response header that says the color
	Kinds       []Kind        // of the clients, in turn; nil is all
	Rate        float64       // requests a second over all clients; 0 is 24
	Clients     int           // each on its own; 0 is 12
	KeepAlive   time.Duration // how long a client that keeps connections stays with one; 0 is 15 s
	Timeout     time.Duration // of one request; 0 is 5 s
	Most        int           // requests at all; 0 is 500,000
	Longest     time.Duration // of the whole load; 0 is 6 h
}

func (o Options) withDefaults() Options {
	if o.Path == "" {
		o.Path = "/"
	}
	if len(o.Kinds) == 0 {
		o.Kinds = Kinds()
	}
	if o.Rate == 0 {
		o.Rate = 24
	}
	if o.Clients == 0 {
		o.Clients = 12
	}
	if o.KeepAlive == 0 {
		o.KeepAlive = 15 * time.Second
	}
	if o.Timeout == 0 {
		o.Timeout = 5 * time.Second
	}
	if o.Most == 0 {
		o.Most = 500_000
	}
	if o.Longest == 0 {
		o.Longest = 6 * time.Hour
	}
	return o
}

// Load is a load under way.
type Load struct {
	options Options
	cancel  context.CancelFunc
	owned   sync.WaitGroup
	left    atomic.Int64
	count   *counter
}

// Start begins to make requests. It ends at Stop, when ctx is done, or at the options' bounds.
func Start(ctx context.Context, o Options) *Load {
	o = o.withDefaults()
	ctx, cancel := context.WithTimeout(ctx, o.Longest)
	l := &Load{options: o, cancel: cancel, count: newCounter(time.Now())}
	l.left.Store(int64(o.Most))
	every := time.Duration(float64(time.Second) * float64(o.Clients) / o.Rate)
	for i := range o.Clients {
		// Clients are spread over the interval, so that requests and resolutions are.
		offset := every * time.Duration(i) / time.Duration(o.Clients)
		l.owned.Go(func() { l.client(ctx, l.kind(i), offset, every) })
	}
	return l
}

// Stop ends the load, waits for the requests under way, and says what was counted.
func (l *Load) Stop() Requests {
	l.cancel()
	l.owned.Wait()
	return l.Requests()
}

// Requests says what has been counted so far.
func (l *Load) Requests() Requests {
	clients := map[Kind]int{}
	for i := range l.options.Clients {
		clients[l.kind(i)]++
	}
	return l.count.requests(clients)
}

// kind of the i-th client.
func (l *Load) kind(i int) Kind { return l.options.Kinds[i%len(l.options.Kinds)] }

// client makes one request after another, at its rate or as fast as answers come when those are slower.
func (l *Load) client(ctx context.Context, kind Kind, offset, every time.Duration) {
	r := newResolution(l.options, kind)
	defer r.close()
	timer := time.NewTimer(offset)
	defer timer.Stop()
	next := time.Now().Add(offset)
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		if l.left.Add(-1) < 0 {
			return
		}
		// A request that was begun is finished: the end of the load is not its failure.
		l.request(context.WithoutCancel(ctx), r)
		if next = next.Add(every); next.Before(time.Now()) {
			next = time.Now()
		}
		timer.Reset(time.Until(next))
	}
}

// Once makes one request, and says what is wrong with the answer.
func Once(ctx context.Context, o Options) error {
	o = o.withDefaults()
	ctx, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	r := newResolution(o, Caches)
	defer r.close()
	_, err := (&Load{options: o}).try(ctx, r)
	return err
}

func (l *Load) request(ctx context.Context, r *resolution) {
	ctx, cancel := context.WithTimeout(ctx, l.options.Timeout)
	defer cancel()
	start := time.Now()
	color, err := l.try(ctx, r)
	l.count.add(r.behavior.kind, start, time.Since(start), color, err)
}

func (l *Load) try(ctx context.Context, r *resolution) (color string, err error) {
	client, err := r.current(ctx)
	if err != nil {
		return "", err
	}
	url := fmt.Sprintf("https://%s:%d%s", l.options.Host, l.options.Port, l.options.Path)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	resp, err := client.Do(req)
	if err != nil {
		return "", fmt.Errorf("from %s: %w", r.address, err)
	}
	defer func() { _ = resp.Body.Close() }()
	color = resp.Header.Get(l.options.Header)
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return color, fmt.Errorf("read the answer of %s (%s): %w", r.address, color, err)
	}
	switch {
	case resp.StatusCode != http.StatusOK:
		return color, fmt.Errorf("%s (%s) answered %s", r.address, color, resp.Status)
	case color == "":
		return "", fmt.Errorf("%s answered without %s", r.address, l.options.Header)
	}
	return color, nil
}
