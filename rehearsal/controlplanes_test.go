package rehearsal

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/eks/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"drover/generator/spec"
	"drover/rehearsal/child"
	"drover/rehearsal/fault"
	"drover/rehearsal/kubernetes/programs"
)

const admin = "arn:aws:iam::123456789012:role/teams/platform-admin"

// withControlPlanes starts a cloud whose clusters are real.
func withControlPlanes(t *testing.T, as string) *Cloud {
	t.Helper()
	set, err := programs.Find(t.Context(), programs.Options{Log: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	c, err := Start(t.Context(), Options{Domain: "real.example.com", Dir: t.TempDir(), Kubernetes: &set, As: as, Log: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// signedIn is the configuration of a client that has the cloud's own environment.
func signedIn(c *Cloud) aws.Config {
	config, env := through(c), c.Env()
	config.Credentials = credentials.NewStaticCredentialsProvider(env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], env["AWS_SESSION_TOKEN"])
	return config
}

func TestThePidFileNamesEveryProcessOfAControlPlane(t *testing.T) {
	t.Parallel()
	c := withControlPlanes(t, admin)
	client := eks.NewFromConfig(signedIn(c))
	for _, name := range []string{"real-blue", "real-green"} {
		_, err := client.CreateCluster(t.Context(), &eks.CreateClusterInput{Name: aws.String(name), Version: aws.String("1.34"),
			RoleArn: aws.String("arn:aws:iam::123456789012:role/cluster"), ResourcesVpcConfig: &types.VpcConfigRequest{SubnetIds: twoSubnets(t, c)}})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"real-blue", "real-green"} {
		waiter := eks.NewClusterActiveWaiter(client, func(o *eks.ClusterActiveWaiterOptions) {
			o.MinDelay, o.MaxDelay = 100*time.Millisecond, 300*time.Millisecond
		})
		if err := waiter.Wait(t.Context(), &eks.DescribeClusterInput{Name: aws.String(name)}, 2*time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	for color, other := range map[string]string{"green": "blue", "blue": "green"} {
		checkUnreachable(t, c, client, color, other)
	}
	data, err := os.ReadFile(filepath.Join(c.home.dir, pidFile))
	if err != nil {
		t.Fatal(err)
	}
	var p pids
	if err := json.Unmarshal(data, &p); err != nil {
		t.Fatal(err)
	}
	// An API server that lost its port to somebody else, and was started again with another one, may stand there too.
	p.Children = slices.DeleteFunc(p.Children, func(id child.Identity) bool { return !id.Alive() })
	if want := 1 + 2*5; len(p.Children) != want {
		t.Errorf("the pid file names %d processes that are alive, want %d: %+v", len(p.Children), want, p.Children)
	}
	const most = 3 << 30 // of a whole cloud with two clusters
	if held := resident(t, append(p.Children, p.Owner)); held > most {
		t.Errorf("the cloud holds %d MiB, and more than %d are too many", held>>20, most>>20)
	} else {
		t.Logf("the cloud with two clusters holds %d MiB", held>>20)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	for _, id := range p.Children {
		if id.Alive() {
			t.Errorf("process %d is alive after Close", id.PID)
		}
	}
	if left, err := filepath.Glob(filepath.Join(c.home.dir, "kubernetes-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}

// checkUnreachable has the fault by a color's name silence that color's API server, and no other.
func checkUnreachable(t *testing.T, c *Cloud, client *eks.Client, color, other string) {
	t.Helper()
	ready := func(color string) error {
		out, err := client.DescribeCluster(t.Context(), &eks.DescribeClusterInput{Name: aws.String("real-" + color)})
		if err != nil {
			return err
		}
		ca, err := base64.StdEncoding.DecodeString(aws.ToString(out.Cluster.CertificateAuthority.Data))
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(ca)
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
		defer transport.CloseIdleConnections()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		req, reqErr := http.NewRequestWithContext(ctx, http.MethodGet, aws.ToString(out.Cluster.Endpoint)+"/readyz", nil)
		if err := errors.Join(err, reqErr); err != nil {
			return err
		}
		resp, err := (&http.Client{Transport: transport}).Do(req)
		if err != nil {
			return err
		}
		return resp.Body.Close()
	}
	b := startBreaker(t.Context(), c, "", []fault.Injection{ofCloud(t, color+"-api-unreachable", time.Hour)}, func(string, ...any) {})
	within(t, 30*time.Second, color+" that does not answer", func() (bool, string) {
		err := ready(color)
		return errors.Is(err, context.DeadlineExceeded), fmt.Sprint(err)
	})
	within(t, 30*time.Second, other+" that answers", func() (bool, string) { err := ready(other); return err == nil, fmt.Sprint(err) })
	if struck := b.stop(); struck[0].Hits == 0 || struck[0].Problem != "" {
		t.Errorf("the fault: %+v", struck)
	}
	within(t, 30*time.Second, color+" that answers again", func() (bool, string) { err := ready(color); return err == nil, fmt.Sprint(err) })
}

// resident asks ps what processes hold, in bytes.
func resident(t *testing.T, ids []child.Identity) (sum int) {
	t.Helper()
	for _, id := range ids {
		out, err := exec.CommandContext(t.Context(), "ps", "-o", "rss=", "-p", strconv.Itoa(id.PID)).Output()
		kib, convErr := strconv.Atoi(strings.TrimSpace(string(out)))
		if err != nil || convErr != nil || kib == 0 {
			t.Fatalf("what process %d holds: %q (%v)", id.PID, out, errors.Join(err, convErr))
		}
		sum += kib << 10
	}
	return sum
}

// twoSubnets makes a VPC with subnets in two zones.
func twoSubnets(t *testing.T, c *Cloud) (ids []string) {
	t.Helper()
	ec2 := func(action string, params url.Values, out any) {
		if err := c.direct().Query(t.Context(), "ec2", "2016-11-15", action, params, out); err != nil {
			t.Fatal(err)
		}
	}
	var vpc struct {
		ID string `xml:"vpc>vpcId"`
	}
	ec2("CreateVpc", url.Values{"CidrBlock": {"10.0.0.0/16"}}, &vpc)
	for zone, cidr := range map[string]string{"a": "10.0.0.0/24", "b": "10.0.1.0/24"} {
		var subnet struct {
			ID string `xml:"subnet>subnetId"`
		}
		ec2("CreateSubnet", url.Values{"VpcId": {vpc.ID}, "CidrBlock": {cidr}, "AvailabilityZone": {defaultRegion + zone}}, &subnet)
		ids = append(ids, subnet.ID)
	}
	return ids
}

func TestDroverIsSignedInAsTheRoleOrUserThatIsNamed(t *testing.T) {
	t.Parallel()
	for as, want := range map[string]string{
		admin: ":sts::123456789012:assumed-role/platform-admin/rehearsal",
		"arn:aws:iam::123456789012:user/people/ann": ":iam::123456789012:user/people/ann",
		"": ":sts::123456789012:user/moto",
	} {
		c, err := Start(t.Context(), Options{Domain: "who.example.com", Dir: t.TempDir(), As: as})
		if err != nil {
			t.Fatal(err)
		}
		out, err := sts.NewFromConfig(signedIn(c)).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
		if err != nil || !strings.HasSuffix(aws.ToString(out.Arn), want) {
			t.Errorf("as %q: %v (%v), want …%s", as, out, err, want)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestDroverRunsAsTheFirstAdminOfTheAccount(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		account string
		admins  []string
		want    string
	}{
		{"", []string{admin}, admin},
		{"123456789012", []string{"arn:aws:iam::210987654321:role/other", "not an ARN", admin}, admin},
		{"210987654321", []string{admin}, ""},
		{"123456789012", nil, ""},
	} {
		s := spec.Spec{Account: c.account, Access: spec.Access{Admins: c.admins}}
		if got := runsAs(s); got != c.want {
			t.Errorf("account %q, admins %v: %q, want %q", c.account, c.admins, got, c.want)
		}
	}
}

func TestASummarySaysWhatTheControlPlanesWere(t *testing.T) {
	t.Parallel()
	r := run{RunOptions: RunOptions{Kubernetes: true, ToVersion: "1.33", Spec: spec.Cluster{Spec: spec.Spec{
		Rotation:   spec.Rotation{Verify: []spec.Check{{Kubernetes: &spec.KubernetesCheck{Workloads: []string{"checkout/checkout"}}}}},
		Kubernetes: spec.Kubernetes{Version: "1.32"}, Access: spec.Access{Admins: []string{admin}}, Account: "123456789012"}}}}
	for _, c := range []struct {
		s    Summary
		says []string
	}{
		{Summary{}, []string{"not simulated: the Kubernetes API", "--kubernetes=off"}},
		{Summary{Kubernetes: r.controlPlanes(), Notes: r.emulation()}, []string{programs.Version() + ", emulating 1.33\n", admin, "stand-ins for your workloads, in every cluster: checkout/checkout, gateway/gateway\n", "runs Kubernetes 1.33 instead of 1.32"}},
	} {
		var text strings.Builder
		if err := c.s.WriteText(&text); err != nil {
			t.Fatal(err)
		}
		for _, part := range c.says {
			if !strings.Contains(text.String(), part) {
				t.Errorf("%q is not in the summary:\n%s", part, text.String())
			}
		}
	}
}
