package spec

import (
	"fmt"
	"slices"
	"strings"

	"drover/generator/untrusted"
)

// Of one file, mostSaid diagnostics are shown, whose texts have at most mostShown characters and whose excerpts at most
// mostLines lines; mostKept are made, of which those that are alike are left out.
const (
	mostSaid  = 100
	mostKept  = 1000
	mostShown = 400
	mostLines = 10
)

// add keeps a diagnostic; its excerpt is made at the end, when it is known
// what may not be shown.
func (d *decoder) add(one Diagnostic) {
	if d.full() {
		d.more.count(one)
		return
	}
	one.File = d.name
	d.out = append(d.out, one)
}

// full tells whether so much is wrong that the rest is counted only.
func (d *decoder) full() bool { return len(d.out) >= mostKept }

// errorAt says what is wrong at a place, and what to write instead; also are
// the other lines that it is about. Of what is not a spec, no line is shown.
func (d *decoder) errorAt(path, help string, at span, message string, also ...span) {
	d.fail(path)
	if d.foreign {
		at, also = span{}, nil
	}
	d.add(Diagnostic{
		Severity: Error, Path: path, Message: message, Suggestion: help,
		Line: at.line, Column: at.column, spans: append([]span{at}, also...),
	})
}

// finish gives the diagnostics in the order of the file, with excerpts. What
// an alias repeats is wrong once, where it is written.
func (d *decoder) finish() Diagnostics {
	type words struct {
		line, column  int
		message, help string
	}
	said := map[words]bool{}
	d.out = slices.DeleteFunc(d.out, func(one Diagnostic) bool {
		key := words{one.Line, one.Column, anyIndex(one.Message), one.Suggestion}
		before := said[key]
		said[key] = true
		return before
	})
	d.out.sort()
	out := d.out.first(mostSaid, d.more)
	for i, one := range out {
		spans := one.spans[:min(mostLines, len(one.spans))]
		out[i].Excerpt = d.excerpt(spans)
		for _, other := range spans[min(1, len(spans)):] {
			out[i].Related = append(out[i].Related, Position{d.name, other.line, other.column})
		}
		for _, text := range []*string{&out[i].Path, &out[i].Message, &out[i].Suggestion} {
			*text = untrusted.Clip(*text, mostShown)
		}
	}
	return out
}

// where gives the place of the value at path, or of the nearest part of the
// spec around it that is written in the file.
func (d *decoder) where(path string) span {
	if at, ok := d.index[path]; ok {
		return at.value
	}
	return d.around(path)
}

// around gives the place of the name of the part that holds path.
func (d *decoder) around(path string) span {
	for path != "" {
		path = parent(path)
		if at, ok := d.index[path]; ok && path != "" {
			return at.key
		}
	}
	return span{line: 1, column: 1, width: 1}
}

// parent takes the last name or index off a path.
func parent(path string) string {
	return path[:max(0, strings.LastIndexAny(path, ".["))]
}

// has tells whether the file says anything at path.
func (d *decoder) has(path string) bool {
	_, ok := d.index[path]
	return ok
}

// silent tells whether path, or a part around it, already has an error.
func (d *decoder) silent(path string) bool {
	for ; path != ""; path = parent(path) {
		if d.failed[path] {
			return true
		}
	}
	return false
}

// fail remembers that path has an error, and that each part around it has one below.
func (d *decoder) fail(path string) {
	d.failed[path] = true
	for above := parent(path); above != "" && !d.failedBelow[above]; above = parent(above) {
		d.failedBelow[above] = true
	}
}

// failedWithin tells whether what is at path, or a part of it, has an error.
func (d *decoder) failedWithin(path string) bool { return d.failed[path] || d.failedBelow[path] }

// nameAt gives the place of the name of what is at path.
func (d *decoder) nameAt(path string) span {
	if at, ok := d.index[path]; ok {
		return at.key
	}
	return d.around(path)
}

// examples show how a required field is written; [] stands for any index.
var examples = map[string]string{
	"apiVersion":                            "apiVersion: " + APIVersion,
	"kind":                                  "kind: " + Kind,
	"metadata":                              "metadata: {name: shop-prod}",
	"metadata.name":                         "name: shop-prod",
	"spec":                                  "spec: with platform, region, network and ingress below it",
	"spec.platform":                         "platform: aws",
	"spec.region":                           "region: eu-west-1",
	"spec.network":                          "network: {cidr: 10.40.0.0/16}",
	"spec.network.cidr":                     "cidr: 10.40.0.0/16",
	"spec.access.vpn.serverCertificate":     "serverCertificate: arn:aws:acm:eu-west-1:123456789012:certificate/…",
	"spec.access.vpn.clientRootCertificate": "clientRootCertificate: arn:aws:acm:eu-west-1:123456789012:certificate/…",
	"spec.services.identities[].serviceAccount":                              "serviceAccount: checkout",
	"spec.services.alerts.slack.webhook":                                     "webhook: {env: SLACK_WEBHOOK_URL}",
	"spec.services.alerts.slack.webhook.env":                                 "env: SLACK_WEBHOOK_URL",
	"spec.services.alerts.pagerduty.routingKey":                              "routingKey: {env: PAGERDUTY_ROUTING_KEY}",
	"spec.services.alerts.pagerduty.routingKey.env":                          "env: PAGERDUTY_ROUTING_KEY",
	"spec.services.alerts.webhook.url":                                       "url: {env: ALERT_WEBHOOK_URL}",
	"spec.services.alerts.webhook.url.env":                                   "env: ALERT_WEBHOOK_URL",
	"spec.notify[].slack.webhook":                                            "webhook: {env: SLACK_WEBHOOK_URL}",
	"spec.notify[].slack.webhook.env":                                        "env: SLACK_WEBHOOK_URL",
	"spec.notify[].teams.webhook":                                            "webhook: {env: TEAMS_WEBHOOK_URL}",
	"spec.notify[].teams.webhook.env":                                        "env: TEAMS_WEBHOOK_URL",
	"spec.notify[].pagerduty.routingKey":                                     "routingKey: {env: PAGERDUTY_ROUTING_KEY}",
	"spec.notify[].pagerduty.routingKey.env":                                 "env: PAGERDUTY_ROUTING_KEY",
	"spec.notify[].webhook.key.env":                                          "env: EVENTS_KEY",
	"spec.notify[].webhook.url.env":                                          "env: EVENTS_URL",
	"spec.notify[].email.server":                                             "server: smtp.example.com:587",
	"spec.notify[].email.from":                                               "from: drover@example.com",
	"spec.notify[].email.to":                                                 "to: [platform@example.com]",
	"spec.notify[].email.password.env":                                       "env: SMTP_PASSWORD",
	"spec.network.egress.udp[].cidr":                                         "cidr: 203.0.113.0/24",
	"spec.network.egress.udp[].port":                                         "port: 3478",
	"spec.network.reserved[].name":                                           "name: office",
	"spec.network.adopt.network":                                             "network: vpc-0a1b2c3d4e5f60718",
	"spec.network.adopt.subnets.public":                                      "public: [subnet-0a1b2c3d4e5f60718, …]",
	"spec.network.adopt.subnets.data":                                        "data: [subnet-0a1b2c3d4e5f60718, …]",
	"spec.network.adopt.subnets.blue":                                        "blue: [subnet-0a1b2c3d4e5f60718, …]",
	"spec.network.adopt.subnets.green":                                       "green: [subnet-0a1b2c3d4e5f60718, …]",
	"spec.network.peerings[].name":                                           "name: data-platform",
	"spec.network.peerings[].network":                                        "network: vpc-0a1b2c3d4e5f60718",
	"spec.network.peerings[].cidrs":                                          "cidrs: [10.30.0.0/16]",
	"spec.network.transitGateway.id":                                         "id: tgw-0a1b2c3d4e5f60718",
	"spec.network.transitGateway.cidrs":                                      "cidrs: [10.0.0.0/8]",
	"spec.network.reserved[].cidr":                                           "cidr: 10.0.0.0/16",
	"spec.access.vpn.clients":                                                "clients: 10.90.0.0/22",
	"spec.ingress":                                                           "ingress: {domain: shop.example.com}",
	"spec.ingress.domain":                                                    "domain: shop.example.com",
	"spec.ingress.accessLogs.bucket":                                         "bucket: acme-access-logs",
	"spec.ingress.management.domain":                                         "domain: ops.example.com",
	"spec.nodePools[].name":                                                  "name: general",
	"spec.nodePools[].min":                                                   "min: 3",
	"spec.nodePools[].taints[].key":                                          "key: workload",
	"spec.nodePools[].taints[].effect":                                       "effect: NoSchedule",
	"spec.services.secrets.prefix":                                           "prefix: shop-prod",
	"spec.services.databases[].name":                                         "name: orders",
	"spec.services.databases[].engine":                                       "engine: postgres",
	"spec.services.databases[].version":                                      `version: "16"`,
	"spec.services.databases[].class":                                        "class: db.r7g.large",
	"spec.services.databases[].storage":                                      "storage: 100Gi",
	"spec.services.databases[].upgrade.version":                              `version: "17"`,
	"spec.services.identities[].name":                                        "name: checkout",
	"spec.services.identities[].namespace":                                   "namespace: checkout",
	"spec.gitops.repository":                                                 "repository: https://git.example.com/team/clusters.git",
	"spec.gitops.credentials.env":                                            "env: GIT_TOKEN",
	"spec.bootstrap.manifests":                                               "manifests: [manifests/]",
	"spec.rotation.window.from":                                              `from: "02:00"`,
	"spec.rotation.window.to":                                                `to: "06:00"`,
	"spec.rotation.volumes[].data":                                           "data: migrated",
	"spec.rotation.handover.singletons":                                      "singletons: [{kind: CronJob, name: shop/report}]",
	"spec.rotation.handover.singletons[].kind":                               "kind: CronJob",
	"spec.rotation.handover.singletons[].name":                               "name: shop/report",
	"spec.rotation.verify[].http.path":                                       "path: /healthz",
	"spec.rotation.verify[].prometheus.url":                                  "url: https://prometheus.example.com",
	"spec.rotation.verify[].prometheus.query":                                "query: up",
	"spec.rotation.verify[].dns.name":                                        "name: \"{{host}}\"",
	"spec.rotation.verify[].webhook.url":                                     "url: https://judge.example.com/drover",
	"spec.rotation.verify[].webhook.key.env":                                 "env: JUDGE_KEY",
	"spec.rotation.verify[].http.certificate.daysLeft":                       "daysLeft: 14",
	"spec.rotation.verify[].command.run":                                     "run: [./smoke.sh]",
	"spec.accept[].warning":                                                  "warning: single-nat",
	"spec.accept[].reason":                                                   "reason: why it is right here",
	"spec.services.alerts.pagerduty.routingKey.vault":                        "vault: shop-prod/alerts/pagerduty",
	"spec.services.alerts.webhook.key":                                       "key: {vault: shop-prod/alerts/webhook}",
	"spec.services.alerts.webhook.key.env":                                   "env: ALERT_WEBHOOK_KEY",
	"spec.services.alerts.webhook.key.vault":                                 "vault: shop-prod/alerts/webhook",
	"spec.access.teams[].principal":                                          "principal: arn:aws:iam::123456789012:role/checkout",
	"spec.access.teams[].role":                                               "role: edit",
	"spec.access.teams[].namespaces":                                         "namespaces: [checkout]",
	"spec.nodePools[].kubelet.imageGC.high":                                  "high: 80",
	"spec.nodePools[].kubelet.imageGC.low":                                   "low: 70",
	"spec.nodePools[].policies.statements[].actions":                         "actions: [sqs:SendMessage]",
	"spec.nodePools[].policies.statements[].resources":                       `resources: ["arn:aws:sqs:eu-west-1:123456789012:orders"]`,
	"spec.nodePools[].policies.statements[].conditions[].test":               "test: StringEquals",
	"spec.nodePools[].policies.statements[].conditions[].variable":           "variable: aws:ResourceTag/team",
	"spec.nodePools[].policies.statements[].conditions[].values":             "values: [checkout]",
	"spec.services.identities[].policies.statements[].actions":               "actions: [sqs:SendMessage]",
	"spec.services.identities[].policies.statements[].resources":             `resources: ["arn:aws:sqs:eu-west-1:123456789012:orders"]`,
	"spec.services.identities[].policies.statements[].conditions[].test":     "test: StringEquals",
	"spec.services.identities[].policies.statements[].conditions[].variable": "variable: aws:ResourceTag/team",
	"spec.services.identities[].policies.statements[].conditions[].values":   "values: [checkout]",
	"spec.access.runner.source":                                              "source: github",
	"spec.access.runner.repository":                                          "repository: https://github.com/acme/clusters",
	"spec.access.runner.connection":                                          "connection: arn:aws:codeconnections:eu-west-1:123456789012:connection/…",
}

// missingFields says which required fields are not there, below which line
// they belong, and how one looks.
func (d *decoder) missingFields() {
	for _, path := range d.missing {
		help := "add " + last(path) + ": …"
		if example, ok := examples[anyIndex(path)]; ok {
			help = "add " + example
		}
		if above := parent(path); above != "" {
			help += ", indented below this line"
			if strings.HasSuffix(above, "]") {
				help = strings.TrimSuffix(help, ", indented below this line") + " to this item"
			}
		}
		d.errorAt(path, help, d.around(path), fmt.Sprintf("%s is missing", path))
	}
}

// anyIndex replaces the indexes of a path by [].
func anyIndex(path string) string {
	var b strings.Builder
	for {
		before, rest, more := strings.Cut(path, "[")
		b.WriteString(before)
		if !more {
			return b.String()
		}
		_, path, _ = strings.Cut(rest, "]")
		b.WriteString("[]")
	}
}
