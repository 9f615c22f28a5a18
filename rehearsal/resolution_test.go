package rehearsal

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"golang.org/x/net/dns/dnsmessage"
)

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

func TestNameServersAnswerByTheWeightsThatRoute53Holds(t *testing.T) {
	t.Parallel()
	const domain, queries, points = "shares.example.com", 10_000, 3.0
	c := startCloud(t, Options{Domain: domain, Dir: t.TempDir(), TTL: time.Second})
	n := newNetwork(t, c)
	blue, _ := balancer(t, c, n, "blue")
	green, _ := balancer(t, c, n, "green")
	id := zone(t, c, domain)
	setWeights(t, c, id, domain, map[string]types.LoadBalancer{"blue": blue, "green": green}, map[string]int64{"blue": 75, "green": 25})
	addresses := map[netip.Addr]string{} // to colors
	for color, lb := range map[string]types.LoadBalancer{"blue": blue, "green": green} {
		within(t, 30*time.Second, "the address of "+color, func() (bool, string) {
			all, healthy, known := c.ingress.Lookup(aws.ToString(lb.DNSName))
			for _, address := range all {
				addresses[address] = color
			}
			return known && healthy && len(all) == zones, fmt.Sprint(all, healthy, known)
		})
	}
	weights := held(t, c, id, domain)
	if weights["blue"]+weights["green"] != 100 || len(weights) != 2 {
		t.Fatalf("Route 53 holds %v", weights)
	}
	for i, server := range c.dns.Addresses() {
		within(t, 30*time.Second, "both colors at "+server, func() (bool, string) {
			m := askServer(t, "udp", server, domain, dnsmessage.TypeA)
			return len(m.Answers) > 0, m.GoString()
		})
		counts := countColors(t, server, domain, queries, addresses)
		for color, weight := range weights {
			if got := 100 * float64(counts[color]) / (zones * queries); math.Abs(got-float64(weight)) > points {
				t.Errorf("name server %d gave %s %.1f %% of %d answers, Route 53 holds %d", i+1, color, got, queries, weight)
			}
		}
		if counts["blue"]+counts["green"] != zones*queries {
			t.Errorf("name server %d gave %d addresses in %d answers, want one a zone", i+1, counts["blue"]+counts["green"], queries)
		}
		t.Logf("name server %d: %v of %d", i+1, counts, queries)
		holdsAZone(t, c, server, domain)
	}
}

// countColors asks many times and counts whose addresses the answers have.
func countColors(t *testing.T, server, domain string, queries int, colors map[netip.Addr]string) map[string]int {
	t.Helper()
	q, err := dialServer(t.Context(), "udp", server)
	if err != nil {
		t.Fatal(err)
	}
	defer q.close()
	counts := map[string]int{}
	for range queries {
		m, err := q.ask(domain, dnsmessage.TypeA)
		if err != nil {
			t.Fatal(err)
		}
		answered, err := addressesIn(m)
		if err != nil {
			t.Fatal(err)
		}
		for _, address := range answered {
			color := colors[address]
			if color == "" {
				t.Fatalf("%s answered %s, which is no load balancer's address", server, address)
			}
			counts[color]++
		}
	}
	return counts
}

// holdsAZone asks for what every zone has, over both protocols.
func holdsAZone(t *testing.T, c *Cloud, server, domain string) {
	t.Helper()
	for _, protocol := range []string{"udp", "tcp"} {
		soa := askServer(t, protocol, server, domain, dnsmessage.TypeSOA)
		if len(soa.Answers) != 1 || soa.Answers[0].Header.Type != dnsmessage.TypeSOA {
			t.Errorf("%s SOA: %s", protocol, soa.GoString())
		}
		var servers []string
		for _, record := range askServer(t, protocol, server, domain, dnsmessage.TypeNS).Answers {
			name := strings.TrimSuffix(record.Body.(*dnsmessage.NSResource).NS.String(), ".")
			found, err := addressesIn(askServer(t, protocol, server, name, dnsmessage.TypeA))
			if err != nil {
				t.Fatal(err)
			}
			for _, address := range found {
				servers = append(servers, address.String())
			}
		}
		for _, address := range c.dns.Addresses() {
			host, _, _ := strings.Cut(address, ":")
			if !slices.Contains(servers, host) {
				t.Errorf("%s: the NS records lead to %v, and not to %s", protocol, servers, host)
			}
		}
	}
	if whole := askServer(t, "udp", server, domain, dnsmessage.TypeA); !whole.Authoritative {
		t.Errorf("the answer is not authoritative:\n%s", whole.GoString())
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
			answered, err := addressesIn(askServer(t, "udp", c.dns.Addresses()[0], domain, dnsmessage.TypeA))
			if err != nil {
				t.Fatal(err)
			}
			if len(addresses) > 0 && slices.Contains(answered, addresses[0]) {
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
