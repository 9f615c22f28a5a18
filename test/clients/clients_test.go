// Package clients holds that the programs which people use (aws, kubectl) reach the rehearsal's EKS as they reach EKS.
package clients

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"drover/test/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

const (
	spec = `apiVersion: drover/v1
kind: Cluster
metadata: {name: shop}
spec:
  platform: aws
  region: eu-west-1
  account: "123456789012"
  kubernetes: {version: "1.34"}
  network: {cidr: 10.20.0.0/16}
  access: {admins: ["arn:aws:iam::123456789012:role/platform-admin"]}
  ingress: {domain: shop.example.com}
`
	admin    = "arn:aws:iam::123456789012:role/platform-admin"
	stranger = "arn:aws:iam::123456789012:role/stranger"
	node     = "arn:aws:iam::123456789012:role/node"
)

// shell runs programs as a person does who has read the cloud's exports.
type shell struct {
	t   *testing.T
	env map[string]string
}

// with is the same shell with other variables.
func (s shell) with(t *testing.T, variables map[string]string) shell {
	env := maps.Clone(s.env)
	maps.Copy(env, variables)
	return shell{t, env}
}

func (s shell) try(program string, args ...string) (string, error) {
	s.t.Helper()
	command := exec.CommandContext(s.t.Context(), harness.Found(s.t, program), args...)
	command.Env = slices.DeleteFunc(os.Environ(), func(kv string) bool { return strings.HasPrefix(kv, "AWS_") || strings.HasPrefix(kv, "KUBE") })
	for name, value := range s.env {
		command.Env = append(command.Env, name+"="+value)
	}
	var out, diagnostics bytes.Buffer
	command.Stdout, command.Stderr = &out, &diagnostics
	if err := command.Run(); err != nil {
		return out.String(), fmt.Errorf("%s %s: %w\n%s", program, strings.Join(args, " "), err, diagnostics.String())
	}
	return strings.TrimSpace(out.String()), nil
}

func (s shell) run(program string, args ...string) string {
	s.t.Helper()
	out, err := s.try(program, args...)
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

// aws asks for one value.
func (s shell) aws(query string, args ...string) string {
	s.t.Helper()
	return s.run("aws", append(args, "--output", "text", "--query", query)...)
}

// eventually tries until it succeeds.
func (s shell) eventually(what string, try func() error) {
	s.t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		err := try()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("%s: not within a minute: %v", what, err)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

func start(t *testing.T) shell {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "cluster.yaml")
	if err := os.WriteFile(file, []byte(spec), 0o600); err != nil {
		t.Fatal(err)
	}
	s := shell{t, harness.Cloud(t, file, "--kubernetes=on")}
	return s.with(t, map[string]string{"AWS_PAGER": "", "KUBECONFIG": filepath.Join(dir, "kubeconfig"), "HOME": dir})
}

// cluster makes a cluster with a group of three nodes and one of none, as one would by hand.
func (s shell) cluster(name string) {
	s.t.Helper()
	vpc := s.aws("Vpc.VpcId", "ec2", "create-vpc", "--cidr-block", "10.20.0.0/16")
	var subnets []string
	for i, zone := range []string{"a", "b", "c"} {
		subnets = append(subnets, s.aws("Subnet.SubnetId", "ec2", "create-subnet", "--vpc-id", vpc,
			"--cidr-block", fmt.Sprintf("10.20.%d.0/24", i), "--availability-zone", "eu-west-1"+zone))
	}
	s.run("aws", "eks", "create-cluster", "--name", name, "--kubernetes-version", "1.34", "--role-arn", "arn:aws:iam::123456789012:role/cluster",
		"--no-bootstrap-self-managed-addons", "--resources-vpc-config", "subnetIds="+strings.Join(subnets, ","),
		"--access-config", "authenticationMode=API,bootstrapClusterCreatorAdminPermissions=false")
	s.eventually(name+" is active", func() error {
		if status := s.aws("cluster.status", "eks", "describe-cluster", "--name", name); status != "ACTIVE" {
			return fmt.Errorf("it is %s", status)
		}
		return nil
	})
	for group, size := range map[string]int{"general": 3, "batch": 0} {
		s.run("aws", append([]string{"eks", "create-nodegroup", "--cluster-name", name, "--nodegroup-name", group, "--node-role", node,
			"--scaling-config", fmt.Sprintf("minSize=%d,maxSize=6,desiredSize=%d", size, size), "--instance-types", "m7i.large", "--subnets"}, subnets...)...)
	}
}

func TestKubectlListsTheNodesOfEachGroupForWhoHasAnAccessEntry(t *testing.T) {
	t.Parallel()
	s := start(t)
	if who := s.aws("Arn", "sts", "get-caller-identity"); !strings.Contains(who, "assumed-role/platform-admin/") {
		t.Errorf("the shell is %s, want the spec's admin", who)
	}
	s.cluster("shop-blue")
	s.run("aws", "eks", "update-kubeconfig", "--name", "shop-blue")
	if out, err := s.try("kubectl", "get", "nodes"); err == nil {
		t.Errorf("without an access entry, kubectl lists\n%s", out)
	}
	s.run("aws", "eks", "create-access-entry", "--cluster-name", "shop-blue", "--principal-arn", admin)
	s.run("aws", "eks", "associate-access-policy", "--cluster-name", "shop-blue", "--principal-arn", admin, "--access-scope", "type=cluster",
		"--policy-arn", "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy")
	for group, want := range map[string]int{"general": 3, "batch": 0} {
		s.eventually(fmt.Sprintf("%d nodes of %s", want, group), func() error {
			out, err := s.try("kubectl", "get", "nodes", "-l", "eks.amazonaws.com/nodegroup="+group, "--no-headers")
			if err != nil {
				return err
			}
			if ready := strings.Count(out, " Ready "); ready != want {
				return fmt.Errorf("%d are ready:\n%s", ready, out)
			}
			return nil
		})
	}
	zones := strings.Fields(s.run("kubectl", "get", "nodes", "-o", `jsonpath={.items[*].metadata.labels.topology\.kubernetes\.io/zone}`))
	slices.Sort(zones)
	if !slices.Equal(zones, []string{"eu-west-1a", "eu-west-1b", "eu-west-1c"}) {
		t.Errorf("the nodes are in %v", zones)
	}
	s.refuses(t, stranger)
	s.addon()
}

// refuses fails unless somebody without an access entry is told 401.
func (s shell) refuses(t *testing.T, role string) {
	t.Helper()
	var assumed struct {
		Credentials struct{ AccessKeyID, SecretAccessKey, SessionToken string }
	}
	if err := json.Unmarshal([]byte(s.run("aws", "sts", "assume-role", "--role-arn", role, "--role-session-name", "test", "--output", "json")), &assumed); err != nil {
		t.Fatal(err)
	}
	other := s.with(t, map[string]string{"AWS_ACCESS_KEY_ID": assumed.Credentials.AccessKeyID,
		"AWS_SECRET_ACCESS_KEY": assumed.Credentials.SecretAccessKey, "AWS_SESSION_TOKEN": assumed.Credentials.SessionToken})
	out, err := other.try("kubectl", "get", "nodes", "-v=6")
	if err == nil {
		t.Errorf("%s lists\n%s", role, out)
	} else if !strings.Contains(err.Error(), "401") {
		t.Errorf("%s is refused by something else than 401: %v", role, err)
	}
}

// addon holds that the aws command line sees an add-on as it was made, and kubectl its pods.
func (s shell) addon() {
	s.t.Helper()
	s.run("aws", "eks", "create-addon", "--cluster-name", "shop-blue", "--addon-name", "coredns")
	s.eventually("coredns is active", func() error {
		if status := s.aws("addon.status", "eks", "describe-addon", "--cluster-name", "shop-blue", "--addon-name", "coredns"); status != "ACTIVE" {
			return fmt.Errorf("it is %s", status)
		}
		return nil
	})
	if out := s.run("kubectl", "get", "pods", "-n", "kube-system", "-l", "k8s-app=kube-dns", "--no-headers"); strings.Count(out, "Running") != 2 {
		s.t.Errorf("coredns' pods are\n%s", out)
	}
	entries := strings.Fields(s.aws("accessEntries", "eks", "list-access-entries", "--cluster-name", "shop-blue"))
	slices.Sort(entries)
	if want := []string{node, admin}; !slices.Equal(entries, want) {
		s.t.Errorf("the access entries are %v, want %v", entries, want)
	}
}
