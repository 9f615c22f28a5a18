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
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"sync"
	"time"

	"drover/rehearsal/aws/answer"
	"drover/rehearsal/aws/apimodel"
	"drover/rehearsal/aws/awsapi"
	"drover/rehearsal/aws/eks"
	"drover/rehearsal/guard"
	"drover/rehearsal/kubernetes"
)

// Options say what the proxy stands before.
type Options struct {
	Moto    *url.URL
	Account string
	Log     io.Writer // one line for each error of the proxy itself
	// Fleet, unless nil, gives each EKS cluster a control plane.
	Fleet *kubernetes.Fleet
	// StandIns are made in every cluster that has a control plane, in place of what a team deploys.
	StandIns []kubernetes.Workload
	// Source is the address of the machine that drover runs on, as the account's networks see it. A cluster's API answers it
	// only if its endpoints let that in; the zero address reaches everything.
	Source netip.Addr
	// Keys are the secrets of access keys that were given out beside the account's own API, by access key.
	Keys map[string]string
	// Takes is how long what takes minutes on AWS (a cluster, a node group, a firewall) takes here until it is ready.
	Takes time.Duration
	// Quotas are those that are not AWS's defaults, by their code.
	Quotas map[string]float64
	// Models is where AWS's API models are (see apimodel.Find); empty compares nothing with them,
	// and simulates none of the services that are described by tables.
	Models string
	// InSync tells whether what was written to Route 53 before a moment is served; nil: GetChange is moto's, to which
	// everything is.
	InSync func(written time.Time) bool
	// Wrote, unless nil, is told after each call that may have changed something in a service. It must not block.
	Wrote func(service string)
	// Called, unless nil, is told each call that was not refused, by who made it (terraform, sdk or other), the service
	// that it is signed for and the operation. It must not block.
	Called func(caller, service, operation string)
}

// Proxy is a running endpoint.
type Proxy struct {
	moto     *url.URL
	http     *http.Client
	forward  *httputil.ReverseProxy
	server   *http.Server
	listener net.Listener
	done     chan struct{}

	account     string
	wrote       func(service string)
	called      func(caller, service, operation string)
	eks         *eks.Service
	keys        keyring
	tables      []table
	templates   *creationTemplates
	attachments attachments
	databases   databases
	validation  validation
	quotas      map[string]float64
	changes     changes
	objects     objects
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
	transport := persistent{&http.Transport{MaxIdleConnsPerHost: 32, IdleConnTimeout: 30 * time.Second}}
	p := &Proxy{account: o.Account, moto: o.Moto, listener: listener, done: make(chan struct{}), http: &http.Client{Transport: transport}}
	p.eks = eks.New(o.Account, p.Moto)
	p.keys.secrets = maps.Clone(o.Keys)
	if o.Fleet != nil {
		if err := p.eks.StartKubernetes(ctx, eks.Kubernetes{Fleet: o.Fleet, Secret: p.keys.secret, AWS: p.client, StandIns: o.StandIns, Source: o.Source, Log: o.Log}); err != nil {
			return nil, errors.Join(err, listener.Close())
		}
	}
	p.eks.Take(o.Takes)
	if p.tables, err = p.services(o); err != nil {
		return nil, errors.Join(err, p.eks.Close(), listener.Close())
	}
	p.wrote, p.called, p.changes.inSync = o.Wrote, o.Called, o.InSync
	p.quotas, p.templates = granted(o.Quotas), newCreationTemplates(o.Account)
	p.eks.Limit(p.quotas)
	errorLog := log.New(o.Log, "proxy: ", 0)
	p.validation.log = errorLog.Printf
	if o.Models != "" {
		p.validation.library = apimodel.Open(o.Models)
	}
	p.forward = &httputil.ReverseProxy{
		Transport: transport,
		ErrorLog:  errorLog,
		ModifyResponse: func(r *http.Response) error {
			nameUnanswered(r)
			return p.keys.learn(r)
		},
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(o.Moto)
			r.Out.Host = r.In.Host // moto puts the host in the URLs that it answers with
		},
	}
	p.server = &http.Server{Handler: guard.Handler(p.faults.around(p)), ErrorLog: errorLog, ReadHeaderTimeout: 10 * time.Second}
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

// client is a client of the proxy in a region.
func (p *Proxy) client(region string) *awsapi.Client {
	return &awsapi.Client{Endpoint: p.URL(), Region: region, HTTP: p.http}
}

// Calls says who answered how many calls.
func (p *Proxy) Calls() []Calls { return p.tally.list() }

// Refresh has the clusters' nodes looked at again, after something outside EKS may have changed them.
func (p *Proxy) Refresh() { p.eks.Refresh() }

// Cluster is the control plane of an EKS cluster; nil when it has none, or not yet.
func (p *Proxy) Cluster(region, name string) *kubernetes.Cluster { return p.eks.Cluster(region, name) }

// Validation says how many calls were compared with AWS's API models.
func (p *Proxy) Validation() Validation { return p.validation.sum() }

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

const ec2Version = "2016-11-15"

// ServeHTTP gives a request to who simulates it.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, err := read(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if refused := p.refuse(c); refused != nil {
		c.refuse(w, refused)
		p.tally.count(c.service, "refusals")
		return
	}
	p.tell(c)
	p.tally.count(c.service, p.serveCall(w, c))
	if p.wrote != nil && r.Method != http.MethodGet && r.Method != http.MethodHead {
		p.wrote(c.service)
	}
}

// refuse says what AWS would not do of a call; nil is nothing.
func (p *Proxy) refuse(c *call) *answer.Refusal {
	start := time.Now()
	defer func() { p.validation.spent.Add(int64(time.Since(start))) }()
	for _, ask := range []func(*call) *answer.Refusal{p.validation.check, p.mind, p.within} {
		if refused := ask(c); refused != nil {
			p.validation.refused.Add(1)
			p.validation.log("refused %s: %v", c.name(), refused)
			return refused
		}
	}
	return nil
}

// serveCall answers a call, and says who of the rehearsal did; empty is moto.
func (p *Proxy) serveCall(w http.ResponseWriter, c *call) (by string) {
	if c.Method != http.MethodGet && c.Method != http.MethodHead {
		// What AWS has begun to make it finishes, also where the client is gone by then.
		c.Request = c.WithContext(context.WithoutCancel(c.Context()))
	}
	if by := p.simulate(w, c); by != "" {
		return by
	}
	if c.service == "eks" {
		if _, motos := p.eks.Serve(w, c.Request, c.region); motos {
			return ""
		}
		return "EKS"
	}
	if rows := following(c); len(rows) > 0 {
		p.serveFollowed(w, c, rows)
	} else {
		p.serveMoto(w, c)
	}
	return ""
}

// serveMoto passes a call on to moto.
func (p *Proxy) serveMoto(w http.ResponseWriter, c *call) {
	switch {
	case c.service == "rds":
		p.serveRDS(w, c)
	case writesObject(c):
		p.serveObject(w, c)
	case c.service == "route53" && c.operation == "CreateHostedZone":
		c.rewrite(saidPrivate(c.body))
		p.forward.ServeHTTP(w, c.WithContext(withCall(c.Context(), c)))
	case c.protocol == answer.CBOR:
		p.serveCBOR(w, c)
	default:
		p.forward.ServeHTTP(w, c.WithContext(withCall(c.Context(), c)))
	}
}

// Calls is how many calls of one service were answered, and by whom.
type Calls struct {
	Service   string `json:"service"`
	Moto      int    `json:"moto"`
	Rehearsal int    `json:"rehearsal"`
	// Parts are what of the service the rehearsal's proxy simulates, of what was called.
	Parts []string `json:"parts,omitempty"`
}

type tally struct {
	mu    sync.Mutex
	calls map[string]*Calls
}

// count adds a call that a part of the rehearsal answered; empty is moto.
func (t *tally) count(service, part string) {
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
	if part == "" {
		c.Moto++
		return
	}
	c.Rehearsal++
	if !slices.Contains(c.Parts, part) {
		c.Parts = append(c.Parts, part)
	}
}

func (t *tally) list() []Calls {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := make([]Calls, 0, len(t.calls))
	for _, c := range t.calls {
		copied := *c
		copied.Parts = slices.Sorted(slices.Values(c.Parts))
		list = append(list, copied)
	}
	sortCalls(list)
	return list
}
