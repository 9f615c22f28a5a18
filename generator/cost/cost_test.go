package cost

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"drover/generator/spec"
)

const small = `apiVersion: drover/v1
kind: Cluster
metadata: {name: shop}
spec:
  platform: aws
  region: eu-west-1
  kubernetes: {version: "1.35"}
  network: {cidr: 10.60.0.0/16, zones: 3, nat: per-zone, endpoints: [s3, sts]}
  ingress: {domain: shop.example.com}
  access: {admins: ["arn:aws:iam::123456789012:role/admin"]}
  nodePools: [{name: general, machines: [m7i.xlarge], min: 2, disk: 100Gi}]
  rotation: {traffic: {steps: [50, 100], interval: 30m}, soak: 1h, keepBlue: 5h}
`

var now = day(2026, time.November, 29)

func day(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// of is the estimate of the small spec with some of its words replaced.
func of(t *testing.T, replace ...string) Estimate {
	t.Helper()
	e, known := Of(load(t, strings.NewReplacer(replace...).Replace(small)), now)
	if !known {
		t.Fatal("AWS has no prices")
	}
	return e
}

func load(t *testing.T, text string) spec.Cluster {
	t.Helper()
	path := filepath.Join(t.TempDir(), "cluster.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, said := spec.Load(path)
	if said.HasErrors() {
		t.Fatal(said)
	}
	return c
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

func line(t *testing.T, e Estimate, what string) Line {
	t.Helper()
	for _, l := range e.Standing.Lines {
		if strings.Contains(l.What, what) {
			return l
		}
	}
	t.Fatalf("no line is for %q: %+v", what, e.Standing.Lines)
	return Line{}
}

func TestEveryResourceOfTheSpecIsALine(t *testing.T) {
	t.Parallel()
	e := of(t)
	for what, want := range map[string]float64{
		"control plane":                            0.10,
		"NAT gateway":                              3 * 0.048,
		"address of a NAT":                         3 * 0.005,
		"interface endpoint":                       3 * 0.011, // S3's is a gateway, and free
		"network load balancer":                    0.0252,
		"address of a load":                        3 * 0.005,
		"node of the pool general, m7i.xl":         2 * 2 * 0.11235,
		"GiB of gp3 for disks of the pool general": 200 * 0.088 / 730,
		"KMS key":                                  1.0 / 730,
		"DNS zone":                                 0.5 / 730,
		"health check":                             1.5 / 730,
	} {
		if l := line(t, e, what); !near(l.Hourly, want) {
			t.Errorf("%s costs %f, want %f", what, l.Hourly, want)
		}
	}
	if len(e.Standing.Lines) != 11 || len(e.Unknown) != 0 {
		t.Errorf("there are %d lines, and %v is unknown, want 11 and nothing", len(e.Standing.Lines), e.Unknown)
	}
	total := 0.0
	for _, l := range e.Standing.Lines {
		total += l.Hourly
	}
	if !near(total, e.Standing.Hourly) || e.Color.Hourly >= e.Standing.Hourly || e.Color.Hourly <= 0 {
		t.Errorf("the lines add up to %f, and the sums are %f and %f for a color", total, e.Standing.Hourly, e.Color.Hourly)
	}
}

func TestARotationCostsASecondColorFromBuildToDestroy(t *testing.T) {
	t.Parallel()
	e := of(t)
	if want := 1 + 2*0.5 + 5; !near(e.Rotation.Hours, want) || !near(e.Rotation.Total, want*e.Color.Hourly) {
		t.Errorf("a rotation is %+v, want %f hours of %f", e.Rotation, want, e.Color.Hourly)
	}
	if longer := of(t, "soak: 1h", "soak: 9h"); !near(longer.Rotation.Hours, 1+1+9) {
		t.Errorf("with a soak beyond keepBlue it is %f hours", longer.Rotation.Hours)
	}
}

func TestWhatHasNoPriceIsNamedAndNotGuessed(t *testing.T) {
	t.Parallel()
	for name, replace := range map[string][2]string{
		"a machine of no known family": {"m7i.xlarge", "x9z.xlarge"},
		"a machine of no known size":   {"m7i.xlarge", "m7i.metal-24xl"},
		"a region without prices":      {"eu-west-1", "ap-south-1"},
	} {
		e := of(t, replace[0], replace[1])
		if !strings.Contains(strings.Join(e.Unknown, "\n"), "color: node of the pool general") {
			t.Errorf("%s: unknown is %v", name, e.Unknown)
		}
		for _, l := range e.Standing.Lines {
			if l.Each <= 0 || strings.Contains(l.What, "node of") {
				t.Errorf("%s: there is the line %+v", name, l)
			}
		}
	}
	if e := of(t, "eu-west-1", "ap-south-1"); !near(line(t, e, "control plane").Hourly, 0.10) {
		t.Error("what costs the same everywhere has no price in a region without prices")
	}
}

func TestExtendedSupportCostsMoreFromItsDayWhereTheSpecTakesIt(t *testing.T) {
	t.Parallel()
	before, from, long := day(2027, time.March, 26), day(2027, time.March, 27), day(2030, time.January, 1)
	for support, prices := range map[string]map[time.Time]float64{
		"extended": {before: 0.10, from: 0.60, long: 0.60},
		"standard": {before: 0.10, from: 0.10, long: 0.10}, // EKS upgrades the cluster instead
	} {
		c := load(t, small)
		c.Spec.Kubernetes.Support = support
		for at, want := range prices {
			e, _ := Of(c, at)
			if got := line(t, e, "control plane").Hourly; !near(got, want) {
				t.Errorf("with %s support the control plane costs %f on %s, want %f", support, got, at.Format(time.DateOnly), want)
			}
		}
	}
}

func TestFirewallEndpointsWaiveThePriceOfNATGateways(t *testing.T) {
	t.Parallel()
	e := of(t, "endpoints: [s3, sts]", "endpoints: [s3], egress: {mode: restricted, allow: [.amazonaws.com]}")
	if got := line(t, e, "firewall endpoint").Hourly; !near(got, 3*0.395) {
		t.Errorf("the firewall costs %f", got)
	}
	for _, l := range e.Standing.Lines {
		if l.What == "NAT gateway" {
			t.Errorf("the gateways still cost: %+v", l)
		}
	}
}

func TestAnotherPlatformHasNoPrices(t *testing.T) {
	t.Parallel()
	if _, known := Of(spec.Cluster{Spec: spec.Spec{Platform: spec.Google}}, now); known {
		t.Error("Google's prices are said to be known")
	}
}

// A price that is left out of one region would make its clusters cheaper than they are told to be elsewhere.
func TestEveryRegionHasEveryPrice(t *testing.T) {
	t.Parallel()
	for region := range byRegion {
		p := awsPrices(region)
		for name, price := range map[string]float64{
			"control plane": p.controlPlane, "extended": p.extended, "IPv4": p.publicIPv4, "key": p.key, "zone": p.zone, "secret": p.secret,
			"check": p.check, "feature": p.checkFeature, "NAT": p.nat, "balancer": p.balancer, "endpoint": p.endpoint, "firewall": p.firewall,
			"VPN": p.vpn, "transit": p.transit, "disk": p.diskGiB, "database disk": p.databaseDiskGiB, "m7i.large": p.machine("m7i.large"),
		} {
			if price <= 0 || price > 1 {
				t.Errorf("%s: %s costs %f an hour", region, name, price)
			}
		}
	}
	if _, err := time.Parse(time.DateOnly, pricesOf); err != nil {
		t.Error(err)
	}
}
