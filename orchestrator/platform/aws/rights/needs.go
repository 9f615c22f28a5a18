package rights

import (
	"slices"
	"strings"

	"drover/generator/spec"
)

// What of a spec needs rights of its own.

func hasVPN(s spec.Spec) bool       { return s.Access.VPN != nil }
func hasFirewall(s spec.Spec) bool  { return s.Network.Egress.Mode == "restricted" }
func hasDatabases(s spec.Spec) bool { return len(s.Services.Databases) > 0 }
func hasBackups(s spec.Spec) bool   { return s.Services.Backups != nil }
func hasRegistry(s spec.Spec) bool  { return s.Services.Registry != nil }
func hasAlerts(s spec.Spec) bool    { return s.Services.Alerts != nil }
func hasKarpenter(s spec.Spec) bool { return s.Kubernetes.Autoscaler == "karpenter" }
func hasAutoMode(s spec.Spec) bool  { return s.Kubernetes.Autoscaler == spec.AutoMode }
func lacksAuto(s spec.Spec) bool    { return !hasAutoMode(s) }
func makesZone(s spec.Spec) bool    { return s.Ingress.Zone == "create" }
func inS3(s spec.Spec) bool         { return s.State.Backend == "s3" }
func checksHealth(s spec.Spec) bool { return s.Rotation.Traffic.Health != nil }
func isBounded(s spec.Spec) bool    { return s.Access.PermissionsBoundary != "" }
func isUnbounded(s spec.Spec) bool  { return !isBounded(s) }
func makesNetwork(s spec.Spec) bool { return s.Network.Adopt == nil }

func adopts(s spec.Spec) bool      { return s.Network.Adopt != nil }
func hasPodRange(s spec.Spec) bool { return s.Network.Pods != "" }
func makesIPv6(s spec.Spec) bool   { return s.Network.IPv6() && !s.Network.AdoptsSubnets() }
func isInternal(s spec.Spec) bool  { return s.Ingress.Visibility == "internal" }

// adopted are the network and the subnets of others that a spec names.
func adopted(s spec.Spec) []string {
	arns := []string{own("ec2", "vpc/"+s.Network.Adopt.Network)}
	if n := s.Network.Adopt.Subnets; n != nil {
		for _, id := range slices.Concat(n.Public, n.Data, n.Blue, n.Green) {
			arns = append(arns, own("ec2", "subnet/"+id))
		}
	}
	return arns
}

func hasConnections(s spec.Spec) bool {
	return len(s.Network.Peerings) > 0 || s.Network.TransitGateway != nil
}

func hasSlack(s spec.Spec) bool {
	return hasAlerts(s) && s.Services.Alerts.Slack != nil && s.Services.Alerts.Slack.Workspace != ""
}

// hasStacks is for what CloudFormation has and Terraform's provider has not: keys of receivers, and channels.
func hasStacks(s spec.Spec) bool { return hasSlack(s) || hasKeyedReceivers(s) }

// logsToBucket and logsToGroup are where the flow logs of an own network go.
func logsToBucket(s spec.Spec) bool { return makesNetwork(s) && s.Network.FlowLogs.To != "cloudwatch" }
func logsToGroup(s spec.Spec) bool  { return makesNetwork(s) && s.Network.FlowLogs.To == "cloudwatch" }

func hasLogins(s spec.Spec) bool { return hasRegistry(s) && len(s.Services.Registry.Logins) > 0 }

// delivers is for logs that CloudWatch's deliveries take to where they go.
func delivers(s spec.Spec) bool { return hasFirewall(s) || logsToBucket(s) }

// hasKeyedReceivers is for those that alarms are sent to with a key, by EventBridge.
func hasKeyedReceivers(s spec.Spec) bool {
	return hasAlerts(s) && (s.Services.Alerts.PagerDuty != nil || s.Services.Alerts.Webhook != nil)
}

func readsGitSecret(s spec.Spec) bool {
	return s.GitOps != nil && s.GitOps.Credentials != nil && s.GitOps.Credentials.Vault != ""
}

// gitSecret is the one that Argo CD reads its repository with. The vault adds a hyphen and six characters to a name.
func gitSecret(s spec.Spec) []string {
	return []string{own("secretsmanager", "secret:"+s.GitOps.Credentials.Vault+"-??????")}
}

func hasRunner(s spec.Spec) bool { return s.Access.Runner != nil }

// runners is the project that modules/aws/foundation/runner.tf makes.
var runners = []string{own("codebuild", "project/{cluster}-runner")}

// connectedBy is for a runner whose connection is of a service.
func connectedBy(service string) func(spec.Spec) bool {
	return func(s spec.Spec) bool {
		return hasRunner(s) && strings.Contains(s.Access.Runner.Connection, ":"+service+":")
	}
}

// connection is the one that the runner reaches its repository by.
func connection(s spec.Spec) []string { return []string{s.Access.Runner.Connection} }

func hasEvents(s spec.Spec) bool {
	return hasKeyedReceivers(s) || hasKarpenter(s) || hasRunner(s) && s.Access.Runner.Schedule != ""
}
