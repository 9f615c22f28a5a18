package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/route53"

	"drover/rehearsal/aws/apimodel"
	"drover/rehearsal/aws/awsapi"
	"drover/rehearsal/aws/awsproxy"
	"drover/rehearsal/aws/inventory"
	"drover/rehearsal/aws/moto"
	"drover/rehearsal/dns"
	"drover/rehearsal/ingress"
	"drover/rehearsal/kubernetes"
	"drover/rehearsal/kubernetes/programs"
	"drover/rehearsal/load"
)

const (
	defaultRegion  = "eu-west-1"
	defaultAccount = "123456789012" // moto's own default
	defaultTTL     = 5 * time.Second

	// What may have changed is read again at each call that writes, and at least this often.
	maxAge = 3 * time.Second
	// What takes AWS minutes takes this long here.
	takes = time.Second
	// AWS tells the metrics of a load balancer every minute; a rehearsal has no time for that.
	metricsEvery = 2 * time.Second

	// What a client of the resolver that ignores the time to live holds on to, in times to live.
	hoarded = 3
)

// defaultDelays of the name servers: a change is told everywhere after the slower one.
var defaultDelays = []time.Duration{500 * time.Millisecond, 1500 * time.Millisecond}

// Options say what cloud to start.
type Options struct {
	Region  string // empty: eu-west-1
	Account string // empty: 123456789012
	Bucket  string // for Terraform state; made when it is set
	Domain  string // what the ingresses' certificate is for, with all its direct subdomains
	// Management is the domain of management interfaces, which the certificate is for too, with each color's own; empty:
	// there are none.
	Management string
	TTL        time.Duration // of alias records, which have 60 s on AWS; 0 is 5 s
	// Delays are those of the authoritative name servers between a change and its being served; nil is half a second
	// for the first and a second and a half for the other.
	Delays []time.Duration
	Dir    string    // holds pid file, logs and certificate; empty is one in the user's cache that Close removes
	Log    io.Writer // what went wrong inside, a line each; nil drops it
	// Kubernetes are the programs of a control plane for each EKS cluster; nil: clusters have no API.
	// With one, an ingress answers only while a Service of its color has the node port that it leads to, and a ready pod.
	Kubernetes *programs.Set
	// StandIns are made in every EKS cluster that has a control plane.
	StandIns []kubernetes.Workload
	// GitOps, unless nil, has Argo CD follow a repository beside each cluster. It needs Kubernetes.
	GitOps *GitOps
	// Propagates is how long Route 53 takes to tell a change to its name servers: until then they answer as before, and
	// GetChange says PENDING. 0: as Delays say, and GetChange says INSYNC at once.
	Propagates time.Duration
	// Private has private zones answer inside of their VPC only: the clients of the load, who ask from an address of
	// their own, and nobody else.
	Private bool
	// Scanned is the mean time between two connections of scanners to each internet-facing load balancer, of which an
	// address in the internet is never without. 0: none come.
	Scanned time.Duration
	// Source is the address that the account's networks see of drover's machine, of which it depends whether that reaches a
	// cluster's API. Empty: it has that of an interface of this machine, and reaches everything.
	Source string
	// Calls is a file that takes each kind of API call once, when it is first made; empty: none does.
	Calls string
	// As is the ARN of the role or the user whose credentials Env has; it is made. Empty: nobody's.
	As string
}

// Cloud is a running simulation.
type Cloud struct {
	options Options
	home    *home
	moto    *moto.Server
	proxy   *awsproxy.Proxy
	dns     *dns.Server
	hoarder *dns.Resolver // ignores the time to live
	ingress *ingress.Ingress
	ca      *ingress.Authority
	fleet   *kubernetes.Fleet // of control planes; nil: clusters have none
	agents  *agents           // nil: nothing follows a repository
	keys    keys
	calls   *calls
	served  atomic.Pointer[awsproxy.Proxy] // proxy, once it is there, for those who came before it
}

// Start sweeps what crashed rehearsals left behind, and starts a cloud of its own.
func Start(ctx context.Context, o Options) (*Cloud, error) {
	if o.Domain == "" {
		return nil, errors.New("start the rehearsal's cloud: no domain is given")
	}
	o = o.withDefaults()
	home, err := openHome(ctx, o.Dir)
	if err != nil {
		return nil, err
	}
	c := &Cloud{options: o, home: home, keys: keys{access: accessKey, secret: secretKey}}
	if o.Kubernetes != nil {
		c.fleet = &kubernetes.Fleet{Programs: *o.Kubernetes, Dir: home.dir, Started: home.record}
	}
	if err := c.start(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("start the rehearsal's cloud: %w", err), c.Close())
	}
	return c, nil
}

func (o Options) withDefaults() Options {
	if o.Region == "" {
		o.Region = defaultRegion
	}
	if o.Account == "" {
		o.Account = defaultAccount
	}
	if o.TTL == 0 {
		o.TTL = defaultTTL
	}
	if o.Delays == nil {
		o.Delays = defaultDelays
	}
	if o.Propagates > 0 {
		o.Delays = []time.Duration{o.Propagates, o.Propagates}
	}
	if o.Log == nil {
		o.Log = io.Discard
	}
	return o
}

// source is the address of drover's machine; the zero address is not told.
func (o Options) source() (netip.Addr, error) {
	if o.Source == "" {
		return netip.Addr{}, nil
	}
	a, err := netip.ParseAddr(o.Source)
	if err != nil {
		return a, fmt.Errorf("read the address of drover's machine: %w", err)
	}
	return a, nil
}

// insider is where the clients in the VPC of private zones ask from; the zero address is any.
func (o Options) insider() netip.Addr {
	if !o.Private {
		return netip.Addr{}
	}
	return netip.AddrFrom4([4]byte{127, 0, 0, 100})
}

// inside tells who is in the VPC of private zones; nil is everybody.
func (o Options) inside() func(netip.Addr) bool {
	if !o.Private {
		return nil
	}
	return func(from netip.Addr) bool { return from == o.insider() }
}

func (c *Cloud) start(ctx context.Context) (err error) {
	o := c.options
	if c.ca, err = ingress.NewAuthority(); err != nil {
		return err
	}
	if err := os.WriteFile(c.caFile(), c.ca.PEM(), 0o600); err != nil {
		return fmt.Errorf("write the certificate authority: %w", err)
	}
	if err := c.startGitOps(ctx); err != nil {
		return err
	}
	if c.moto, err = moto.Start(ctx, moto.Options{Account: o.Account, Dir: c.home.dir, Started: c.home.record}); err != nil {
		return err
	}
	if o.Bucket != "" {
		if err := c.createBucket(ctx); err != nil {
			return err
		}
	}
	// What follows reads moto itself: its calls are not the account's traffic, and change nothing.
	config := c.sdk()
	balancers := elb.NewFromConfig(config)
	c.ingress, err = ingress.Start(ctx, ingress.Options{
		LoadBalancers: ingress.FromELB(balancers), Metrics: ingress.ToCloudWatch(c.direct()),
		Authority: c.ca, Hosts: o.hosts(), MaxAge: maxAge, Every: metricsEvery, Scanned: o.Scanned, Log: o.Log,
		Behind: c.behind(),
	})
	if err != nil {
		return err
	}
	if err := c.startDNS(ctx, route53.NewFromConfig(config)); err != nil {
		return err
	}
	models, err := apimodel.Find(ctx, c.moto.Command())
	if err != nil {
		return fmt.Errorf("find AWS's API models, which come with moto: %w", err)
	}
	if c.calls, err = openCalls(o.Calls); err != nil {
		return err
	}
	source, err := o.source()
	if err != nil {
		return err
	}
	// Last, so that nobody can call what is not there yet.
	c.proxy, err = awsproxy.Start(ctx, awsproxy.Options{Moto: c.moto.URL(), Account: o.Account, Log: o.Log, Wrote: c.wrote, Called: c.calls.add,
		Takes: takes, Models: models, Fleet: c.fleet, StandIns: o.StandIns, Source: source, Keys: map[string]string{accessKey: secretKey}, InSync: c.inSync()})
	if err != nil {
		return err
	}
	c.served.Store(c.proxy)
	return c.signIn(ctx)
}

func (c *Cloud) startDNS(ctx context.Context, account *route53.Client) (err error) {
	o := c.options
	c.dns, err = dns.Start(ctx, dns.Options{
		Zones: dns.FromRoute53(account), HealthChecks: dns.ChecksFromRoute53(account), Target: c.ingress.Lookup,
		Port: c.portOf, TTL: o.TTL, MaxAge: maxAge, Delays: o.Delays, Inside: o.inside(), Log: o.Log,
	})
	if err != nil {
		return err
	}
	c.hoarder, err = dns.StartResolver(ctx, c.dns.Addresses(), o.insider(), hoarded*o.TTL)
	return err
}

// inSync tells the account when its name servers serve a change; nil: at once.
func (c *Cloud) inSync() func(written time.Time) bool {
	if c.options.Propagates == 0 {
		return nil
	}
	return c.dns.InSync
}

// portOf is where a load balancer's port is: those below 1024 are not everybody's to listen on.
func (c *Cloud) portOf(port int) int {
	if port == 443 {
		return c.ingress.Port()
	}
	return port
}

// direct is a client of moto itself, past the proxy.
func (c *Cloud) direct() *awsapi.Client {
	return &awsapi.Client{Endpoint: c.moto.URL().String(), Region: c.options.Region, HTTP: http.DefaultClient}
}

// wrote has what depends on a service read again.
func (c *Cloud) wrote(service string) {
	switch service {
	case "route53":
		c.dns.Refresh()
	case "elasticloadbalancing", "eks":
		c.ingress.Refresh()
	case "autoscaling":
		c.ingress.Refresh()
		c.proxy.Refresh()
	}
}

func (c *Cloud) sdk() aws.Config {
	return aws.Config{
		Region:       c.options.Region,
		BaseEndpoint: aws.String(c.moto.URL().String()),
		Credentials:  credentials.NewStaticCredentialsProvider(accessKey, secretKey, ""),
	}
}

func (c *Cloud) createBucket(ctx context.Context) error {
	body := ""
	if c.options.Region != "us-east-1" {
		body = `<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>` +
			c.options.Region + `</LocationConstraint></CreateBucketConfiguration>`
	}
	if err := c.direct().RESTXML(ctx, "s3", "CreateBucket", "PUT", "/"+c.options.Bucket, []byte(body), nil); err != nil {
		return fmt.Errorf("make the bucket %s: %w", c.options.Bucket, err)
	}
	return nil
}

// What the simulated account takes as credentials: it takes any. They are short, so that drover does not hide them.
const (
	accessKey = "MADE-UP"
	secretKey = "made-up" //nolint:gosec // not a secret: the simulated account takes any
)

// Env is what points drover, Terraform and the AWS command line at this cloud.
func (c *Cloud) Env() map[string]string {
	env := map[string]string{
		"AWS_ENDPOINT_URL":          c.proxy.URL(),
		"AWS_ACCESS_KEY_ID":         c.keys.access,
		"AWS_SECRET_ACCESS_KEY":     c.keys.secret,
		"AWS_SESSION_TOKEN":         c.keys.session,
		"AWS_REGION":                c.options.Region,
		"AWS_DEFAULT_REGION":        c.options.Region,
		"AWS_EC2_METADATA_DISABLED": "true",
		"DROVER_NAMESERVERS":        strings.Join(c.dns.Addresses(), ","),
		"DROVER_CA_FILE":            c.caFile(),
		"DROVER_HTTPS_PORT":         strconv.Itoa(c.ingress.Port()),
	}
	if c.options.Source != "" {
		env["DROVER_SOURCE_ADDRESS"] = c.options.Source
	}
	if c.options.Bucket != "" {
		env["DROVER_BACKEND_CONFIG"] = "use_path_style=true"
	}
	return env
}

func (c *Cloud) caFile() string { return filepath.Join(c.home.dir, "ca.pem") }

// Done is closed when the cloud has ended by itself: moto's server is gone.
func (c *Cloud) Done() <-chan struct{} { return c.moto.Done() }

// Weights tells how a name's weights went, as the name server served them.
func (c *Cloud) Weights(name string) []dns.Sample { return c.dns.Timeline(name) }

// Calls says who answered how many API calls of each service.
func (c *Cloud) Calls() []awsproxy.Calls { return c.proxy.Calls() }

// Validation says how many API calls were compared with AWS's own API models.
func (c *Cloud) Validation() awsproxy.Validation { return c.proxy.Validation() }

// Scans is how many connections scanners have made to internet-facing load balancers.
func (c *Cloud) Scans() int { return c.ingress.Scans() }

// StartLoad begins to make requests to a host of the cloud.
func StartLoad(ctx context.Context, c *Cloud, o load.Options) *load.Load {
	return load.Start(ctx, c.loadOptions(o))
}

// loadOptions are options that reach this cloud.
func (c *Cloud) loadOptions(o load.Options) load.Options {
	o.Hoarder = c.hoarder.Address()
	o.From = c.options.insider()
	o.Port, o.NameServers, o.Roots, o.Header = c.ingress.Port(), c.dns.Addresses(), c.ca.Pool(), ingress.ColorHeader
	return o
}

// answersEverywhere makes one request by way of each name server, and says what is wrong with the answers.
func (c *Cloud) answersEverywhere(ctx context.Context, o load.Options) error {
	o = c.loadOptions(o)
	var errs []error
	for _, server := range c.dns.Addresses() {
		o.NameServers = []string{server}
		errs = append(errs, load.Once(ctx, o))
	}
	return errors.Join(errs...)
}

// Inventory asks the account what it holds.
func (c *Cloud) Inventory(ctx context.Context) ([]inventory.Resource, error) {
	api := &awsapi.Client{Endpoint: c.proxy.URL(), Region: c.options.Region, HTTP: http.DefaultClient}
	return inventory.List(ctx, api)
}

// Close ends every part, waits for their goroutines and processes, and removes what was written.
func (c *Cloud) Close() error {
	var errs []error
	if c.hoarder != nil {
		errs = append(errs, c.hoarder.Close())
	}
	if c.dns != nil {
		errs = append(errs, c.dns.Close())
	}
	if c.ingress != nil {
		errs = append(errs, c.ingress.Close())
	}
	if c.proxy != nil {
		errs = append(errs, c.proxy.Close())
	}
	errs = append(errs, c.calls.close(), c.agents.close())
	if c.moto != nil {
		errs = append(errs, c.moto.Close())
	}
	errs = append(errs, c.home.close())
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close the rehearsal's cloud: %w", err)
	}
	return nil
}
