package awsproxy_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/eks/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"drover/rehearsal/aws/awsproxy"
	"drover/rehearsal/child"
	"drover/rehearsal/kubernetes"
	"drover/rehearsal/kubernetes/programs"
)

const clusterAdmin = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"

// planes is a proxy whose clusters have control planes, in an account of its own: moto's state is shared, its is not.
type planes struct {
	proxy *awsproxy.Proxy
	dir   string
}

// standIn is what every cluster has in place of a team's own.
var standIn = kubernetes.Workload{Kind: kubernetes.Deployment, Namespace: "checkout", Name: "checkout", Replicas: 2, Image: "simulated/checkout:1",
	Labels: map[string]string{"app": "checkout"}, Annotations: map[string]string{"stands": "in"}, Tolerates: []string{"only"}}

func startReal(t *testing.T) planes {
	t.Helper()
	return startRealWith(t, nil)
}

// startRealWith also tells of each process of a control plane.
func startRealWith(t *testing.T, started func(child.Identity) error) planes {
	t.Helper()
	set, err := programs.Find(t.Context(), programs.Options{Log: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	r := planes{dir: t.TempDir()}
	r.proxy, err = awsproxy.Start(t.Context(), awsproxy.Options{Moto: motoURL, Account: account, Log: os.Stderr,
		Fleet:    &kubernetes.Fleet{Programs: set, Dir: r.dir, Started: started, Log: os.Stderr},
		StandIns: []kubernetes.Workload{standIn}, Keys: map[string]string{"REHEARSAL": "rehearsal"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.proxy.Close(); err != nil {
			t.Error(err)
		}
		if left, err := os.ReadDir(r.dir); err != nil || len(left) > 0 {
			t.Errorf("the proxy left %v (%v)", left, err)
		}
	})
	return r
}

func (r planes) config() aws.Config {
	c := config()
	c.BaseEndpoint = aws.String(r.proxy.URL())
	c.Credentials = credentials.NewStaticCredentialsProvider("REHEARSAL", "rehearsal", "")
	return c
}

// as are credentials of a role's session.
func (r planes) as(t *testing.T, role string) aws.Credentials {
	t.Helper()
	out, err := sts.NewFromConfig(r.config()).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: aws.String(role), RoleSessionName: aws.String("somebody@example.com")})
	if err != nil {
		t.Fatal(err)
	}
	return aws.Credentials{AccessKeyID: *out.Credentials.AccessKeyId, SecretAccessKey: *out.Credentials.SecretAccessKey, SessionToken: *out.Credentials.SessionToken}
}

// token is what `aws eks get-token` prints.
func (r planes) token(t *testing.T, who aws.Credentials, cluster string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.proxy.URL()+"/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Expires=60", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("x-k8s-aws-id", cluster)
	signed, _, err := v4.NewSigner().PresignHTTP(t.Context(), who, req,
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "sts", region, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return "k8s-aws-v1." + base64.RawURLEncoding.EncodeToString([]byte(signed))
}

// api is a cluster's API as it is reached with what DescribeCluster tells.
type clusterAPI struct {
	endpoint string
	http     *http.Client
}

func (r planes) api(t *testing.T, name string) clusterAPI {
	t.Helper()
	out, err := eks.NewFromConfig(r.config()).DescribeCluster(t.Context(), &eks.DescribeClusterInput{Name: aws.String(name)})
	if err != nil {
		t.Fatal(err)
	}
	ca, err := base64.StdEncoding.DecodeString(aws.ToString(out.Cluster.CertificateAuthority.Data))
	roots := x509.NewCertPool()
	if err != nil || !roots.AppendCertsFromPEM(ca) {
		t.Fatalf("the cluster's CA is %q (%v)", ca, err)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}}
	t.Cleanup(client.CloseIdleConnections)
	return clusterAPI{endpoint: aws.ToString(out.Cluster.Endpoint), http: client}
}

// ask sends a request with a token, and gives the status and the answer.
func (a clusterAPI) ask(t *testing.T, method, path, token, body string) (int, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, a.endpoint+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := a.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, data
}

// create makes a cluster with the creator's entry, and waits until it is active.
func (r planes) create(t *testing.T, name, version string) *eks.Client {
	t.Helper()
	client := eks.NewFromConfig(r.config())
	began := time.Now()
	out, err := client.CreateCluster(t.Context(), &eks.CreateClusterInput{
		Name: aws.String(name), Version: aws.String(version), RoleArn: aws.String(role), BootstrapSelfManagedAddons: aws.Bool(false),
		ResourcesVpcConfig: &types.VpcConfigRequest{SubnetIds: subnets(t, "a", "b", "c")},
		AccessConfig:       &types.CreateAccessConfigRequest{AuthenticationMode: types.AuthenticationModeApi},
	})
	if err != nil {
		t.Fatal(err)
	}
	if out.Cluster.Status != types.ClusterStatusCreating || out.Cluster.Endpoint != nil {
		t.Errorf("a cluster that was just created is %s at %q", out.Cluster.Status, aws.ToString(out.Cluster.Endpoint))
	}
	waiter := eks.NewClusterActiveWaiter(client, func(o *eks.ClusterActiveWaiterOptions) {
		o.MinDelay, o.MaxDelay = 100*time.Millisecond, 300*time.Millisecond
	})
	if err := waiter.Wait(t.Context(), &eks.DescribeClusterInput{Name: aws.String(name)}, time.Minute); err != nil {
		t.Fatal(err)
	}
	t.Logf("%s was active after %v", name, time.Since(began))
	return client
}

func (r planes) group(t *testing.T, client *eks.Client, in *eks.CreateNodegroupInput) {
	t.Helper()
	described, err := client.DescribeCluster(t.Context(), &eks.DescribeClusterInput{Name: in.ClusterName})
	if err != nil {
		t.Fatal(err)
	}
	in.Subnets, in.NodeRole = described.Cluster.ResourcesVpcConfig.SubnetIds, aws.String(role)
	if _, err := client.CreateNodegroup(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	waiter := eks.NewNodegroupActiveWaiter(client, func(o *eks.NodegroupActiveWaiterOptions) {
		o.MinDelay, o.MaxDelay = 100*time.Millisecond, 300*time.Millisecond
	})
	if err := waiter.Wait(t.Context(), &eks.DescribeNodegroupInput{ClusterName: in.ClusterName, NodegroupName: in.NodegroupName}, time.Minute); err != nil {
		t.Fatal(err)
	}
}

type listedNode struct {
	Metadata struct {
		Name   string
		Labels map[string]string
	}
	Spec struct {
		ProviderID string
		Taints     []struct{ Key, Value, Effect string }
	}
}

// nodes are those of a group, as somebody with a token sees them.
func (a clusterAPI) nodes(t *testing.T, token, group string) []listedNode {
	t.Helper()
	status, data := a.ask(t, http.MethodGet, "/api/v1/nodes?labelSelector="+url.QueryEscape("eks.amazonaws.com/nodegroup="+group), token, "")
	if status != http.StatusOK {
		t.Fatalf("list the nodes of %s: %d %s", group, status, data)
	}
	var list struct{ Items []listedNode }
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	return list.Items
}

// eventually waits for what a control plane does by itself.
func eventually(t *testing.T, what string, is func(context.Context) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for !is(ctx) {
		select {
		case <-ctx.Done():
			t.Fatalf("%s: not within a minute", what)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func TestAClusterHasTheNodesOfItsGroups(t *testing.T) {
	t.Parallel()
	r := startReal(t)
	client := r.create(t, "real-blue", "1.34")
	api := r.api(t, "real-blue")
	token := r.token(t, aws.Credentials{AccessKeyID: "REHEARSAL", SecretAccessKey: "rehearsal"}, "real-blue")
	r.group(t, client, &eks.CreateNodegroupInput{ClusterName: aws.String("real-blue"), NodegroupName: aws.String("general"),
		InstanceTypes: []string{"m7i.large"}, Labels: map[string]string{"team": "one"},
		Taints:        []types.Taint{{Key: aws.String("only"), Value: aws.String("batch"), Effect: types.TaintEffectNoSchedule}},
		ScalingConfig: &types.NodegroupScalingConfig{MinSize: aws.Int32(3), MaxSize: aws.Int32(6), DesiredSize: aws.Int32(3)}})
	r.group(t, client, &eks.CreateNodegroupInput{ClusterName: aws.String("real-blue"), NodegroupName: aws.String("empty"),
		ScalingConfig: &types.NodegroupScalingConfig{MinSize: aws.Int32(0), MaxSize: aws.Int32(6), DesiredSize: aws.Int32(0)}})
	var zones []string
	for _, n := range api.nodes(t, token, "general") {
		l := n.Metadata.Labels
		zones = append(zones, l["topology.kubernetes.io/zone"])
		if l["node.kubernetes.io/instance-type"] != "m7i.large" || l["team"] != "one" || l["eks.amazonaws.com/capacityType"] != "ON_DEMAND" {
			t.Errorf("%s has the labels %v", n.Metadata.Name, l)
		}
		if len(n.Spec.Taints) != 1 || n.Spec.Taints[0].Effect != "NoSchedule" || n.Spec.Taints[0].Value != "batch" {
			t.Errorf("%s has the taints %v", n.Metadata.Name, n.Spec.Taints)
		}
	}
	slices.Sort(zones)
	if want := []string{region + "a", region + "b", region + "c"}; !slices.Equal(zones, want) {
		t.Errorf("the nodes are in %v, want %v", zones, want)
	}
	eventually(t, "what stands in for a team's workload runs on nodes with the pool's taint", func(context.Context) bool {
		var d struct {
			Metadata struct{ Annotations map[string]string }
			Status   struct{ AvailableReplicas int }
		}
		code, data := api.ask(t, http.MethodGet, "/apis/apps/v1/namespaces/checkout/deployments/checkout", token, "")
		return code == http.StatusOK && json.Unmarshal(data, &d) == nil && d.Metadata.Annotations["stands"] == "in" && d.Status.AvailableReplicas == 2
	})
	if n := len(api.nodes(t, token, "empty")); n != 0 {
		t.Errorf("the empty group has %d nodes", n)
	}
	_, err := client.UpdateNodegroupConfig(t.Context(), &eks.UpdateNodegroupConfigInput{ClusterName: aws.String("real-blue"), NodegroupName: aws.String("general"),
		Labels:        &types.UpdateLabelsPayload{AddOrUpdateLabels: map[string]string{"team": "two"}},
		ScalingConfig: &types.NodegroupScalingConfig{MinSize: aws.Int32(3), MaxSize: aws.Int32(6), DesiredSize: aws.Int32(5)}})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "five nodes of team two", func(context.Context) bool {
		list := api.nodes(t, token, "general")
		return len(list) == 5 && !slices.ContainsFunc(list, func(n listedNode) bool { return n.Metadata.Labels["team"] != "two" })
	})
	// As an autoscaler does it.
	direct := r.autoscaling()
	var groups struct {
		Names []string `xml:"DescribeAutoScalingGroupsResult>AutoScalingGroups>member>AutoScalingGroupName"`
	}
	if err := direct(t, "DescribeAutoScalingGroups", url.Values{"Filters.member.1.Name": {"tag:eks:nodegroup-name"}, "Filters.member.1.Values.member.1": {"general"},
		"Filters.member.2.Name": {"tag:eks:cluster-name"}, "Filters.member.2.Values.member.1": {"real-blue"}}, &groups); err != nil || len(groups.Names) != 1 {
		t.Fatalf("the scaling group: %v (%v)", groups.Names, err)
	}
	if err := direct(t, "SetDesiredCapacity", url.Values{"AutoScalingGroupName": groups.Names, "DesiredCapacity": {"4"}}, nil); err != nil {
		t.Fatal(err)
	}
	r.listens(t, groups.Names[0])
	r.proxy.Refresh()
	eventually(t, "four nodes", func(context.Context) bool { return len(api.nodes(t, token, "general")) == 4 })
	r.terminated(t, api.nodes(t, token, "general")[0], func() []listedNode { return api.nodes(t, token, "general") })
	if _, err := client.DeleteNodegroup(t.Context(), &eks.DeleteNodegroupInput{ClusterName: aws.String("real-blue"), NodegroupName: aws.String("general")}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "no node", func(context.Context) bool { return len(api.nodes(t, token, "general")) == 0 })
}

// terminated has a machine of four disappear through EC2 alone: its node goes, and the group makes another.
func (r planes) terminated(t *testing.T, gone listedNode, nodes func() []listedNode) {
	t.Helper()
	client := api()
	client.Endpoint = r.proxy.URL()
	id := gone.Spec.ProviderID[strings.LastIndexByte(gone.Spec.ProviderID, '/')+1:]
	if err := client.Query(t.Context(), "ec2", "2016-11-15", "TerminateInstances", url.Values{"InstanceId.1": {id}}, nil); err != nil {
		t.Fatal(err)
	}
	eventually(t, "four nodes without the one whose machine went", func(context.Context) bool {
		list := nodes()
		return len(list) == 4 && !slices.ContainsFunc(list, func(n listedNode) bool { return n.Metadata.Name == gone.Metadata.Name })
	})
	var left struct {
		IDs []string `xml:"networkInterfaceSet>item>networkInterfaceId"`
	}
	of := url.Values{"Filter.1.Name": {"attachment.instance-id"}, "Filter.1.Value.1": {id}}
	if err := client.Query(t.Context(), "ec2", "2016-11-15", "DescribeNetworkInterfaces", of, &left); err != nil || len(left.IDs) > 0 {
		t.Errorf("the machine that went has left %v (%v)", left.IDs, err)
	}
}

// autoscaling calls Auto Scaling through the proxy.
func (r planes) autoscaling() func(*testing.T, string, url.Values, any) error {
	client := api()
	client.Endpoint = r.proxy.URL()
	return func(t *testing.T, action string, params url.Values, out any) error {
		t.Helper()
		return client.Query(t.Context(), "autoscaling", "2011-01-01", action, params, out)
	}
}

func TestAddonsRunOnceThereAreNodes(t *testing.T) {
	t.Parallel()
	r := startReal(t)
	client := r.create(t, "workloads-blue", "1.35")
	name := aws.String("workloads-blue")
	status := func(addon string) types.AddonStatus {
		out, err := client.DescribeAddon(t.Context(), &eks.DescribeAddonInput{ClusterName: name, AddonName: aws.String(addon)})
		if err != nil {
			t.Fatal(err)
		}
		return out.Addon.Status
	}
	for _, addon := range []string{"coredns", "kube-proxy", "vpc-cni"} {
		if _, err := client.CreateAddon(t.Context(), &eks.CreateAddonInput{ClusterName: name, AddonName: aws.String(addon)}); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "a daemon set without nodes is active", func(context.Context) bool { return status("kube-proxy") == types.AddonStatusActive })
	if s := status("coredns"); s != types.AddonStatusCreating {
		t.Errorf("coredns without a node is %s", s)
	}
	r.group(t, client, &eks.CreateNodegroupInput{ClusterName: name, NodegroupName: aws.String("general"), InstanceTypes: []string{"m7g.large"},
		ScalingConfig: &types.NodegroupScalingConfig{MinSize: aws.Int32(2), MaxSize: aws.Int32(2), DesiredSize: aws.Int32(2)}})
	eventually(t, "coredns is active", func(context.Context) bool { return status("coredns") == types.AddonStatusActive })
	api := r.api(t, "workloads-blue")
	token := r.token(t, aws.Credentials{AccessKeyID: "REHEARSAL", SecretAccessKey: "rehearsal"}, "workloads-blue")
	running := func(app string) (n int) {
		code, data := api.ask(t, http.MethodGet, "/api/v1/namespaces/kube-system/pods?fieldSelector=status.phase%3DRunning&labelSelector=k8s-app%3D"+app, token, "")
		var list struct{ Items []any }
		if err := json.Unmarshal(data, &list); err != nil || code != http.StatusOK {
			t.Fatalf("list the pods: %d %s (%v)", code, data, err)
		}
		return len(list.Items)
	}
	for _, app := range []string{"kube-dns", "kube-proxy", "aws-node"} {
		eventually(t, "two pods of "+app, func(context.Context) bool { return running(app) == 2 })
	}
	if _, err := client.UpdateClusterVersion(t.Context(), &eks.UpdateClusterVersionInput{Name: name, Version: aws.String("1.36")}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the API server is one of 1.36", func(context.Context) bool {
		out, err := client.DescribeCluster(t.Context(), &eks.DescribeClusterInput{Name: name})
		if err != nil {
			t.Fatal(err)
		}
		return out.Cluster.Status == types.ClusterStatusActive
	})
	var version struct{ EmulationMinor string }
	if code, data := api.ask(t, http.MethodGet, "/version", token, ""); code != http.StatusOK || json.Unmarshal(data, &version) != nil || version.EmulationMinor != "36" {
		t.Errorf("after the update, /version is %d %s", code, data)
	}
	if n := api.nodes(t, token, "general"); len(n) != 2 || n[0].Metadata.Labels["kubernetes.io/arch"] != "arm64" {
		t.Errorf("the nodes of a Graviton group are %+v", n)
	}
	if _, err := client.DeleteAddon(t.Context(), &eks.DeleteAddonInput{ClusterName: name, AddonName: aws.String("coredns")}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "no pod of coredns", func(context.Context) bool { return running("kube-dns") == 0 })
	if _, err := client.DeleteNodegroup(t.Context(), &eks.DeleteNodegroupInput{ClusterName: name, NodegroupName: aws.String("general")}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.DeleteCluster(t.Context(), &eks.DeleteClusterInput{Name: name}); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(r.dir); err != nil || len(left) > 0 {
		t.Errorf("the deleted cluster left %v (%v)", left, err)
	}
}

func TestOnlyWhoHasAnAccessEntryIsLetIn(t *testing.T) {
	t.Parallel()
	r := startReal(t)
	client := r.create(t, "entries-blue", "1.33")
	name := aws.String("entries-blue")
	api := r.api(t, "entries-blue")
	const admin, viewer, stranger = "arn:aws:iam::" + account + ":role/team/platform-admin", "arn:aws:iam::" + account + ":role/viewer", "arn:aws:iam::" + account + ":role/stranger"
	entry := func(who, policy string, scope *types.AccessScope) {
		if _, err := client.CreateAccessEntry(t.Context(), &eks.CreateAccessEntryInput{ClusterName: name, PrincipalArn: aws.String(who)}); err != nil {
			t.Fatal(err)
		}
		if _, err := client.AssociateAccessPolicy(t.Context(), &eks.AssociateAccessPolicyInput{ClusterName: name, PrincipalArn: aws.String(who),
			PolicyArn: aws.String(policy), AccessScope: scope}); err != nil {
			t.Fatal(err)
		}
	}
	entry(admin, clusterAdmin, &types.AccessScope{Type: types.AccessScopeTypeCluster})
	entry(viewer, adminView[:strings.LastIndex(adminView, "/")]+"/AmazonEKSViewPolicy", &types.AccessScope{Type: types.AccessScopeTypeNamespace, Namespaces: []string{"kube-*"}})
	tokens := map[string]string{}
	for _, who := range []string{admin, viewer, stranger} {
		tokens[who] = r.token(t, r.as(t, strings.Replace(who, "/team", "", 1)), "entries-blue")
	}
	configMap := `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"made"}}`
	for _, c := range []struct {
		what, method, path, token, body string
		want                            int
	}{
		{"the admin lists nodes", "GET", "/api/v1/nodes", tokens[admin], "", 200},
		{"the admin makes a config map", "POST", "/api/v1/namespaces/default/configmaps", tokens[admin], configMap, 201},
		{"the viewer lists pods in a namespace of the scope", "GET", "/api/v1/namespaces/kube-system/pods", tokens[viewer], "", 200},
		{"the viewer lists pods elsewhere", "GET", "/api/v1/namespaces/default/pods", tokens[viewer], "", 403},
		{"the viewer makes a config map", "POST", "/api/v1/namespaces/kube-system/configmaps", tokens[viewer], configMap, 403},
		{"the viewer reads a secret", "GET", "/api/v1/namespaces/kube-system/secrets", tokens[viewer], "", 403},
		{"the viewer lists nodes", "GET", "/api/v1/nodes", tokens[viewer], "", 403},
		{"a role without an entry", "GET", "/api/v1/namespaces/kube-system/pods", tokens[stranger], "", 401},
		{"the admin with a token for another cluster", "GET", "/api/v1/nodes", r.token(t, r.as(t, admin), "entries-green"), "", 401},
		{"keys that nobody was given", "GET", "/api/v1/nodes", r.token(t, aws.Credentials{AccessKeyID: "AKIAMADEUP", SecretAccessKey: "x"}, "entries-blue"), "", 401},
		{"no token of EKS", "GET", "/api/v1/nodes", "abc", "", 401},
	} {
		eventually(t, c.what, func(context.Context) bool { // RBAC's own roles are filled a moment after the start
			status, data := api.ask(t, c.method, c.path, c.token, c.body)
			if status != c.want {
				t.Logf("%s: %d %s", c.what, status, data)
			}
			return status == c.want
		})
	}
	status, data := api.ask(t, http.MethodPost, "/apis/authentication.k8s.io/v1/selfsubjectreviews", tokens[admin],
		`{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}`)
	if want := fmt.Sprintf("arn:aws:sts::%s:assumed-role/platform-admin/somebody-example.com", account); status != 201 || !strings.Contains(string(data), want) {
		t.Errorf("the admin is %d %s, want %s", status, data, want)
	}
	if _, err := client.DeleteAccessEntry(t.Context(), &eks.DeleteAccessEntryInput{ClusterName: name, PrincipalArn: aws.String(admin)}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the admin whose entry went is refused", func(context.Context) bool {
		status, _ := api.ask(t, http.MethodGet, "/api/v1/nodes", tokens[admin], "")
		return status == http.StatusUnauthorized
	})
}

func TestAClusterWhoseAPIServerEndsSaysSo(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var started []child.Identity
	r := startRealWith(t, func(id child.Identity) error {
		mu.Lock()
		defer mu.Unlock()
		started = append(started, id)
		return nil
	})
	client := r.create(t, "ended-blue", "1.34")
	mu.Lock()
	server := started[1] // after etcd
	mu.Unlock()
	if err := server.Kill(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the cluster is FAILED, and says why", func(context.Context) bool {
		out, err := client.DescribeCluster(t.Context(), &eks.DescribeClusterInput{Name: aws.String("ended-blue")})
		if err != nil {
			t.Fatal(err)
		}
		health := out.Cluster.Health
		return out.Cluster.Status == types.ClusterStatusFailed && len(health.Issues) == 1 &&
			strings.Contains(aws.ToString(health.Issues[0].Message), "kube-apiserver ended by itself (signal: killed)")
	})
	if _, err := client.DeleteCluster(t.Context(), &eks.DeleteClusterInput{Name: aws.String("ended-blue")}); err != nil {
		t.Error(err)
	}
}
