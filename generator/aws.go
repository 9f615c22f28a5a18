package generator

import (
	"cmp"
	"fmt"
	"net/netip"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"

	"drover/generator/netplan"
	"drover/generator/spec"
)

// awsPlatform renders roots that call the modules in modules/aws.
type awsPlatform struct{}

var _ platform = awsPlatform{}

// The versions of the provider that roots are run with: those that were tested. The modules take more.
const (
	awsProviderSource  = "hashicorp/aws"
	awsProviderVersion = "~> 5.100"
)

func (awsPlatform) root(in input, r Root) (Files, error) {
	c := in.cluster
	b, err := backendOf(c)
	if err != nil {
		return nil, err
	}
	plan, err := AddressesOf(c)
	if err != nil {
		return nil, err
	}
	arguments := map[Root]func() []attribute{
		Foundation: func() []attribute { return awsFoundation(c, plan) },
		Blue:       func() []attribute { return awsCluster(c, plan, Blue) },
		Green:      func() []attribute { return awsCluster(c, plan, Green) },
		Traffic:    func() []attribute { return awsTraffic(c) },
	}[r]
	if arguments == nil {
		return nil, fmt.Errorf("there is no root %q; the roots are %v", r, Roots())
	}
	readme, err := readmeFile(in, r, plan)
	if err != nil {
		return nil, err
	}
	out := Files{
		"backend.tf":   backendFile(c, r, b),
		"providers.tf": awsProviders(c, r, b),
		"main.tf":      mainFile(c, r, b, arguments()),
		"outputs.tf":   in.modules.passed[r.module()],
		"README.md":    readme,
		"variables.tf": variablesFiles()[r],
	}
	if r == Foundation {
		out["imports.tf"] = awsImports(c)
	}
	return out, nil
}

// awsProviders is providers.tf: Terraform's and the provider's versions, and
// the tags of every resource of the root.
func awsProviders(c spec.Cluster, r Root, b backend) []byte {
	return source(func(body *hclwrite.Body) {
		settings := block(body, "terraform", nil, attribute{"required_version", text(requiredVersion(c, b))}, gap)
		block(settings, "required_providers", nil, attribute{"aws", object(
			attribute{"source", text(awsProviderSource)}, attribute{"version", text(awsProviderVersion)})})
		body.AppendNewline()

		provider := block(body, "provider", []string{"aws"}, attribute{"region", text(c.Spec.Region)})
		if c.Spec.Account != "" {
			fill(provider, attribute{"allowed_account_ids", texts([]string{c.Spec.Account})})
		}
		provider.AppendNewline()
		block(provider, "default_tags", nil, attribute{"tags", tags(c, r)})
	})
}

func awsFoundation(c spec.Cluster, plan Addresses) []attribute {
	s := c.Spec
	retention, _ := s.Network.FlowLogs.Retention.Days()
	audited, _ := s.Kubernetes.LogRetention.Days()
	out := []attribute{
		{"name", text(c.Metadata.Name)},
		{protection, reference("var", protection)},
		{"control_plane_log_retention_days", integer(audited)},
		gap,
		{"cidr", text(s.Network.CIDR)},
	}
	out = append(out, awsSubnets(s.Network, plan)...)
	if s.Network.IPv6() {
		out = append(out, attribute{"ipv6", boolean(true)})
	}
	out = append(out,
		attribute{"nat", text(s.Network.NAT)},
		attribute{"endpoints", texts(s.Network.Endpoints)},
		attribute{"flow_logs_to", text(cmp.Or(s.Network.FlowLogs.To, "s3"))},
		attribute{"flow_logs_retention_days", integer(retention)},
	)
	if plan.Firewalled {
		out = append(out, gap, attribute{"egress", awsEgress(s.Network, plan)})
	}
	out = append(out, awsConnections(s.Network, plan)...)
	if s.Access.VPN != nil {
		out = append(out, gap, attribute{"vpn", object(
			attribute{"clients", text(s.Access.VPN.Clients)},
			attribute{"server_certificate_arn", text(s.Access.VPN.ServerCertificate)},
			attribute{"client_root_certificate_arn", text(s.Access.VPN.ClientRootCertificate)},
		)})
	}
	if s.Access.Runner != nil {
		out = append(out, gap, attribute{"runner", awsRunner(*s.Access.Runner)})
	}
	out = append(out,
		gap,
		attribute{"domain", text(s.Ingress.Domain)},
		attribute{"zone", text(s.Ingress.Zone)},
	)
	if s.Ingress.ZoneID != "" {
		out = append(out, attribute{"zone_id", text(s.Ingress.ZoneID)})
	}
	out = append(out, attribute{"visibility", text(s.Ingress.Visibility)})
	out = append(out, awsServices(c)...)
	if s.Services.Alerts != nil {
		out = append(out, gap, attribute{"alerts", boolean(true)})
		out = append(out, awsReceivers(*s.Services.Alerts)...)
	}
	if s.Access.PermissionsBoundary != "" {
		out = append(out, gap, attribute{"permissions_boundary", text(s.Access.PermissionsBoundary)})
	}
	return out
}

// awsEgress is what may leave the network. Its log is kept as long as those of
// the flows, which show what did leave.
func awsEgress(n spec.Network, plan Addresses) hclwrite.Tokens {
	names := make([]string, len(n.Egress.Allow))
	for i, name := range n.Egress.Allow {
		if below, cut := strings.CutPrefix(name, "*."); cut { // .example.com and *.example.com say the same
			name = "." + below
		}
		names[i] = name
	}
	out := []attribute{
		{"mode", text(n.Egress.Mode)},
		{"allow", texts(names)},
		{"udp", awsUDP(n.Egress.UDP)},
		{"firewall_subnets", plan.texts(func(z netplan.Zone) netip.Prefix { return z.Firewall })},
		{"nat_subnets", plan.texts(func(z netplan.Zone) netip.Prefix { return z.NAT })},
	}
	if retention, _ := n.FlowLogs.Retention.Days(); retention > 0 { // there are none in an adopted network
		out = append(out, attribute{"log_retention_days", integer(retention)})
	}
	return object(out...)
}

func awsUDP(rules []spec.UDP) hclwrite.Tokens {
	out := make([]hclwrite.Tokens, len(rules))
	for i, to := range rules {
		out[i] = object(attribute{"cidr", text(to.CIDR)}, attribute{"port", integer(to.Port)})
	}
	return hclwrite.TokensForTuple(out)
}

// awsServices are the arguments for what the spec names under services.
func awsServices(c spec.Cluster) []attribute {
	var out []attribute
	s := c.Spec.Services
	if s.Registry != nil {
		out = append(out, gap, attribute{"registry", object(
			attribute{"repositories", texts(s.Registry.Repositories)},
			attribute{"pull_through", texts(s.Registry.PullThrough)},
			attribute{"logins", mapping(s.Registry.Logins, text)},
		)})
	}
	if prefix := c.SecretsPrefix(); prefix != "" {
		out = append(out, gap, attribute{"secrets_prefix", text(prefix)})
	}
	if len(s.Databases) > 0 {
		out = append(out, gap, attribute{"databases", mapping(byName(s.Databases, func(d spec.Database) string { return d.Name }), awsDatabase)})
	}
	if b := s.Backups; b != nil {
		out = append(out, gap, attribute{"backup", awsBackup(*b)})
	}
	if identities := awsIdentities(c); len(identities) > 0 {
		out = append(out, gap, attribute{"identities", mapping(identities, func(i hclwrite.Tokens) hclwrite.Tokens { return i })})
	}
	return out
}

func awsDatabase(d spec.Database) hclwrite.Tokens {
	days, _ := d.Backups.Days()
	out := []attribute{
		{"engine", text(d.Engine)},
		{"version", text(d.Version)},
		{"class", text(d.Class)},
		{"storage_gib", integer(d.Storage.GiB())},
		{"multi_zone", boolean(d.MultiZone)},
		{"backup_days", integer(days)},
	}
	if u := d.Upgrade; u != nil {
		out = append(out, attribute{"upgrade", object(attribute{"version", text(u.Version)}, attribute{"at", text(u.At)})})
	}
	return object(out...)
}

func awsBackup(b spec.Backups) hclwrite.Tokens {
	days, _ := b.Keep.Days()
	out := []attribute{{"time", text(b.At)}, {"keep_days", integer(days)}}
	if b.CopyTo != "" {
		out = append(out, attribute{"copy_to", text(b.CopyTo)})
	}
	return object(out...)
}

// awsTraffic leaves the weights to colors.auto.tfvars.json, which only a
// rotation writes.
func awsTraffic(c spec.Cluster) []attribute {
	return []attribute{
		{"domain", text(c.Spec.Ingress.Domain)},
		{"zone_id", foundation("zone_id")},
		gap,
		{"colors", reference("var", "colors")},
		gap,
		{"health_check", awsHealth(c.Spec.Rotation.Traffic.Health)},
	}
}

// awsHealth is what Route 53 asks each color, if it asks anything.
func awsHealth(h *spec.HealthCheck) hclwrite.Tokens {
	if h == nil {
		return object(attribute{"enabled", boolean(false)})
	}
	out := []attribute{{"type", text(strings.ToUpper(h.Protocol))}, {"port", integer(h.Port)}}
	if h.Path != "" {
		out = append(out, attribute{"path", text(h.Path)})
	}
	return object(out...)
}
