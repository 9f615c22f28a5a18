//go:build unix

package bench

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"drover/rehearsal/aws/awsapi"
	"drover/rehearsal/kubernetes/programs"
	"drover/test/harness"
)

// A simulated cluster answers /readyz within 15 s of its creation. Measured from CreateCluster, by the endpoint that
// DescribeCluster tells: one cluster alone, two that are created at once, and two at once beside programs that keep
// every processor busy twice. In the same run, etcd and kube-apiserver are started by hand, with their own defaults.
func BenchmarkControlPlane(b *testing.B) {
	set, err := programs.Find(b.Context(), programs.Options{Log: os.Stderr})
	if err != nil {
		b.Fatal(err)
	}
	cloud := newAccount(b)
	var bare, alone, two, loaded, ratio []float64
	for b.Loop() {
		bare = append(bare, byHand(b, set))
		alone = append(alone, cloud.ready(1))
		two = append(two, cloud.ready(2))
		idle := busy(b)
		loaded = append(loaded, cloud.ready(2))
		idle()
		ratio = append(ratio, alone[len(alone)-1]/bare[len(bare)-1])
	}
	b.ReportMetric(median(bare), "s/by-hand")
	b.ReportMetric(median(alone), "s/alone(max:15)")
	b.ReportMetric(median(two), "s/of-two(max:15)")
	b.ReportMetric(median(loaded), "s/of-two-under-load(max:15)")
	b.ReportMetric(median(ratio), "x-by-hand")
}

// busy keeps every processor busy twice, until the function that it returns is called.
func busy(b *testing.B) (idle func()) {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	var programs sync.WaitGroup
	for range 2 * runtime.GOMAXPROCS(0) {
		command := exec.CommandContext(ctx, "sh", "-c", "while :; do :; done")
		if err := command.Start(); err != nil {
			b.Fatal(err)
		}
		programs.Go(func() { _ = command.Wait() }) // killed: the error says so
	}
	return func() { cancel(); programs.Wait() }
}

// account is a simulated one whose clusters are real.
type account struct {
	b       *testing.B
	api     awsapi.Client
	subnets []string
	made    int
}

func newAccount(b *testing.B) *account {
	b.Helper()
	env := harness.Cloud(b, filepath.Join(harness.Repository(b), "examples", "aws", "demo.yaml"), "--kubernetes=on")
	a := &account{b: b, api: awsapi.Client{Endpoint: env["AWS_ENDPOINT_URL"], Region: env["AWS_REGION"], HTTP: http.DefaultClient}}
	var vpc struct {
		ID string `xml:"vpc>vpcId"`
	}
	a.ec2("CreateVpc", url.Values{"CidrBlock": {"10.0.0.0/16"}}, &vpc)
	for i, zone := range []string{"a", "b"} {
		var subnet struct {
			ID string `xml:"subnet>subnetId"`
		}
		a.ec2("CreateSubnet", url.Values{"VpcId": {vpc.ID}, "CidrBlock": {fmt.Sprintf("10.0.%d.0/24", i)}, "AvailabilityZone": {a.api.Region + zone}}, &subnet)
		a.subnets = append(a.subnets, subnet.ID)
	}
	return a
}

func (a *account) ec2(action string, params url.Values, out any) {
	a.b.Helper()
	if err := a.api.Query(a.b.Context(), "ec2", "2016-11-15", action, params, out); err != nil {
		a.b.Fatal(err)
	}
}

// ready creates clusters at once, and says how long the slowest took until /readyz. They are deleted then.
func (a *account) ready(clusters int) (seconds float64) {
	a.b.Helper()
	took := make([]float64, clusters)
	names := make([]string, clusters)
	var all sync.WaitGroup
	for i := range clusters {
		a.made++
		names[i] = "measured-" + strconv.Itoa(a.made)
		all.Go(func() {
			took[i] = timed(func() {
				a.create(names[i])
				await(a.b, a.endpoint(names[i]))
			})
		})
	}
	all.Wait()
	for i, name := range names {
		if err := a.eks("DeleteCluster", http.MethodDelete, "/clusters/"+name, nil, nil); err != nil {
			a.b.Fatal(err)
		}
		seconds = max(seconds, took[i])
	}
	return seconds
}

func (a *account) eks(operation, method, path string, in, out any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return fmt.Errorf("write the request: %w", err)
		}
	}
	return a.api.REST(a.b.Context(), "eks", operation, method, path, body, out)
}

func (a *account) create(name string) {
	in := map[string]any{"name": name, "version": "1.34", "roleArn": "arn:aws:iam::123456789012:role/cluster",
		"resourcesVpcConfig": map[string]any{"subnetIds": a.subnets}}
	if err := a.eks("CreateCluster", http.MethodPost, "/clusters", in, nil); err != nil {
		a.b.Error(err)
	}
}

// endpoint is the cluster's, as soon as EKS tells it.
func (a *account) endpoint(name string) (url string) {
	eventually(a.b, "the endpoint of "+name, func() bool {
		var out struct{ Cluster struct{ Endpoint string } }
		if err := a.eks("DescribeCluster", http.MethodGet, "/clusters/"+name, nil, &out); err != nil {
			return false
		}
		url = out.Cluster.Endpoint
		return url != ""
	})
	return url
}

// await asks an API server until it says that it is ready.
func await(b *testing.B, server string) {
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} //nolint:gosec // only the time is looked at
	defer client.CloseIdleConnections()
	eventually(b, server+"/readyz", func() bool {
		req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, server+"/readyz", nil)
		if err != nil {
			b.Error(err)
			return true
		}
		resp, err := client.Do(req)
		return err == nil && resp.Body.Close() == nil && resp.StatusCode == http.StatusOK
	})
}

// eventually tries until it succeeds, every 50 ms.
func eventually(b *testing.B, what string, try func() bool) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(time.Minute); !try(); <-tick.C {
		if time.Now().After(deadline) {
			b.Errorf("%s: not within a minute", what)
			return
		}
	}
}

// byHand starts etcd and kube-apiserver with what they must be told, and says how long that took until /readyz.
func byHand(b *testing.B, set programs.Set) (seconds float64) {
	b.Helper()
	dir := b.TempDir()
	keyFile := filepath.Join(dir, "accounts.key")
	if err := os.WriteFile(keyFile, key(b), 0o600); err != nil {
		b.Fatal(err)
	}
	client, peer, server := address(b), address(b), address(b)
	_, port, _ := net.SplitHostPort(server)
	ctx, cancel := context.WithCancel(b.Context())
	programs := [][]string{
		{set.Etcd, "--data-dir=" + filepath.Join(dir, "etcd"), "--listen-client-urls=http://" + client, "--advertise-client-urls=http://" + client,
			"--listen-peer-urls=http://" + peer, "--initial-advertise-peer-urls=http://" + peer, "--initial-cluster=default=http://" + peer},
		{set.APIServer, "--bind-address=127.0.0.1", "--secure-port=" + port, "--cert-dir=" + dir, "--etcd-servers=http://" + client, "--authorization-mode=RBAC",
			"--service-cluster-ip-range=172.20.0.0/16", "--service-account-issuer=https://kubernetes.default.svc",
			"--service-account-key-file=" + keyFile, "--service-account-signing-key-file=" + keyFile},
	}
	var running sync.WaitGroup
	seconds = timed(func() {
		for _, p := range programs {
			command := exec.CommandContext(ctx, p[0], p[1:]...)
			command.Dir = dir
			if err := command.Start(); err != nil {
				b.Fatal(err)
			}
			running.Go(func() { _ = command.Wait() }) // killed: the error says so
		}
		await(b, "https://"+server)
	})
	cancel()
	running.Wait()
	return seconds
}

// key is one that service accounts' tokens can be signed with.
func key(b *testing.B) []byte {
	b.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	der, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		b.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})
}

// address is one of this machine's where nobody listens at this moment.
func address(b *testing.B) string {
	b.Helper()
	listener, err := (&net.ListenConfig{}).Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}
