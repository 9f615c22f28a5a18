package cost

import (
	"fmt"
	"slices"
	"time"

	"drover/generator/spec"
)

// awsFoundation adds what the module modules/aws/foundation makes for a spec.
func (b *bill) awsFoundation(s spec.Spec) {
	zones := float64(s.Network.Zones)
	gateways := map[string]float64{"per-zone": zones, "single": 1}[s.Network.NAT]
	firewalls := 0.0
	if s.Network.Egress.Mode == "restricted" {
		firewalls = gateways
	}
	b.add(inFoundation, "firewall endpoint, which waives the price of a NAT gateway", firewalls, b.prices.firewall)
	// https://aws.amazon.com/network-firewall/pricing/: one for one, where traffic passes both
	b.add(inFoundation, "NAT gateway", gateways-firewalls, b.prices.nat)
	b.add(inFoundation, "public IPv4 address of a NAT gateway", gateways, b.prices.publicIPv4)
	b.add(inFoundation, "interface endpoint of a service in a zone", interfaces(s.Network.Endpoints)*zones, b.prices.endpoint)
	if s.Access.VPN != nil {
		b.add(inFoundation, "client VPN in a zone", zones, b.prices.vpn)
	}
	if s.Network.TransitGateway != nil {
		b.add(inFoundation, "transit gateway attachment", 1, b.prices.transit)
	}
	b.add(inFoundation, "KMS key", 1, b.prices.key)
	if s.Ingress.Zone == "create" {
		b.add(inFoundation, "DNS zone", 1, b.prices.zone)
	}
	for _, d := range s.Services.Databases {
		b.database(d)
	}
}

func (b *bill) database(d spec.Database) {
	instances, where := 1.0, "in one zone"
	if d.MultiZone {
		instances, where = 2, "in two zones"
	}
	b.add(inFoundation, fmt.Sprintf("database %s, %s %s", d.Name, d.Class, where), instances, b.prices.databases[d.Class])
	b.add(inFoundation, fmt.Sprintf("GiB of gp3 for the database %s", d.Name), instances*float64(d.Storage.GiB()), b.prices.databaseDiskGiB)
	b.add(inFoundation, fmt.Sprintf("secret with the password of the database %s", d.Name), 1, b.prices.secret)
}

// interfaces counts the endpoints that cost by the hour: those of S3 and DynamoDB are gateways.
func interfaces(endpoints []string) float64 {
	return float64(len(slices.DeleteFunc(slices.Clone(endpoints), func(e string) bool { return e == "s3" || e == "dynamodb" })))
}

// awsColor adds what the module modules/aws/cluster makes for a spec. Every pool has its least number of nodes.
// A version that is no longer in standard support has the price of extended support where the spec takes it
// (kubernetes.support); without it EKS upgrades the cluster, and bills no more than before.
// https://docs.aws.amazon.com/eks/latest/userguide/view-upgrade-policy.html
func (b *bill) awsColor(c spec.Cluster, at time.Time) {
	s := c.Spec
	version, each := "control plane", b.prices.controlPlane
	if s.Kubernetes.Support == "extended" && !c.InStandardSupport(at) {
		version = fmt.Sprintf("control plane, Kubernetes %s, whose standard support has ended", s.Kubernetes.Version)
		each = b.prices.extended
	}
	b.add(inColor, version, 1, each)
	balancers, public := 1.0, 0.0
	if s.Ingress.Visibility == "public" {
		public++
	}
	if m := s.Ingress.Management; m != nil {
		balancers++
		if m.Visibility == "public" {
			public++
		}
	}
	b.add(inColor, "network load balancer", balancers, b.prices.balancer)
	b.add(inColor, "public IPv4 address of a load balancer", public*float64(s.Network.Zones), b.prices.publicIPv4)
	for _, p := range s.NodePools {
		b.pool(p)
	}
}

func (b *bill) pool(p spec.NodePool) {
	if p.Min == 0 || len(p.Machines) == 0 {
		return
	}
	kind := p.Machines[0]
	what := fmt.Sprintf("node of the pool %s, %s", p.Name, kind)
	if p.Capacity == "spot" {
		what += " at the price on demand; spot is cheaper"
	}
	b.add(inColor, what, float64(p.Min), b.prices.machine(kind))
	b.add(inColor, fmt.Sprintf("GiB of gp3 for disks of the pool %s", p.Name), float64(p.Min*p.Disk.GiB()), b.prices.diskGiB)
}

// awsTraffic adds what the module modules/aws/traffic makes for a spec: records that point at load balancers are free, and
// their health checks are not. The colors' checks are as many as the colors; a second one's price is below what is shown.
func (b *bill) awsTraffic(s spec.Spec) {
	h := s.Rotation.Traffic.Health
	if h == nil {
		return
	}
	each := b.prices.check + b.prices.checkFeature // it asks every ten seconds
	if h.Protocol == "https" {
		each += b.prices.checkFeature
	}
	b.add(inTraffic, "health check of the color with traffic", 1, each)
}

// awsNotCounted names what depends on use.
func awsNotCounted(s spec.Spec) []string {
	list := []string{
		"data transfer, also between zones", "data processed by NAT gateways, endpoints and load balancers",
		"nodes above each pool's min", "logs and flow logs", "images in the registry", "requests to KMS, S3 and Route 53", "alarms",
	}
	if s.Access.VPN != nil {
		list = append(list, "clients connected to the VPN")
	}
	if s.Network.Egress.Mode == "restricted" {
		list = append(list, "data that the firewall inspects")
	}
	if len(s.Services.Databases) > 0 {
		list = append(list, "backups and growth of databases")
	}
	if s.Kubernetes.Autoscaler == "karpenter" {
		list = append(list, "machines that Karpenter adds")
	}
	if s.Kubernetes.Autoscaler == spec.AutoMode {
		list = append(list, "machines that EKS Auto Mode adds, and its fee for each")
	}
	return list
}
