package rehearsal

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/route53"
)

// dig asks one name server as a person would.
func dig(t *testing.T, server string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath("dig")
	if err != nil {
		t.Fatalf("this test needs dig (Debian and Ubuntu: apt install bind9-dnsutils; macOS has it): %v", err)
	}
	host, port, _ := strings.Cut(server, ":")
	args = append([]string{"@" + host, "-p", port, "+tries=1", "+time=5"}, args...)
	out, err := exec.CommandContext(t.Context(), path, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("dig %s: %v\n%.500s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// held are the weights that Route 53 itself tells.
func held(t *testing.T, c *Cloud, zone *string, domain string) map[string]int64 {
	t.Helper()
	out, err := route53.NewFromConfig(through(c)).ListResourceRecordSets(t.Context(), &route53.ListResourceRecordSetsInput{HostedZoneId: zone})
	if err != nil {
		t.Fatal(err)
	}
	weights := map[string]int64{}
	for _, set := range out.ResourceRecordSets {
		if strings.TrimSuffix(aws.ToString(set.Name), ".") == domain && set.Weight != nil {
			weights[aws.ToString(set.SetIdentifier)] = aws.ToInt64(set.Weight)
		}
	}
	return weights
}

func TestDigAgreesWithRoute53(t *testing.T) {
	t.Parallel()
	const domain, queries, points = "dig.example.com", 10_000, 3.0
	c := startCloud(t, Options{Domain: domain, Dir: t.TempDir(), TTL: time.Second})
	n := newNetwork(t, c)
	blue, _ := balancer(t, c, n, "blue")
	green, _ := balancer(t, c, n, "green")
	id := zone(t, c, domain)
	setWeights(t, c, id, domain, map[string]types.LoadBalancer{"blue": blue, "green": green}, map[string]int64{"blue": 75, "green": 25})
	addresses := map[string]string{} // to colors
	for color, lb := range map[string]types.LoadBalancer{"blue": blue, "green": green} {
		within(t, 30*time.Second, "the address of "+color, func() (bool, string) {
			all, healthy, known := c.ingress.Lookup(aws.ToString(lb.DNSName))
			for _, address := range all {
				addresses[address.String()] = color
			}
			return known && healthy && len(all) == zones, fmt.Sprint(all, healthy, known)
		})
	}
	batch := filepath.Join(t.TempDir(), "queries")
	if err := os.WriteFile(batch, []byte(strings.Repeat(domain+" A\n", queries)), 0o600); err != nil {
		t.Fatal(err)
	}
	weights := held(t, c, id, domain)
	if weights["blue"]+weights["green"] != 100 || len(weights) != 2 {
		t.Fatalf("Route 53 holds %v", weights)
	}
	for i, server := range c.dns.Addresses() {
		within(t, 30*time.Second, "both colors at "+server, func() (bool, string) {
			got := dig(t, server, "+short", domain)
			return strings.TrimSpace(got) != "", got
		})
		counts := map[string]int{}
		for _, line := range strings.Fields(dig(t, server, "+short", "-f", batch)) {
			color := addresses[line]
			if color == "" {
				t.Fatalf("%s answered %q, which is no load balancer's address", server, line)
			}
			counts[color]++
		}
		for color, weight := range weights {
			if got := 100 * float64(counts[color]) / (zones * queries); math.Abs(got-float64(weight)) > points {
				t.Errorf("name server %d gave %s %.1f %% of %d answers, Route 53 holds %d", i+1, color, got, queries, weight)
			}
		}
		if counts["blue"]+counts["green"] != zones*queries {
			t.Errorf("name server %d gave %d addresses in %d answers, want one a zone", i+1, counts["blue"]+counts["green"], queries)
		}
		t.Logf("name server %d: %v of %d", i+1, counts, queries)
		digsTheZone(t, c, server, domain)
	}
}

// digsTheZone asks for what every zone has, over both protocols.
func digsTheZone(t *testing.T, c *Cloud, server, domain string) {
	t.Helper()
	for _, protocol := range []string{"+notcp", "+tcp"} {
		if soa := dig(t, server, "+short", protocol, domain, "SOA"); len(strings.Fields(soa)) != 7 {
			t.Errorf("%s SOA: %q", protocol, soa)
		}
		var servers []string
		for _, name := range strings.Fields(dig(t, server, "+short", protocol, domain, "NS")) {
			servers = append(servers, strings.TrimSpace(dig(t, server, "+short", protocol, name)))
		}
		for _, address := range c.dns.Addresses() {
			host, _, _ := strings.Cut(address, ":")
			if !slices.Contains(servers, host) {
				t.Errorf("%s: the NS records lead to %v, and not to %s", protocol, servers, host)
			}
		}
	}
	if whole := dig(t, server, domain, "A"); !strings.Contains(whole, "flags: qr aa") {
		t.Errorf("the answer is not authoritative:\n%s", whole)
	}
}

// A health check that Route 53 holds takes a color out that does not answer, and leaves one alone that is disabled.
func TestRoute53sHealthChecksProbeTheIngress(t *testing.T) {
	t.Parallel()
	const domain = "probed.example.com"
	c := startCloud(t, Options{Domain: domain, Dir: t.TempDir(), TTL: time.Second})
	n := newNetwork(t, c)
	blue, _ := balancer(t, c, n, "blue")
	green, _ := balancer(t, c, n, "green")
	id := zone(t, c, domain)
	client := route53.NewFromConfig(through(c))
	check := func(port int32, disabled bool) *string {
		out, err := client.CreateHealthCheck(t.Context(), healthCheck(domain, port, disabled))
		if err != nil {
			t.Fatal(err)
		}
		return out.HealthCheck.Id
	}
	good, bad := check(443, false), check(1, false)
	both := map[string]types.LoadBalancer{"blue": blue, "green": green}
	setCheckedWeights(t, c, id, domain, both, map[string]int64{"blue": 50, "green": 50}, map[string]*string{"blue": good, "green": bad})
	share := func() (green int) {
		addresses, _, _ := c.ingress.Lookup(aws.ToString(both["green"].DNSName))
		for range 60 {
			if len(addresses) > 0 && strings.Contains(dig(t, c.dns.Addresses()[0], "+short", domain), addresses[0].String()+"\n") {
				green++
			}
		}
		return green
	}
	within(t, 30*time.Second, "green at half the weight, with a check that is new", func() (bool, string) { n := share(); return n > 0, fmt.Sprint(n) })
	within(t, time.Minute, "green out, as nobody listens on port 1", func() (bool, string) { n := share(); return n == 0, fmt.Sprint(n) })
	if _, err := client.UpdateHealthCheck(t.Context(), &route53.UpdateHealthCheckInput{HealthCheckId: bad, Disabled: aws.Bool(true)}); err != nil {
		t.Fatal(err)
	}
	within(t, 30*time.Second, "green back, as its check is disabled", func() (bool, string) { n := share(); return n > 0, fmt.Sprint(n) })
}
