package spec

// choices are the values of the fields that have only a few; [] stands for any
// index. Validation and the JSON Schema both read them.
var choices = map[string][]string{
	"apiVersion":                            {APIVersion},
	"kind":                                  {Kind},
	"spec.platform":                         {string(AWS), string(Azure), string(Google)},
	"spec.kubernetes.logs[]":                {"api", "audit", "authenticator", "controllerManager", "scheduler"},
	"spec.kubernetes.autoscaler":            {"pools", "karpenter"},
	"spec.kubernetes.support":               {"standard", "extended"},
	"spec.state.backend":                    {"local", "s3", "azurerm", "gcs"},
	"spec.network.nat":                      {"per-zone", "single", "none"},
	"spec.network.egress.mode":              {"open", "restricted"},
	"spec.access.api":                       {"private", "restricted"},
	"spec.access.teams[].role":              {"view", "edit", "admin"},
	"spec.ingress.zone":                     {"create", "adopt"},
	"spec.ingress.visibility":               {"public", "internal"},
	"spec.ingress.tls.issuer":               {"letsencrypt", "cloud"},
	"spec.ingress.management.visibility":    {"public", "internal"},
	"spec.nodePools[].capacity":             {"on-demand", "spot"},
	"spec.nodePools[].os":                   {"al2023", "bottlerocket"},
	"spec.nodePools[].taints[].effect":      {"NoSchedule", "PreferNoSchedule", "NoExecute"},
	"spec.services.databases[].engine":      {"postgres", "mysql"},
	"spec.services.alerts.pagerduty.region": {"us", "eu"},
	"spec.gitops.components[]": {
		"ingress", "cert-manager", "external-secrets", "monitoring", "network-policies", "autoscaler", "dashboard", "external-dns",
	},
	"spec.rotation.window.days[]":                  {"MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"},
	"spec.rotation.verify[].kubernetes.nodesReady": {"all", "pools"},
	"spec.rotation.traffic.health.protocol":        {"tcp", "http", "https"},
	"spec.rotation.approvals[]":                    {"shift", "destroy"},
	"spec.rotation.onFailure":                      {"rollback", "freeze", "ask"},
	"spec.terraform.flavor":                        {"terraform", "tofu"},
	"spec.accept[].warning": {
		"all-rights", "all-spot", "all-tainted", "blocked-issuer", "companion-hosts", "container-bridge", "custom-image", "few-addresses", "many-policies", "no-admins", "no-audit-log", "no-rollback-window", "open-api", "open-management", "out-of-support", "private-challenge", "short-interval", "single-nat", "single-node",
		"single-zone-database", "unknown-addon", "unknown-endpoint", "unknown-region", "unknown-version", "unpinned-addons",
	},
}
