package argocd

import (
	"strconv"
)

const namespace = "argocd"

// component is one of Argo CD's programs: the workload whose pods it runs in place of, and how it is started.
type component struct {
	plural, workload string // of the workload, in apps/v1
	account          string // service account; empty: the program does not call the API
	program          func(Programs) string
	binary           string // which of Argo CD's programs it is to be, by ARGOCD_BINARY_NAME; empty: not one of them
	ports            int    // that it listens on
	after            []string
	args             func(p places) []string
}

// places are where the components listen: ports by workload.
type places map[string][]int

func (p places) at(workload string, i int) string {
	return "127.0.0.1:" + strconv.Itoa(p[workload][i])
}

func (p places) port(workload string, i int) string { return strconv.Itoa(p[workload][i]) }

// The workloads of Argo CD's install manifests that run natively. Dex and the notifications controller are pods that kwok plays:
// nothing answers for them. The server is needed without anybody who looks at it: it makes the project named default, and the
// key that the ApplicationSet controller wants.
const (
	redis        = "argocd-redis"
	repoServer   = "argocd-repo-server"
	server       = "argocd-server"
	controller   = "argocd-application-controller"
	applications = "argocd-applicationset-controller"
)

var components = []component{
	{plural: "deployments", workload: redis, program: func(p Programs) string { return p.Redis }, ports: 1,
		args: func(p places) []string { return []string{p.at(redis, 0)} }},
	{plural: "deployments", workload: repoServer, account: repoServer, program: argo, binary: "argocd-repo-server", ports: 2, after: []string{redis},
		args: func(p places) []string {
			return []string{"--address", "127.0.0.1", "--port", p.port(repoServer, 0), "--metrics-address", "127.0.0.1", "--metrics-port", p.port(repoServer, 1),
				"--disable-tls", "--revision-cache-expiration", "5s", "--redis", p.at(redis, 0), "--loglevel", "warn"}
		}},
	{plural: "deployments", workload: server, account: server, program: argo, binary: "argocd-server", ports: 2, after: []string{redis, repoServer},
		args: func(p places) []string {
			return []string{"-n", namespace, "--address", "127.0.0.1", "--port", p.port(server, 0), "--metrics-address", "127.0.0.1", "--metrics-port", p.port(server, 1),
				"--redis", p.at(redis, 0), "--repo-server", p.at(repoServer, 0), "--repo-server-plaintext", "--insecure", "--loglevel", "warn"}
		}},
	{plural: "statefulsets", workload: controller, account: controller, program: argo, binary: "argocd-application-controller", ports: 1, after: []string{redis, repoServer},
		args: func(p places) []string {
			// A rehearsal does not wait for three minutes until a repository is looked at again.
			return []string{"-n", namespace, "--redis", p.at(redis, 0), "--repo-server", p.at(repoServer, 0), "--repo-server-plaintext",
				"--metrics-port", p.port(controller, 0), "--self-heal-timeout-seconds", "2", "--app-resync", "10", "--loglevel", "warn"}
		}},
	{plural: "deployments", workload: applications, account: applications, program: argo, binary: "argocd-applicationset-controller", ports: 3, after: []string{repoServer},
		args: func(p places) []string {
			return []string{"-n", namespace, "--argocd-repo-server", p.at(repoServer, 0), "--repo-server-plaintext",
				"--metrics-addr", p.at(applications, 0), "--probe-addr", p.at(applications, 1), "--webhook-addr", p.at(applications, 2), "--loglevel", "warn"}
		}},
}

// Workloads are those of Argo CD whose own programs run here, and those in whose pods nothing does. Redis is neither.
func Workloads() (native, played []string) {
	for _, c := range components {
		if c.binary != "" {
			native = append(native, c.workload)
		}
	}
	return native, []string{"argocd-dex-server", "argocd-notifications-controller"}
}

func argo(p Programs) string { return p.ArgoCD }
