// Package load makes requests the way clients of a domain do: several clients, each of which resolves the name for
// itself, keeps the answer for its time to live, and opens new connections when it resolves again. It counts every
// request, and must never retry one: a failure is what it is there to see.
package load

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Options say what load to make.
type Options struct {
	Host        string
	Path        string   // of the URL; empty is /
	Port        int      // of the HTTPS ingress
	NameServers []string // host:port of the authoritative servers; each resolution asks one of them
	Roots       *x509.CertPool
	Header      string        // the response header that says the color
	Rate        float64       // requests a second over all clients; 0 is 20
	Clients     int           // with caches of their own; 0 is 10
	Timeout     time.Duration // of one request; 0 is 5 s
	Most        int           // requests at all; 0 is 500,000
	Longest     time.Duration // of the whole load; 0 is 6 h
}

func (o Options) withDefaults() Options {
	if o.Path == "" {
		o.Path = "/"
	}
	if o.Rate == 0 {
		o.Rate = 20
	}
	if o.Clients == 0 {
		o.Clients = 10
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
		l.owned.Go(func() { l.client(ctx, offset, every) })
	}
	return l
}

// Stop ends the load, waits for the requests under way, and says what was counted.
func (l *Load) Stop() Requests {
	l.cancel()
	l.owned.Wait()
	return l.count.requests()
}

// Requests says what has been counted so far.
func (l *Load) Requests() Requests { return l.count.requests() }

// client makes one request after another, at its rate or as fast as answers come when those are slower.
func (l *Load) client(ctx context.Context, offset, every time.Duration) {
	r := newResolution(l.options)
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
	r := newResolution(o)
	defer r.close()
	_, err := (&Load{options: o}).try(ctx, r)
	return err
}

func (l *Load) request(ctx context.Context, r *resolution) {
	ctx, cancel := context.WithTimeout(ctx, l.options.Timeout)
	defer cancel()
	start := time.Now()
	color, err := l.try(ctx, r)
	l.count.add(start, time.Since(start), color, err)
}

func (l *Load) try(ctx context.Context, r *resolution) (color string, err error) {
	client, err := r.current(ctx)
	if err != nil {
		return "", fmt.Errorf("resolve %s: %w", l.options.Host, err)
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
