package terratest

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gruntwork-io/terratest/modules/terraform"
)

const elbVersion = "2015-12-01"

type balancer struct {
	ARN     string   `xml:"LoadBalancerArn"`
	Name    string   `xml:"LoadBalancerName"`
	DNSName string   `xml:"DNSName"`
	Scheme  string   `xml:"Scheme"`
	Groups  []string `xml:"SecurityGroups>member"`
	Zones   []struct {
		Subnet string `xml:"SubnetId"`
	} `xml:"AvailabilityZones>member"`
}

// checkManagement: a color has a second load balancer if the spec has management interfaces, and only then. It is as
// visible as the spec says, protected, and over all zones; it lets in the spec's ranges, goes to its own node ports
// and to nothing else; and the color's own management names lead to it.
func checkManagement(t *testing.T, e *example, foundation *terraform.Options) {
	t.Helper()
	balancers := e.account.balancers(t)
	m := e.spec.Spec.Ingress.Management
	if m == nil {
		if len(balancers) != 1 {
			t.Errorf("there are %d load balancers without management, want one", len(balancers))
		}
		return
	}
	b, there := balancers[e.name+"-blue-mgmt"]
	if !there || len(balancers) != 2 {
		t.Fatalf("the load balancers are %+v, want %s-blue-mgmt beside the one for applications", balancers, e.name)
	}
	scheme, color := map[string]string{"internal": "internal", "public": "internet-facing"}[m.Visibility], map[string]string{"internal": "blue", "public": "public"}[m.Visibility]
	var ids map[string][]string
	terraform.OutputStruct(t, foundation, "subnet_ids", &ids)
	var subnets []string
	for _, zone := range b.Zones {
		subnets = append(subnets, zone.Subnet)
	}
	if slices.Sort(subnets); b.Scheme != scheme || !slices.Equal(subnets, slices.Sorted(slices.Values(ids[color]))) {
		t.Errorf("it is %s in %v, want it %s in %v", b.Scheme, subnets, scheme, ids[color])
	}
	for _, attribute := range []string{"deletion_protection.enabled", "load_balancing.cross_zone.enabled"} {
		if value := e.account.attributes(t, b.ARN)[attribute]; value != "true" {
			t.Errorf("%s of it is %q, want true", attribute, value)
		}
	}
	ports := checkTargets(t, e, b)
	checkManagementGroup(t, e, b, ports, comers(t, e, foundation))
	checkOwnNames(t, e, foundation, b)
}

// checkTargets: it listens on 80 and 443, passes TCP on, and every pool's nodes are behind it. It gives the node ports
// by the ports of the listeners.
func checkTargets(t *testing.T, e *example, b balancer) map[int]int {
	t.Helper()
	listeners, groups, ports := e.account.listeners(t, b), e.account.targetGroups(t, b), map[int]int{}
	for _, l := range listeners {
		for _, group := range groups {
			if group.ARN == l.Group && group.Protocol == "TCP" && l.Protocol == "TCP" {
				ports[l.Port] = group.Port
			}
		}
	}
	if len(ports) != 2 || ports[80] != 30081 || ports[443] != 30444 || len(listeners) != 2 {
		t.Errorf("the listeners are %+v and lead to the node ports %v by TCP, want 80 to 30081 and 443 to 30444", listeners, ports)
	}
	var scaling struct {
		Groups []struct {
			Name    string   `xml:"AutoScalingGroupName"`
			Targets []string `xml:"TargetGroupARNs>member"`
		} `xml:"DescribeAutoScalingGroupsResult>AutoScalingGroups>member"`
	}
	e.account.query(t, "autoscaling", "2011-01-01", "DescribeAutoScalingGroups", nil, &scaling)
	if len(scaling.Groups) != len(e.spec.Spec.NodePools) {
		t.Errorf("there are %d Auto Scaling groups for %d pools", len(scaling.Groups), len(e.spec.Spec.NodePools))
	}
	for _, pool := range scaling.Groups {
		for _, l := range listeners {
			if !slices.Contains(pool.Targets, l.Group) {
				t.Errorf("the Auto Scaling group %s is not behind port %d of %s", pool.Name, l.Port, b.Name)
			}
		}
	}
	return ports
}

// comers are who reaches the management interfaces: the ranges of the spec by themselves, and the security group of the
// VPN, whose clients arrive with addresses that are not theirs.
func comers(t *testing.T, e *example, foundation *terraform.Options) map[string]string {
	t.Helper()
	sources := map[string]string{}
	for _, from := range e.spec.Spec.Ingress.Management.Allow {
		sources[from] = from
	}
	if vpn := e.spec.Spec.Access.VPN; vpn != nil && sources[vpn.Clients] != "" {
		sources["vpn"] = terraform.Output(t, foundation, "vpn_security_group_id")
	}
	return sources
}

// checkManagementGroup: the load balancer's security group, word for word, and what the nodes let in from it.
func checkManagementGroup(t *testing.T, e *example, b balancer, ports map[int]int, sources map[string]string) {
	t.Helper()
	if len(b.Groups) != 1 {
		t.Fatalf("%s has the security groups %v, want one", b.Name, b.Groups)
	}
	var cluster struct {
		Cluster struct {
			Network struct {
				Group string `json:"clusterSecurityGroupId"`
			} `json:"resourcesVpcConfig"`
		} `json:"cluster"`
	}
	e.account.rest(t, "DescribeCluster", "/clusters/"+e.name+"-blue", &cluster)
	nodes := cluster.Cluster.Network.Group
	var want []string
	for port, name := range map[int]string{80: "management-http", 443: "management-https"} {
		for who, from := range sources {
			want = append(want, fmt.Sprintf("in tcp %d-%d %s (%s/%s to the load balancer)", port, port, from, name, who))
		}
		want = append(want, fmt.Sprintf("out tcp %d-%d %s (%s to the nodes)", ports[port], ports[port], nodes, name))
	}
	slices.Sort(want)
	if got := e.account.rules(t, b.Groups[0]); !slices.Equal(got, want) {
		t.Errorf("the security group of %s has the rules\n%s\nwant\n%s", b.Name, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	from := slices.DeleteFunc(e.account.rules(t, nodes), func(rule string) bool { return !strings.Contains(rule, b.Groups[0]) })
	let := []string{
		fmt.Sprintf("in tcp 30081-30081 %s (management-http from the load balancer)", b.Groups[0]),
		fmt.Sprintf("in tcp 30444-30444 %s (management-https from the load balancer)", b.Groups[0]),
	}
	if !slices.Equal(from, let) {
		t.Errorf("the nodes let in from it\n%s\nwant\n%s", strings.Join(from, "\n"), strings.Join(let, "\n"))
	}
}

// checkOwnNames: blue's own management names lead to its load balancer, and have no weight.
func checkOwnNames(t *testing.T, e *example, foundation *terraform.Options, b balancer) {
	t.Helper()
	own := map[string]record{}
	for _, r := range e.account.records(t, foundation) {
		if r.Weight == nil {
			own[r.Name] = r
		}
	}
	domain := "blue." + e.spec.Spec.Ingress.Management.Domain + "."
	for _, name := range []string{domain, `\052.` + domain} {
		if r := own[name]; r.Type != "A" || !leadsTo(r, b.DNSName) {
			t.Errorf("the record of %s is %+v, want an alias of %s", name, r, b.DNSName)
		}
	}
}

func leadsTo(r record, host string) bool {
	target := strings.TrimSuffix(strings.TrimPrefix(r.Target, "dualstack."), ".")
	return host != "" && strings.EqualFold(target, host)
}

// balancers are those of the account, by name.
func (a account) balancers(t *testing.T) map[string]balancer {
	t.Helper()
	var answer struct {
		Balancers []balancer `xml:"DescribeLoadBalancersResult>LoadBalancers>member"`
	}
	a.query(t, "elasticloadbalancing", elbVersion, "DescribeLoadBalancers", nil, &answer)
	found := make(map[string]balancer, len(answer.Balancers))
	for _, b := range answer.Balancers {
		found[b.Name] = b
	}
	return found
}

type listener struct {
	Port     int    `xml:"Port"`
	Protocol string `xml:"Protocol"`
	Group    string `xml:"DefaultActions>member>TargetGroupArn"`
}

func (a account) listeners(t *testing.T, b balancer) []listener {
	t.Helper()
	var answer struct {
		Listeners []listener `xml:"DescribeListenersResult>Listeners>member"`
	}
	a.query(t, "elasticloadbalancing", elbVersion, "DescribeListeners", url.Values{"LoadBalancerArn": {b.ARN}}, &answer)
	return answer.Listeners
}

type targetGroup struct {
	ARN      string `xml:"TargetGroupArn"`
	Port     int    `xml:"Port"`
	Protocol string `xml:"Protocol"`
}

func (a account) targetGroups(t *testing.T, b balancer) []targetGroup {
	t.Helper()
	var answer struct {
		Groups []targetGroup `xml:"DescribeTargetGroupsResult>TargetGroups>member"`
	}
	a.query(t, "elasticloadbalancing", elbVersion, "DescribeTargetGroups", url.Values{"LoadBalancerArn": {b.ARN}}, &answer)
	return answer.Groups
}

func (a account) attributes(t *testing.T, arn string) map[string]string {
	t.Helper()
	var answer struct {
		Attributes []struct {
			Key   string `xml:"Key"`
			Value string `xml:"Value"`
		} `xml:"DescribeLoadBalancerAttributesResult>Attributes>member"`
	}
	a.query(t, "elasticloadbalancing", elbVersion, "DescribeLoadBalancerAttributes", url.Values{"LoadBalancerArn": {arn}}, &answer)
	found := map[string]string{}
	for _, attribute := range answer.Attributes {
		found[attribute.Key] = attribute.Value
	}
	return found
}

// rules are those of a security group, as "in tcp 443-443 10.0.0.0/16 (description)", sorted.
func (a account) rules(t *testing.T, group string) []string {
	t.Helper()
	var answer struct {
		Rules []struct {
			Out         bool   `xml:"isEgress"`
			Protocol    string `xml:"ipProtocol"`
			From        int    `xml:"fromPort"`
			To          int    `xml:"toPort"`
			CIDR        string `xml:"cidrIpv4"`
			Group       string `xml:"referencedGroupInfo>groupId"`
			Description string `xml:"description"`
		} `xml:"securityGroupRuleSet>item"`
	}
	a.ask(t, "DescribeSecurityGroupRules", url.Values{"Filter.1.Name": {"group-id"}, "Filter.1.Value.1": {group}}, &answer)
	var rules []string
	for _, r := range answer.Rules {
		way := map[bool]string{false: "in", true: "out"}[r.Out]
		rules = append(rules, way+" "+r.Protocol+" "+strconv.Itoa(r.From)+"-"+strconv.Itoa(r.To)+" "+r.CIDR+r.Group+" ("+r.Description+")")
	}
	slices.Sort(rules)
	return rules
}
