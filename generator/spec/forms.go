package spec

import (
	"maps"
	"slices"
	"strings"
	"sync"
)

const (
	rangeForm    = `^([0-9]{1,3}\.){3}[0-9]{1,3}/[0-9]{1,2}$`
	eitherForm   = rangeForm + `|^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*/[0-9]{1,3}$`
	durationForm = `^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$`
	sizeForm     = `^[0-9]+(Mi|Gi|Ti)$`
	judgeForm    = `^https?://[^ \t\r\n\\?#@]+$`
	pathForm     = `^/([^/ \t\r\n\\#][^ \t\r\n\\#]*)?$`
)

// forms are the patterns of texts in the schema; [] stands for any index. Those
// that validation has are its own. A form that differs by platform is that of
// any of them, and one that only some have is for a field that others refuse.
var forms = sync.OnceValue(func() map[string]string {
	subnet := onAny(func(r rules) form { return r.subnet })
	account, region := onAny(func(r rules) form { return r.account }), onAny(func(r rules) form { return r.region })
	network, principal := onAny(func(r rules) form { return r.peer }), onAny(func(r rules) form { return r.principal })
	out := map[string]string{
		"metadata.name": dnsLabel.pattern.text,
		"spec.region":   region, "spec.account": account,
		"spec.kubernetes.version":             minorVersion.text,
		"spec.state.bucket":                   bucketName.pattern.text,
		"spec.state.account":                  storageAccount.pattern.text,
		"spec.state.container":                blobContainer.pattern.text,
		"spec.state.resourceGroup":            resourceGroup.pattern.text,
		"spec.network.cidr":                   rangeForm,
		"spec.network.services":               rangeForm,
		"spec.network.reserved[].cidr":        rangeForm,
		"spec.network.pods":                   rangeForm,
		"spec.network.adopt.network":          network,
		"spec.network.adopt.subnets.public[]": subnet, "spec.network.adopt.subnets.data[]": subnet,
		"spec.network.adopt.subnets.blue[]": subnet, "spec.network.adopt.subnets.green[]": subnet,
		"spec.network.peerings[].name":    dnsLabel.pattern.text,
		"spec.network.peerings[].network": network,
		"spec.network.peerings[].account": account, "spec.network.peerings[].region": region,
		"spec.network.peerings[].cidrs[]":     rangeForm,
		"spec.network.transitGateway.id":      onAny(func(r rules) form { return r.transit }),
		"spec.network.transitGateway.cidrs[]": rangeForm,
		"spec.network.egress.allow[]":         egressName.pattern.text,
		"spec.network.egress.udp[].cidr":      rangeForm,
		"spec.network.endpoints[]":            endpointName.pattern.text,

		"spec.access.allow[]":              rangeForm,
		"spec.access.admins[]":             principal,
		"spec.access.viewers[]":            principal,
		"spec.access.teams[].principal":    principal,
		"spec.access.teams[].namespaces[]": teamNamespace.pattern.text,
		"spec.access.permissionsBoundary":  onAny(func(r rules) form { return r.boundary }),
		"spec.access.vpn.clients":          rangeForm,
		"spec.ingress.domain":              domainName.text,
		"spec.ingress.zoneId":              onAny(func(r rules) form { return r.zoneID }),
		"spec.ingress.allow[]":             eitherForm,
		"spec.ingress.tls.email":           email.pattern.text,
		"spec.ingress.tls.certificate":     onAny(func(r rules) form { return r.lbCert }),
		"spec.ingress.accessLogs.bucket":   bucketName.pattern.text,
		"spec.ingress.management.domain":   domainName.text,
		"spec.ingress.management.allow[]":  rangeForm,
		"spec.nodePools[].name":            onAny(func(r rules) form { return r.pool }),
		"spec.nodePools[].machines[]":      onAny(func(r rules) form { return r.machine }),
		"spec.nodePools[].maxUnavailable":  atATime.pattern.text,
		"spec.nodePools[].taints[].key":    labelKey.text,
		"spec.nodePools[].taints[].value":  labelValue.text,

		"spec.services.registry.repositories[]":           repositoryName.pattern.text,
		"spec.services.secrets.prefix":                    secretPrefix.pattern.text,
		"spec.services.databases[].name":                  databaseName.pattern.text,
		"spec.services.databases[].version":               engineVersion.pattern.text,
		"spec.services.databases[].upgrade.version":       engineVersion.pattern.text,
		"spec.services.databases[].class":                 onAny(func(r rules) form { return r.class }),
		"spec.services.backups.at":                        timeOfDay.pattern.text,
		"spec.services.backups.copyTo":                    onAny(func(r rules) form { return r.copies }),
		"spec.services.identities[].name":                 onAny(func(r rules) form { return r.identity }),
		"spec.services.identities[].namespace":            dnsLabel.pattern.text,
		"spec.services.identities[].serviceAccount":       serviceAccount.pattern.text,
		"spec.services.identities[].secrets[]":            secretName.pattern.text,
		"spec.services.identities[].buckets[]":            bucketName.pattern.text,
		"spec.services.alerts.slack.workspace":            slackWorkspace.pattern.text,
		"spec.services.alerts.slack.channel":              slackChannel.pattern.text,
		"spec.services.alerts.slack.webhook.env":          envName.text,
		"spec.services.alerts.pagerduty.routingKey.env":   envName.text,
		"spec.services.alerts.pagerduty.routingKey.vault": vaultName.pattern.text,
		"spec.services.alerts.webhook.address":            plainAddress.pattern.text,
		"spec.services.alerts.webhook.header":             headerName.pattern.text,
		"spec.services.alerts.webhook.key.env":            envName.text,
		"spec.services.alerts.webhook.key.vault":          vaultName.pattern.text,
		"spec.services.alerts.webhook.url.env":            envName.text,
		"spec.gitops.credentials.vault":                   vaultName.pattern.text,
		"spec.gitops.credentials.env":                     envName.text,
		"spec.gitops.credentials.username":                gitUser.pattern.text,

		"spec.notify[].name":                     receiverName.pattern.text,
		"spec.notify[].slack.webhook.env":        envName.text,
		"spec.notify[].teams.webhook.env":        envName.text,
		"spec.notify[].pagerduty.routingKey.env": envName.text,
		"spec.notify[].webhook.address":          plainAddress.pattern.text,
		"spec.notify[].webhook.key.env":          envName.text,
		"spec.notify[].webhook.header":           headerName.pattern.text,
		"spec.notify[].webhook.url.env":          envName.text,
		"spec.notify[].email.server":             mailServer.pattern.text,
		"spec.notify[].email.from":               email.pattern.text,
		"spec.notify[].email.to[]":               email.pattern.text,
		"spec.notify[].email.username":           mailUser.pattern.text,
		"spec.notify[].email.password.env":       envName.text,

		"spec.rotation.window.from":                        timeOfDay.pattern.text,
		"spec.rotation.window.to":                          timeOfDay.pattern.text,
		"spec.rotation.handover.singletons[].name":         singletonName.pattern.text,
		"spec.rotation.acceptRemoved[]":                    removedAPI.pattern.text,
		"spec.rotation.verify[].kubernetes.workloads[]":    workload.pattern.text,
		"spec.rotation.verify[].kubernetes.namespaces[]":   namespace.pattern.text,
		"spec.rotation.volumes[].namespace":                claimNamespace.pattern.text,
		"spec.rotation.volumes[].storageClass":             storageClass.pattern.text,
		"spec.rotation.verify[].parity.ignore[]":           singletonName.pattern.text,
		"spec.rotation.verify[].http.path":                 pathForm,
		"spec.rotation.verify[].command.env[]":             variableName.pattern.text,
		"spec.rotation.verify[].webhook.url":               judgeForm,
		"spec.rotation.verify[].cloudwatch.metrics[].name": metricName.pattern.text,
		"spec.rotation.verify[].cloudwatch.metrics[].stat": statistic.pattern.text,
		"spec.rotation.verify[].webhook.header":            headerName.pattern.text,
		"spec.rotation.verify[].webhook.key.env":           envName.text,
		"spec.rotation.traffic.health.path":                `^/`,
		"spec.terraform.version":                           versionConstraint.text,
	}
	maps.Copy(out, policyForms())
	maps.Copy(out, kubeletForms())
	out["spec.nodePools[].image"] = onAny(func(r rules) form { return r.image })
	return out
})

// onAny is the form of a text on any platform that has one.
func onAny(of func(rules) form) string {
	var all []string
	for _, platform := range []Platform{AWS, Azure, Google} {
		if p := of(rulesOf[platform]).pattern; p != nil && !slices.Contains(all, p.text) {
			all = append(all, p.text)
		}
	}
	return strings.Join(all, "|")
}

// repeats are the lists that may hold an item twice.
var repeats = []string{
	"spec.rotation.verify[].command.run", "spec.services.identities[].secrets", "spec.services.identities[].databases", "spec.services.identities[].buckets",
}

// neverEmpty are the lists that hold something, if they are there.
var neverEmpty = []string{
	"spec.notify[].on", "spec.notify[].email.to",
	"spec.bootstrap.manifests",
	"spec.network.adopt.subnets.public", "spec.network.adopt.subnets.data", "spec.network.adopt.subnets.blue", "spec.network.adopt.subnets.green",
	"spec.access.teams[].namespaces",
	"spec.network.peerings[].cidrs", "spec.network.transitGateway.cidrs", "spec.ingress.allow", "spec.ingress.management.allow",
	"spec.nodePools", "spec.nodePools[].machines", "spec.nodePools[].zones",
	"spec.nodePools[].policies.statements[].actions", "spec.nodePools[].policies.statements[].resources", "spec.nodePools[].policies.statements[].conditions[].values",
	"spec.services.identities[].policies.statements[].actions", "spec.services.identities[].policies.statements[].resources", "spec.services.identities[].policies.statements[].conditions[].values",
	"spec.rotation.window.days", "spec.rotation.verify", "spec.rotation.handover.singletons", "spec.rotation.verify[].when", "spec.rotation.verify[].command.run", "spec.rotation.verify[].cloudwatch.metrics", "spec.rotation.traffic.steps",
}
