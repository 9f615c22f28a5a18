// Package awsproxy is the endpoint of the simulated account: a reverse proxy in front of moto that hands each
// request to the simulation which has the service, and to moto unchanged when none has. It must never pass a
// request on to AWS, and never listens on anything but loopback.
package awsproxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"regexp"
	"sync"
	"time"

	"drover/rehearsal/awsapi"
	"drover/rehearsal/eks"
	"drover/rehearsal/kubernetes"
)

// Options say what the proxy stands before.
type Options struct {
	Moto    *url.URL
	Account string
	Log     io.Writer // one line for each error of the proxy itself
	// Fleet, unless nil, gives each EKS cluster a control plane.
	Fleet *kubernetes.Fleet
	// Keys are the secrets of access keys that were given out beside the account's own API, by access key.
	Keys map[string]string
	// Wrote, unless nil, is told after each call that may have changed something in a service. It must not block.
	Wrote func(service string)
}

// Proxy is a running endpoint.
type Proxy struct {
	moto     *url.URL
	http     *http.Client
	forward  *httputil.ReverseProxy
	server   *http.Server
	listener net.Listener
	done     chan struct{}

	wrote       func(service string)
	eks         *eks.Service
	keys        keyring
	pullThrough *pullThrough
	databases   databases
	tally       tally
	faults      faults
}

// Start listens on a free loopback port.
func Start(ctx context.Context, o Options) (*Proxy, error) {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the simulated AWS API: %w", err)
	}
	if o.Log == nil {
		o.Log = io.Discard
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 32, IdleConnTimeout: 30 * time.Second}
	p := &Proxy{moto: o.Moto, listener: listener, done: make(chan struct{}), http: &http.Client{Transport: transport}}
	p.eks = eks.New(o.Account, p.Moto)
	p.keys.secrets = maps.Clone(o.Keys)
	if o.Fleet != nil {
		if err := p.eks.StartKubernetes(ctx, eks.Kubernetes{Fleet: o.Fleet, Secret: p.keys.secret, Log: o.Log}); err != nil {
			return nil, errors.Join(err, listener.Close())
		}
	}
	p.wrote = o.Wrote
	p.pullThrough = newPullThrough(o.Account)
	errorLog := log.New(o.Log, "proxy: ", 0)
	p.forward = &httputil.ReverseProxy{
		Transport:      transport,
		ErrorLog:       errorLog,
		ModifyResponse: p.keys.learn,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(o.Moto)
			r.Out.Host = r.In.Host // moto puts the host in the URLs that it answers with
		},
	}
	p.server = &http.Server{Handler: p.faults.around(p), ErrorLog: errorLog, ReadHeaderTimeout: 10 * time.Second}
	go p.serve()
	return p, nil
}

func (p *Proxy) serve() {
	defer close(p.done)
	_ = p.server.Serve(p.listener) // always ends with an error: that of Close
}

// URL is what AWS_ENDPOINT_URL has to be.
func (p *Proxy) URL() string { return "http://" + p.listener.Addr().String() }

// Moto is a client of moto itself in a region, past the proxy.
func (p *Proxy) Moto(region string) *awsapi.Client {
	return &awsapi.Client{Endpoint: p.moto.String(), Region: region, HTTP: p.http}
}

// Calls says who answered how many calls.
func (p *Proxy) Calls() []Calls { return p.tally.list() }

// Refresh has the clusters' nodes looked at again, after something outside EKS may have changed them.
func (p *Proxy) Refresh() { p.eks.Refresh() }

// Cluster is the control plane of an EKS cluster; nil when it has none, or not yet.
func (p *Proxy) Cluster(region, name string) *kubernetes.Cluster { return p.eks.Cluster(region, name) }

// Close ends every request under way and waits for the server's goroutine.
func (p *Proxy) Close() error {
	err := p.server.Close()
	<-p.done
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	err = errors.Join(err, p.eks.Close())
	p.http.CloseIdleConnections()
	if err != nil {
		return fmt.Errorf("close the simulated AWS API: %w", err)
	}
	return nil
}

// scope finds region and service in the credential scope of a signature, version 4, in the header or, for a
// presigned request, in the query.
var scope = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`Credential=[^/]+/\d{8}/([^/]+)/([^/]+)/aws4_request`)
})

func scopeOf(r *http.Request) (region, service string) {
	signed := r.Header.Get("Authorization")
	if signed == "" {
		signed = "Credential=" + r.URL.Query().Get("X-Amz-Credential")
	}
	if m := scope().FindStringSubmatch(signed); m != nil {
		return m[1], m[2]
	}
	return "", ""
}

// ServeHTTP gives a request to who simulates it.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	region, service := scopeOf(r)
	switch {
	case refuseMissing(w, r, service):
		p.tally.count(service, true)
	case service == "eks":
		_, motos := p.eks.Serve(w, r, region)
		p.tally.count(service, !motos)
	case service == "ecr" && p.pullThrough.serve(w, r, region):
		p.tally.count(service, true)
	case service == "tagging" && p.serveTagging(w, r, region):
		p.tally.count(service, true)
	case service == "servicequotas" && p.serveQuota(w, r):
		p.tally.count(service, true)
	case service == "rds":
		p.serveRDS(w, r)
		p.tally.count(service, false)
	case r.Header.Get("Smithy-Protocol") == "rpc-v2-cbor":
		p.serveCBOR(w, r)
		p.tally.count(service, false)
	default:
		p.forward.ServeHTTP(w, r)
		p.tally.count(service, false)
	}
	if p.wrote != nil && r.Method != http.MethodGet && r.Method != http.MethodHead {
		p.wrote(service)
	}
}

// Calls is how many calls of one service were answered, and by whom.
type Calls struct {
	Service   string `json:"service"`
	Moto      int    `json:"moto"`
	Rehearsal int    `json:"rehearsal"`
}

type tally struct {
	mu    sync.Mutex
	calls map[string]*Calls
}

func (t *tally) count(service string, rehearsal bool) {
	if service == "" {
		service = "unsigned"
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.calls == nil {
		t.calls = map[string]*Calls{}
	}
	c := t.calls[service]
	if c == nil {
		c = &Calls{Service: service}
		t.calls[service] = c
	}
	if rehearsal {
		c.Rehearsal++
	} else {
		c.Moto++
	}
}

func (t *tally) list() []Calls {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := make([]Calls, 0, len(t.calls))
	for _, c := range t.calls {
		list = append(list, *c)
	}
	sortCalls(list)
	return list
}
