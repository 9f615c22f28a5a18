package spec

import (
	"fmt"
	"net/netip"
	"slices"
	"time"
)

// The defaults below make the least that a person can say a production-safe
// cluster: nothing public but the ingress, every zone on its own, logs kept.

// TerraformVersion is what spec.terraform.version is when it is left out: the
// oldest that the modules and roots are tested with.
const TerraformVersion = ">= 1.9.5"

func (c *Cluster) setDefaults() {
	c.Spec = Spec{
		Kubernetes: Kubernetes{Version: "1.35", LogRetention: days(90), Autoscaler: "pools"},
		State:      State{Backend: "local"},
		Network: Network{
			IPFamily: "ipv4", Zones: 3, NAT: "per-zone", Egress: Egress{Mode: "open"}, FlowLogs: FlowLogs{Retention: days(30)},
		},
		Access:    Access{API: "private"},
		Ingress:   Ingress{Zone: "create", Visibility: "public"},
		Terraform: Terraform{Flavor: "terraform", Version: TerraformVersion},
		Rotation: Rotation{
			Traffic:   Traffic{Steps: []int{5, 25, 50, 100}, Interval: Duration(5 * time.Minute), TTL: Duration(time.Minute)},
			Soak:      Duration(time.Hour),
			Quiet:     Duration(3 * time.Minute),
			KeepBlue:  Duration(day),
			OnFailure: "rollback",
		},
	}
}

func (m *Management) setDefaults() { m.Visibility = "internal" }

func (p *NodePool) setDefaults() {
	p.Capacity = "on-demand"
	p.Disk = 80 * gibi
	p.MaxUnavailable = "33%"
}

func (d *Database) setDefaults() { d.Backups = days(14) }

func (u *Upgrade) setDefaults() { u.At = "window" }

func (b *Backups) setDefaults() { b.At, b.Keep = "03:00", days(35) }

func (p *PagerDuty) setDefaults() { p.Region, p.KeyVersion = "us", 1 }

func (w *Webhook) setDefaults() { w.Header, w.KeyVersion = "Authorization", 1 }

func (g *GitOps) setDefaults() { g.Revision, g.Path = "main", "." }

func (w *Window) setDefaults() { w.Timezone = "UTC" }

func (h *Handover) setDefaults() { h.Timeout = Duration(10 * time.Minute) }

func (k *KubernetesCheck) setDefaults() {
	k.NodesReady = "all"
	k.Timeout = Duration(15 * time.Minute)
}

func (l *CheckLimits) setDefaults() { l.Samples = 1 }
func (p *ParityCheck) setDefaults() { p.Missing = "fail" }

func (h *HTTPCheck) setDefaults() {
	h.Path = "/"
	h.Status, h.Samples = 200, 20
	h.Timeout = Duration(10 * time.Minute)
}

func (h *HealthCheck) setDefaults() { h.Protocol = "tcp" }

func (d *DNSCheck) setDefaults() {
	d.From = Authoritative
	d.Timeout = Duration(time.Minute)
}

func (w *WebhookCheck) setDefaults() {
	w.Header = "Authorization"
	w.Timeout = Duration(time.Minute)
}

func (p *PrometheusCheck) setDefaults() { p.Timeout = Duration(5 * time.Minute) }

func (c *CommandCheck) setDefaults() { c.Timeout = Duration(10 * time.Minute) }

func days(n int) Duration { return Duration(time.Duration(n) * day) }

// derive fills in the defaults that depend on what the spec says elsewhere.
// A list that is left out is nil here; one that is written as [] is not. A
// number that is left out is 0, and so is one that is written as 0: has tells.
func derive(c *Cluster, has func(path string) bool) {
	s := &c.Spec
	r := rulesOf[s.Platform]
	if s.Kubernetes.Logs == nil {
		s.Kubernetes.Logs = slices.Clone(choices["spec.kubernetes.logs[]"])
	}
	if s.State.Backend == "s3" && s.State.Region == "" {
		s.State.Region = s.Region
	}
	deriveAdopted(&s.Network)
	if len(r.sessions) > 0 && s.Access.Nodes == "" && !has("spec.access.nodes") {
		s.Access.Nodes = "sessions"
	}
	if s.Network.NAT == "none" && s.Network.Endpoints == nil {
		s.Network.Endpoints = append(slices.Clone(r.endpoints), r.withoutNAT...)
		if s.Access.Nodes == "sessions" {
			s.Network.Endpoints = append(s.Network.Endpoints, r.sessions...)
		}
	}
	if s.Network.Endpoints == nil {
		s.Network.Endpoints = r.endpoints
	}
	if s.Network.Services == "" && !s.Network.IPv6() {
		s.Network.Services = freeServices(s)
	}
	if s.Ingress.Allow == nil {
		s.Ingress.Allow = ingressFrom(s)
	}
	if m := s.Ingress.Management; m != nil && m.Allow == nil && m.Visibility == "internal" {
		m.Allow = ours(s)
	}
	if logs := s.Ingress.AccessLogs; logs != nil && logs.Prefix == "" {
		logs.Prefix = c.Metadata.Name
	}
	if s.NodePools == nil {
		pool := NodePool{Name: "general", Min: 3, Max: 12}
		pool.setDefaults()
		s.NodePools = []NodePool{pool}
	}
	for i := range s.NodePools {
		p := &s.NodePools[i]
		if p.Machines == nil {
			p.Machines = r.machines
		}
		if p.OS == "" && len(r.systems) > 0 {
			p.OS = r.systems[0]
		}
		if p.Max == 0 && p.Min >= 0 && !has(fmt.Sprintf("spec.nodePools[%d].max", i)) {
			p.Max = min(max(1, 4*p.Min), mostNodes) // as 12 is to 3: room for a surge and for the loss of a zone
		}
	}
	deriveNotify(s.Notify)
	s.Rotation.Traffic.Health = healthOf(s, has("spec.rotation.traffic.health.port"))
	if s.Rotation.Verify == nil {
		check := &HTTPCheck{}
		check.setDefaults()
		s.Rotation.Verify = []Check{{HTTP: check}}
	}
}

// deriveAdopted leaves to the owner of a network what belongs to all of it: two
// private endpoints of one service would answer to the same name, and routes
// of adopted subnets are not ours.
func deriveAdopted(n *Network) {
	if n.Adopt == nil {
		return
	}
	n.FlowLogs.Retention = 0
	if n.AdoptsSubnets() {
		n.NAT, n.Zones = "none", len(n.Adopt.Subnets.Public)
	}
	if n.Endpoints == nil && n.NAT != "none" {
		n.Endpoints = []string{"s3"}
	}
	if n.AdoptsSubnets() && n.Endpoints == nil {
		n.Endpoints = []string{}
	}
}

// serviceRanges are tried in order for the services of a cluster; the first
// is what EKS takes itself, and 172.17.0.0/16 is missing because container
// runtimes use it on every node.
var serviceRanges = []string{
	"172.20.0.0/16", "172.21.0.0/16", "172.22.0.0/16", "172.24.0.0/16", "172.28.0.0/16", "172.31.0.0/16",
	"10.100.0.0/16", "10.200.0.0/16", "192.168.0.0/16", "10.250.0.0/16", "10.150.0.0/16",
}

// freeServices gives the first range for services that overlaps nothing that
// the spec names, or "" if there is none.
func freeServices(s *Spec) string {
	used := usedRanges(s)
	for _, candidate := range serviceRanges {
		p := netip.MustParsePrefix(candidate)
		if !overlapsAny(p, used) {
			return candidate
		}
	}
	return ""
}

// usedRanges are the ranges that a spec names, without its services; those
// that do not parse are left to validation.
func usedRanges(s *Spec) []netip.Prefix {
	texts := []string{s.Network.CIDR}
	for _, r := range s.Network.Reserved {
		texts = append(texts, r.CIDR)
	}
	for _, p := range s.Network.Peerings {
		texts = append(texts, p.CIDRs...)
	}
	texts = append(texts, s.Network.Pods)
	if s.Access.VPN != nil {
		texts = append(texts, s.Access.VPN.Clients)
	}
	var used []netip.Prefix
	for _, text := range texts {
		if p, err := netip.ParsePrefix(text); err == nil {
			used = append(used, p.Masked())
		}
	}
	return used
}

// behindTransit are the private ranges behind the transit gateway. They are
// not in use for sure: such a range is mostly one for all networks of a company.
func behindTransit(s *Spec) []netip.Prefix {
	if s.Network.TransitGateway == nil {
		return nil
	}
	var ranges []netip.Prefix
	for _, text := range s.Network.TransitGateway.CIDRs {
		if p, err := netip.ParsePrefix(text); err == nil && IsPrivate(p) {
			ranges = append(ranges, p.Masked())
		}
	}
	return ranges
}

// ingressFrom is who reaches the ingress when the spec does not say: everyone,
// or what is ours when the ingress is internal.
func ingressFrom(s *Spec) []string {
	switch {
	case s.Ingress.Visibility == "internal":
	case s.Network.IPv6():
		return []string{"0.0.0.0/0", "::/0"}
	default:
		return []string{"0.0.0.0/0"}
	}
	return ours(s)
}

// ours is every range that the spec calls ours; what is public reaches nothing
// internal.
func ours(s *Spec) []string {
	var ours []string
	for _, p := range append(usedRanges(s), behindTransit(s)...) {
		if text := p.String(); IsPrivate(p) && !slices.Contains(ours, text) {
			ours = append(ours, text)
		}
	}
	return ours
}
