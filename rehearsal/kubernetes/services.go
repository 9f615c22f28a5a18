package kubernetes

import (
	"fmt"
	"strconv"

	"drover/rehearsal/kubernetes/programs"
)

// The addresses of services are EKS's default; nothing answers at them.
const (
	serviceRange = "172.20.0.0/16"
	firstService = "172.20.0.1"
	// etcd wants a port in every address; as a socket, it is only a part of the file's name.
	etcdSocket = "unix://etcd:0"
	peerSocket = "unix://peer:0"
	adminUser  = "rehearsal"

	// By default a controller manager holds its calls back to 20 a second, and takes four seconds to make its accounts.
	callsAtOnce, callsBurst = "--kube-api-qps=1000", "--kube-api-burst=1000"

	// Those that an upgrade leaves alone.
	nameEtcd, nameKwok = "etcd", "kwok"
)

// service is one program with its arguments. Files are in the cluster's directory, which is its working directory.
type service struct {
	name, path string
	args       []string
}

// clients are those who call the API server, with the file that has their kubeconfig.
var clients = []struct {
	file, user string
	groups     []string
}{
	{"admin.json", adminUser, []string{"system:masters"}},
	{"controller-manager.json", "system:kube-controller-manager", nil},
	{"scheduler.json", "system:kube-scheduler", nil},
	{"kwok.json", "kwok", []string{"system:masters"}},
}

// etcd listens on a socket in the cluster's directory, which only this user can reach. Nothing of it has to survive.
func etcd(p programs.Set) service {
	return service{nameEtcd, p.Etcd, []string{
		"--data-dir=etcd", "--unsafe-no-fsync", "--log-level=warn",
		// It elects itself before it answers: with etcd's defaults, that is half a second and more.
		"--heartbeat-interval=20", "--election-timeout=100",
		"--listen-client-urls=" + etcdSocket, "--advertise-client-urls=" + etcdSocket,
		"--name=rehearsal", "--listen-peer-urls=" + peerSocket, "--initial-advertise-peer-urls=" + peerSocket, "--initial-cluster=rehearsal=" + peerSocket,
	}}
}

func apiServer(p programs.Set, dir string, port int, minor string, webhook bool) service {
	args := []string{
		"--bind-address=127.0.0.1", "--secure-port=" + strconv.Itoa(port),
		// Neither loopback nor another machine's: the address of a documentation network (RFC 5737).
		"--advertise-address=192.0.2.1", "--endpoint-reconciler-type=none",
		"--emulated-version=kube=" + minor,
		"--etcd-servers=" + etcdSocket,
		"--cert-dir=" + dir, "--tls-cert-file=apiserver.pem", "--tls-private-key-file=apiserver.key", "--client-ca-file=ca.pem",
		"--service-cluster-ip-range=" + serviceRange,
		"--service-account-issuer=https://kubernetes.default.svc", "--service-account-key-file=accounts.pem", "--service-account-signing-key-file=accounts.key",
		"--allow-privileged=true", "--profiling=false",
	}
	modes := "Node,RBAC"
	if webhook {
		// What is known is asked again soon: a rehearsal does not wait for caches.
		args = append(args, "--authentication-token-webhook-config-file=authenticate.json", "--authentication-token-webhook-version=v1",
			"--authentication-token-webhook-cache-ttl=1s", "--authorization-webhook-config-file=authorize.json", "--authorization-webhook-version=v1",
			"--authorization-webhook-cache-authorized-ttl=1s", "--authorization-webhook-cache-unauthorized-ttl=1s")
		modes += ",Webhook"
	}
	return service{"kube-apiserver", p.APIServer, append(args, "--authorization-mode="+modes)}
}

// controllers are the programs that make a cluster of an API.
func controllers(p programs.Set, minor string) []service {
	emulated := fmt.Sprintf("--emulated-version=kube=%s", minor)
	return []service{
		{"kube-controller-manager", p.ControllerManager, []string{
			"--kubeconfig=controller-manager.json", "--leader-elect=false", "--secure-port=0", "--use-service-account-credentials=true", emulated, callsAtOnce, callsBurst,
			"--service-account-private-key-file=accounts.key", "--root-ca-file=ca.pem",
			"--cluster-signing-cert-file=ca.pem", "--cluster-signing-key-file=ca.key",
		}},
		{"kube-scheduler", p.Scheduler, []string{"--kubeconfig=scheduler.json", "--leader-elect=false", "--secure-port=0", emulated, callsAtOnce, callsBurst}},
	}
}

// kwok plays every node, and the pods on it.
func kwok(p programs.Set) service {
	return service{nameKwok, p.Kwok, []string{
		"--kubeconfig=kwok.json", "--config=" + p.Stages, "--manage-all-nodes=true", "--node-lease-duration-seconds=40", "--server-address=",
	}}
}
