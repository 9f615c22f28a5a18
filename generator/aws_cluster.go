package generator

import (
	"net/netip"
	"slices"

	"github.com/hashicorp/hcl/v2/hclwrite"

	"drover/generator/spec"
)

// awsCluster are the arguments of the module of one color.
func awsCluster(c spec.Cluster, plan Addresses, r Root) []attribute {
	s := c.Spec
	public, internal := apiSources(s)
	out := []attribute{
		{"name", text(c.Metadata.Name)},
		{"color", text(r.color())},
		{"kubernetes_version", text(s.Kubernetes.Version)},
	}
	if s.Kubernetes.Support == "extended" {
		out = append(out, attribute{"support", text(s.Kubernetes.Support)})
	}
	if s.Kubernetes.ZonalShift {
		out = append(out, attribute{"zonal_shift", boolean(true)})
	}
	out = append(out, []attribute{
		gap,
		{"vpc_id", foundation("vpc_id")},
		{"zones", integer(s.Network.Zones)},
		{"subnet_ids", foundation("subnet_ids", r.color())},
		{"public_subnet_ids", foundation("subnet_ids", "public")},
		awsServicesRange(s.Network, plan, r),
		gap,
		{"api", object(attribute{"access", text(s.Access.API)}, attribute{"allow", texts(public)})},
		{"allow_api_from", texts(internal)},
		{"admins", texts(s.Access.Admins)},
		{"operators", texts(s.Access.Operators)},
		{"viewers", texts(s.Access.Viewers)},
	}...)
	if len(s.Access.Teams) > 0 {
		out = append(out, attribute{"teams", awsTeams(s.Access.Teams)})
	}
	out = append(out, []attribute{
		{"node_sessions", boolean(s.Access.Nodes == "sessions")},
		gap,
		{"logs", texts(s.Kubernetes.Logs)},
		{"log_group", foundation("control_plane_log_groups", r.color())},
		{"kms_key_arn", foundation("kms_key_arn")},
		gap,
		{"addons", awsAddons(c)},
		gap,
		{"node_pools", mapping(byName(s.NodePools, func(p spec.NodePool) string { return p.Name }), awsNodePool)},
		{images, reference("var", images)},
		gap,
		{"identities", foundation("identities")},
		{"pull_through_prefixes", foundation("pull_through_prefixes")},
		gap,
		{"ingress", awsIngress(s.Ingress)},
		{"domain", text(s.Ingress.Domain)},
		{"zone_id", foundation("zone_id")},
		gap,
		{protection, reference("var", protection)},
	}...)
	return append(out, awsClusterOptions(c, r)...)
}

// awsServicesRange is where services have their addresses: a range, or in a cluster of IPv6 what EKS takes.
func awsServicesRange(n spec.Network, plan Addresses, r Root) attribute {
	if n.IPv6() {
		return attribute{"ip_family", text(n.IPFamily)}
	}
	return attribute{"services_cidr", text(plan.Services[r].String())}
}

// awsClusterOptions are the arguments that a spec may do without.
func awsClusterOptions(c spec.Cluster, r Root) (out []attribute) {
	s := c.Spec
	if s.Ingress.Management != nil {
		out = append(out, gap, attribute{"management", awsManagement(s)})
	}
	if s.Network.Pods != "" {
		out = append(out, gap, attribute{"pod_subnets", foundation("pod_subnets", r.color())})
	}
	out = append(out, awsColorControllers(c)...)
	if s.Services.Alerts != nil {
		out = append(out, gap, attribute{"alerts", object(attribute{"topic_arn", foundation("alerts_topic_arn")})})
	}
	if s.Access.PermissionsBoundary != "" {
		out = append(out, gap, attribute{"permissions_boundary", text(s.Access.PermissionsBoundary)})
	}
	return out
}

// awsTeams are who may do something in some namespaces.
func awsTeams(teams []spec.Team) hclwrite.Tokens {
	out := make([]hclwrite.Tokens, len(teams))
	for i, t := range teams {
		out[i] = object(attribute{"principal", text(t.Principal)}, attribute{"role", text(t.Role)}, attribute{"namespaces", texts(t.Namespaces)})
	}
	return hclwrite.TokensForTuple(out)
}

func awsIngress(in spec.Ingress) hclwrite.Tokens {
	out := []attribute{{"visibility", text(in.Visibility)}, {"allow", texts(in.Allow)}}
	if in.TLS.Certificate != "" {
		out = append(out, attribute{"certificate_arn", text(in.TLS.Certificate)})
	}
	if in.ProxyProtocol {
		out = append(out, attribute{"proxy_protocol", boolean(true)})
	}
	if logs := in.AccessLogs; logs != nil {
		out = append(out, attribute{"access_logs", object(attribute{"bucket", text(logs.Bucket)}, attribute{"prefix", text(logs.Prefix)})})
	}
	return object(out...)
}

// awsAddons are the add-ons, each with the version that the spec says, or else with the one that was asked for when the
// color was built, or else with drover's own; without any EKS takes its own.
func awsAddons(c spec.Cluster) hclwrite.Tokens {
	unsaid := c.UnsaidAddons()
	addons := map[string]hclwrite.Tokens{}
	for name, addon := range c.Addons() {
		pin := word("null")
		if addon.Version != "" {
			pin = text(addon.Version)
		}
		if slices.Contains(unsaid, name) {
			pin = hclwrite.TokensForFunctionCall("lookup", reference("var", asked), text(name), pin)
		}
		out := []attribute{{"version", pin}}
		if settings := addon.Configuration.Object(); settings != nil {
			out = append(out, attribute{"configuration", hclwrite.TokensForFunctionCall("jsonencode", anything(settings))})
		}
		addons[name] = object(out...)
	}
	return mapping(addons, func(addon hclwrite.Tokens) hclwrite.Tokens { return addon })
}

func awsNodePool(p spec.NodePool) hclwrite.Tokens {
	out := []attribute{
		{"machines", texts(p.Machines)},
		{"capacity", text(p.Capacity)},
		{"min", integer(p.Min)},
		{"max", integer(p.Max)},
		{"disk_gib", integer(p.Disk.GiB())},
		{"max_unavailable", text(p.MaxUnavailable)},
	}
	if len(p.Zones) > 0 {
		out = append(out, attribute{"zones", integers(p.Zones)})
	}
	if p.OS == "bottlerocket" {
		out = append(out, attribute{"os", text(p.OS)})
	}
	if len(p.Labels) > 0 {
		out = append(out, attribute{"labels", mapping(p.Labels, text)})
	}
	if len(p.Taints) > 0 {
		taints := make([]hclwrite.Tokens, len(p.Taints))
		for i, t := range p.Taints {
			taints[i] = object(attribute{"key", text(t.Key)}, attribute{"value", text(t.Value)}, attribute{"effect", text(t.Effect)})
		}
		out = append(out, attribute{"taints", hclwrite.TokensForTuple(taints)})
	}
	if p.Image != "" {
		out = append(out, attribute{"image", text(p.Image)})
	}
	if p.UserData != "" {
		out = append(out, attribute{"user_data", text(p.UserData)})
	}
	if p.Kubelet != nil {
		out = append(out, attribute{"kubelet", awsKubelet(*p.Kubelet)})
	}
	if p.Policies != nil {
		out = append(out, attribute{"policies", awsPolicies(*p.Policies)})
	}
	return object(out...)
}

// apiSources divides who reaches the Kubernetes API: public ranges come to its
// public endpoint, private ones to the endpoint in the network. The network
// itself and the clients of its VPN are among these.
func apiSources(s spec.Spec) (public, internal []string) {
	internal = append(internal, s.Network.CIDR)
	if s.Access.VPN != nil {
		internal = append(internal, s.Access.VPN.Clients)
	}
	for _, text := range s.Access.Allow {
		p, err := netip.ParsePrefix(text)
		if err == nil && spec.IsPrivate(p) {
			internal = append(internal, text)
		} else {
			public = append(public, text)
		}
	}
	return public, internal
}
