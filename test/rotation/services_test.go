package rotation

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"drover/test/harness"
)

// A Service of type LoadBalancer has its controller in the cluster, and what that made goes only while it lives. The
// first rotation takes it back; in the second drover is not let into the old cluster, and destroys nothing until it is.
func TestARotationTakesBackLoadBalancersWhileTheirControllerLives(t *testing.T) {
	t.Parallel()
	s := start(t, ", {kubernetes: {nodesReady: all, workloads: [checkout/checkout], namespaces: [checkout], timeout: 5m}}", "--kubernetes=on")
	s.expect(s.drover("apply", "--auto-approve"), 0)
	s.expose("blue")
	volume := s.claim()
	if got := s.madeInside(); len(got.balancers) != 1 || len(got.interfaces) == 0 || len(got.groups) != 1 {
		t.Fatalf("the Service in blue has made %+v", got)
	}

	s.version("1.36")
	s.waitsForDestroy()
	s.says(s.drover("rotate", "--auto-approve"), "deleted in its cluster: 1 Service", "volumes kept, as they hold data: 1", volume)
	if got := s.madeInside(); len(got.balancers)+len(got.interfaces)+len(got.groups) > 0 {
		t.Errorf("after blue was drained and destroyed, the account has %+v", got)
	}
	if got := s.clusters(); len(got) != 1 || got[0] != "herd-green" {
		t.Fatalf("after the rotation, the account has the clusters %v", got)
	}
	if got := s.aws("Volumes[].VolumeId", "ec2", "describe-volumes", "--volume-ids", volume); got != volume {
		t.Errorf("the volume, which holds data, is now %q", got)
	}

	s.expose("green")
	left := s.madeInside()
	s.waitsForDestroy()
	const admin = "arn:aws:iam::123456789012:role/admin"
	s.run("aws", "eks", "delete-access-entry", "--cluster-name", "herd-green", "--principal-arn", admin)
	s.expect(s.drover("rotate", "--auto-approve"), 1, "cannot be asked for", "401", "drover rotate")
	if got := s.clusters(); len(got) != 2 {
		t.Fatalf("while drover is not let into green, the account has the clusters %v", got)
	}
	if got := s.madeInside(); len(got.balancers) != 1 || got.balancers[0] != left.balancers[0] {
		t.Fatalf("while drover is not let into green, the account has %+v", got)
	}

	s.run("aws", "eks", "create-access-entry", "--cluster-name", "herd-green", "--principal-arn", admin)
	s.run("aws", "eks", "associate-access-policy", "--cluster-name", "herd-green", "--principal-arn", admin,
		"--policy-arn", "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy", "--access-scope", "type=cluster")
	s.says(s.drover("rotate", "--auto-approve"), "deleted in its cluster: 1 Service")
	if got := s.clusters(); len(got) != 1 || got[0] != "herd-blue" {
		t.Errorf("after the second rotation, the account has the clusters %v", got)
	}
	if got := s.madeInside(); len(got.balancers)+len(got.interfaces)+len(got.groups) > 0 {
		t.Errorf("after green was drained and destroyed, the account has %+v", got)
	}
}

// waitsForDestroy rotates until a person has to allow the end, and allows it.
func (s *session) waitsForDestroy() {
	s.t.Helper()
	s.expect(s.drover("rotate", "--auto-approve"), 5, "approve", "destroy")
	s.expect(s.drover("approve", "destroy"), 0)
}

// says holds that a command ended well and said all the words.
func (s *session) says(r harness.Result, words ...string) {
	s.t.Helper()
	s.expect(r, 0)
	for _, word := range words {
		if !strings.Contains(r.Stdout+r.Stderr, word) {
			s.t.Errorf("%q was not said:\n%s%s", word, r.Stdout, r.Stderr)
		}
	}
}

// expose makes a Service of type LoadBalancer in a color's cluster, and waits until it has its load balancer.
func (s *session) expose(color string) {
	s.t.Helper()
	s.run("aws", "eks", "update-kubeconfig", "--name", "herd-"+color)
	s.run("kubectl", "create", "service", "loadbalancer", "front", "--tcp=80:8080")
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(200 * time.Millisecond) {
		host := s.run("kubectl", "get", "service", "front", "-o", "jsonpath={.status.loadBalancer.ingress[0].hostname}")
		if strings.Contains(host, ".elb.") {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("the Service in %s has no load balancer after two minutes: %q", color, host)
		}
	}
}

// claim makes a disk as the CSI driver does, and the volume that stands for it in the cluster.
func (s *session) claim() (id string) {
	s.t.Helper()
	id = s.aws("VolumeId", "ec2", "create-volume", "--availability-zone", "eu-west-1a", "--size", "1", "--tag-specifications",
		"ResourceType=volume,Tags=[{Key=kubernetes.io/cluster/herd-blue,Value=owned}]")
	file := filepath.Join(s.dir, "volume.yaml")
	text := `apiVersion: v1
kind: PersistentVolume
metadata: {name: data}
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteOnce]
  claimRef: {namespace: shop, name: data}
  csi: {driver: ebs.csi.aws.com, volumeHandle: ` + id + `}
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	s.run("kubectl", "apply", "-f", file)
	return id
}

// inside is what controllers in the clusters have made in the account.
type inside struct{ balancers, interfaces, groups []string }

func (s *session) madeInside() inside {
	s.t.Helper()
	return inside{
		balancers:  strings.Fields(s.aws("LoadBalancers[?starts_with(LoadBalancerName, 'k8s-')].LoadBalancerArn", "elbv2", "describe-load-balancers")),
		interfaces: strings.Fields(s.aws("NetworkInterfaces[?Description && contains(Description, '/k8s-')].NetworkInterfaceId", "ec2", "describe-network-interfaces")),
		groups:     strings.Fields(s.aws("SecurityGroups[?starts_with(GroupName, 'k8s-')].GroupId", "ec2", "describe-security-groups")),
	}
}

// aws asks for one value.
func (s *session) aws(query string, args ...string) string {
	s.t.Helper()
	return s.run("aws", append(args, "--output", "text", "--query", query)...)
}

// run runs a program as a person does who has read the cloud's exports.
func (s *session) run(program string, args ...string) string {
	s.t.Helper()
	command := exec.CommandContext(s.t.Context(), harness.Found(s.t, program), args...)
	command.Env = append(os.Environ(), "AWS_PAGER=", "KUBECONFIG="+filepath.Join(s.dir, "kubeconfig"))
	for name, value := range s.env {
		command.Env = append(command.Env, name+"="+value)
	}
	var out, diagnostics bytes.Buffer
	command.Stdout, command.Stderr = &out, &diagnostics
	if err := command.Run(); err != nil {
		s.t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, diagnostics.String())
	}
	return strings.TrimSpace(out.String())
}
