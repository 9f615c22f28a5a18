package awsproxy_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/smithy-go"

	"drover/rehearsal/aws/awsapi"
	"drover/rehearsal/aws/awsproxy"
	"drover/rehearsal/fault"
)

// breakable is a proxy that a test may break: one of its own, before the moto of all.
func breakable(t *testing.T) *awsproxy.Proxy {
	t.Helper()
	at, err := url.Parse(proxy.Moto(region).Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	p, err := awsproxy.Start(t.Context(), awsproxy.Options{Moto: at, Account: account, Log: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// api of a fault, by its name.
func apiOf(t *testing.T, name string) fault.API {
	t.Helper()
	i := slices.IndexFunc(fault.All, func(f fault.Fault) bool { return f.Name == name })
	if i < 0 {
		t.Fatalf("there is no fault %s", name)
	}
	return fault.All[i].API
}

// calls are one of each protocol that AWS speaks, as its own clients make them.
func calls(p *awsproxy.Proxy) map[string]func(context.Context) error {
	c := config()
	c.BaseEndpoint = aws.String(p.URL())
	plain := &awsapi.Client{Endpoint: p.URL(), Region: region, HTTP: http.DefaultClient}
	return map[string]func(context.Context) error{
		"eks": func(ctx context.Context) error { _, err := eks.NewFromConfig(c).ListClusters(ctx, nil); return err },
		"route53": func(ctx context.Context) error {
			_, err := route53.NewFromConfig(c).ListHostedZones(ctx, nil)
			return err
		},
		"elasticloadbalancing": func(ctx context.Context) error {
			_, err := elb.NewFromConfig(c).DescribeLoadBalancers(ctx, nil)
			return err
		},
		"monitoring": func(ctx context.Context) error {
			_, err := cloudwatch.NewFromConfig(c).ListMetrics(ctx, nil)
			return err
		},
		"ec2": func(ctx context.Context) error {
			return plain.Query(ctx, "ec2", "2016-11-15", "DescribeVpcs", nil, nil)
		},
		"s3": func(ctx context.Context) error {
			return plain.RESTXML(ctx, "s3", "ListBuckets", http.MethodGet, "/", nil, nil)
		},
	}
}

// codeOf is the code that a client makes of a refusal.
func codeOf(err error) string {
	var refused smithy.APIError
	var plain *awsapi.Error
	switch {
	case errors.As(err, &refused):
		return refused.ErrorCode()
	case errors.As(err, &plain):
		return plain.Code
	}
	return ""
}

func TestFaultsRefuseAsEachServiceDoes(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]map[string]string{
		"aws-throttled": {"eks": "ThrottlingException", "route53": "Throttling", "elasticloadbalancing": "Throttling",
			"monitoring": "ThrottlingException", "ec2": "RequestLimitExceeded", "s3": "SlowDown"},
		"aws-fails": {"eks": "InternalServerException", "route53": "InternalFailure", "elasticloadbalancing": "InternalFailure",
			"monitoring": "InternalServerException", "ec2": "InternalError", "s3": "InternalError"},
		"credentials-expire": {"eks": "ExpiredTokenException", "route53": "ExpiredToken", "elasticloadbalancing": "ExpiredToken",
			"monitoring": "ExpiredTokenException", "ec2": "RequestExpired", "s3": "ExpiredToken"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := breakable(t)
			for service, call := range calls(p) {
				if err := call(t.Context()); err != nil {
					t.Fatalf("%s before the fault: %v", service, err)
				}
				broken := p.Break(apiOf(t, name))
				err := call(t.Context())
				broken.End()
				if got := codeOf(err); got != want[service] {
					t.Errorf("%s: refused with %q (%v), want %s", service, got, err, want[service])
				}
				if broken.Hits() == 0 {
					t.Errorf("%s: the fault counted no hit", service)
				}
				if err := call(t.Context()); err != nil {
					t.Errorf("%s after the fault: %v", service, err)
				}
			}
		})
	}
}

func TestAFaultSparesOneCallOfSoManyAndOtherServices(t *testing.T) {
	t.Parallel()
	p := breakable(t)
	api := apiOf(t, "aws-throttled")
	api.Service = "ec2"
	broken := p.Break(api)
	defer broken.End()
	all := calls(p)
	failed := 0
	for range 9 {
		if all["ec2"](t.Context()) != nil {
			failed++
		}
		if err := all["eks"](t.Context()); err != nil {
			t.Errorf("EKS was hit by a fault of EC2: %v", err)
		}
	}
	if failed != 6 || broken.Hits() != 6 {
		t.Errorf("%d of 9 calls failed and %d were counted, want two of three", failed, broken.Hits())
	}
}

func TestACallHangsUntilTheClientOrTheFaultIsOver(t *testing.T) {
	t.Parallel()
	p := breakable(t)
	broken := p.Break(apiOf(t, "aws-hangs"))
	ec2 := calls(p)["ec2"]
	short, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := ec2(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a call to an API that hangs: %v, want the client's own deadline", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- ec2(t.Context()) }()
	for deadline := time.Now().Add(10 * time.Second); broken.Hits() < 2 && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
	}
	broken.End()
	if err := <-ended; err == nil {
		t.Error("a call that hung was answered at the end of the fault, and should be dropped")
	}
	if err := ec2(t.Context()); err != nil {
		t.Errorf("after the fault: %v", err)
	}
}

func TestAStateUploadFailsAndOtherUploadsDoNot(t *testing.T) {
	t.Parallel()
	p := breakable(t)
	s3 := &awsapi.Client{Endpoint: p.URL(), Region: region, HTTP: http.DefaultClient}
	put := func(path string) error {
		return s3.RESTXML(t.Context(), "s3", "PutObject", http.MethodPut, path, []byte("{}"), nil)
	}
	const bucket = "/faults-state"
	body := `<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>` + region + `</LocationConstraint></CreateBucketConfiguration>`
	if err := s3.RESTXML(t.Context(), "s3", "CreateBucket", http.MethodPut, bucket, []byte(body), nil); err != nil {
		t.Fatal(err)
	}
	broken := p.Break(apiOf(t, "state-upload-fails"))
	if err := put(bucket + "/shop/green.tfstate"); codeOf(err) != "AccessDenied" {
		t.Errorf("uploading a state: %v, want AccessDenied", err)
	}
	if err := put(bucket + "/shop/journal.jsonl"); err != nil {
		t.Errorf("uploading something else: %v", err)
	}
	if err := s3.RESTXML(t.Context(), "s3", "ListObjects", http.MethodGet, bucket, nil, nil); err != nil {
		t.Errorf("reading: %v", err)
	}
	broken.End()
	if err := put(bucket + "/shop/green.tfstate"); err != nil {
		t.Errorf("after the fault: %v", err)
	}
}

// described is a cluster with one node group, as EKS tells them.
type described struct {
	t      *testing.T
	client *eks.Client
	name   string
}

func newCluster(t *testing.T, client *eks.Client, name string) described {
	t.Helper()
	clusterBy(t, client, name, "1.33")
	group(t, client, name, "workers")
	return described{t, client, name}
}

func (d described) nodeGroupStatus() string {
	d.t.Helper()
	out, err := d.client.DescribeNodegroup(d.t.Context(), &eks.DescribeNodegroupInput{ClusterName: aws.String(d.name), NodegroupName: aws.String("workers")})
	if err != nil {
		d.t.Fatal(err)
	}
	return string(out.Nodegroup.Status)
}

func TestGreensNodeGroupIsStuck(t *testing.T) {
	t.Parallel()
	p := breakable(t)
	c := config()
	c.BaseEndpoint = aws.String(p.URL())
	client := eks.NewFromConfig(c)
	green, blue := newCluster(t, client, "broken-green"), newCluster(t, client, "broken-blue")
	stuck := p.Break(apiOf(t, "node-group-stuck"))
	if got := green.nodeGroupStatus(); got != "CREATING" {
		t.Errorf("green's node group is %s, want CREATING for as long as the fault lasts", got)
	}
	if got := blue.nodeGroupStatus(); got != "ACTIVE" {
		t.Errorf("blue's node group is %s", got)
	}
	stuck.End()
	if got := green.nodeGroupStatus(); got != "ACTIVE" {
		t.Errorf("after the fault, green's node group is %s", got)
	}
}
