package awsproxy

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"drover/rehearsal/aws/answer"
)

// quota is what AWS grants a new account in each region (Service Quotas, AWS defaults), and how it refuses more.
type quota struct {
	code, service, name string
	value               float64
	// raised is the value of an account that is in use, where no cluster fits into a new one's; 0: as AWS grants it.
	raised float64

	operation  string // of which service, that takes one more; empty: it is told, and nothing is refused
	api        string
	refusal    string
	count      func(*Proxy, *call) (int, error)
	concerning func(*call) bool // nil: every such call
}

var quotas = []quota{
	{code: "L-F678F1CE", service: "vpc", name: "VPCs per Region", value: 5,
		api: "ec2", operation: "CreateVpc", refusal: "VpcLimitExceeded", count: counted("DescribeVpcs", "vpcId")},
	{code: "L-A4707A72", service: "vpc", name: "Internet gateways per Region", value: 5,
		api: "ec2", operation: "CreateInternetGateway", refusal: "InternetGatewayLimitExceeded", count: counted("DescribeInternetGateways", "internetGatewayId")},
	{code: "L-0263D0A3", service: "ec2", name: "EC2-VPC Elastic IPs", value: 5,
		api: "ec2", operation: "AllocateAddress", refusal: "AddressLimitExceeded", count: counted("DescribeAddresses", "allocationId")},
	{code: "L-69A177A2", service: "elasticloadbalancing", name: "Network Load Balancers per Region", value: 50,
		api: "elasticloadbalancing", operation: "CreateLoadBalancer", refusal: "TooManyLoadBalancers", count: (*Proxy).countBalancers,
		concerning: func(c *call) bool { return c.form.Get("Type") == "network" }},
	{code: "L-57A373D6", service: "elasticloadbalancing", name: "Listeners per Network Load Balancer", value: 50,
		api: "elasticloadbalancing", operation: "CreateListener", refusal: "TooManyListeners", count: (*Proxy).countListeners},
	{code: "L-B22855CB", service: "elasticloadbalancing", name: "Target Groups per Region", value: 3000,
		api: "elasticloadbalancing", operation: "CreateTargetGroup", refusal: "TooManyTargetGroups", count: (*Proxy).countTargetGroups},
	{code: "L-0EA8095F", service: "vpc", name: "Inbound or outbound rules per security group", value: 60,
		api: "ec2", operation: "AuthorizeSecurityGroupIngress", refusal: "RulesPerSecurityGroupLimitExceeded", count: (*Proxy).countRules},
	{code: "L-6D54EA21", service: "eks", name: "Managed node groups per cluster", value: 30,
		api: "eks", operation: "CreateNodegroup", refusal: "ResourceLimitExceededException", count: (*Proxy).countNodeGroups},
	{code: "L-BD136A63", service: "eks", name: "Nodes per managed node group", value: 450},
	{code: "L-1216C47A", service: "ec2", name: "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", value: 5, raised: 10_000},
	{code: "L-34B43A08", service: "ec2", name: "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests", value: 5, raised: 10_000},
	{code: "L-DB2E81BA", service: "ec2", name: "Running On-Demand G and VT instances", value: 0, raised: 10_000},
	{code: "L-3819A6DF", service: "ec2", name: "All G and VT Spot Instance Requests", value: 0, raised: 10_000},
	{code: "L-417A185B", service: "ec2", name: "Running On-Demand P instances", value: 0, raised: 10_000},
	{code: "L-7212CCBC", service: "ec2", name: "All P Spot Instance Requests", value: 0, raised: 10_000},
	{code: "L-6E869C2A", service: "ec2", name: "Running On-Demand DL instances", value: 0, raised: 10_000},
	{code: "L-85EED4F7", service: "ec2", name: "All DL Spot Instance Requests", value: 0, raised: 10_000},
	{code: "L-74FC7D96", service: "ec2", name: "Running On-Demand F instances", value: 0, raised: 10_000},
	{code: "L-88CF9481", service: "ec2", name: "All F Spot Instance Requests", value: 0, raised: 10_000},
	{code: "L-F7808C92", service: "ec2", name: "Running On-Demand HPC instances", value: 0, raised: 10_000},
	{code: "L-43DA4232", service: "ec2", name: "Running On-Demand High Memory instances", value: 0, raised: 10_000},
	{code: "L-1945791B", service: "ec2", name: "Running On-Demand Inf instances", value: 0, raised: 10_000},
	{code: "L-B5D1601B", service: "ec2", name: "All Inf Spot Instance Requests", value: 0, raised: 10_000},
	{code: "L-2C3B7624", service: "ec2", name: "Running On-Demand Trn instances", value: 0, raised: 10_000},
	{code: "L-6B0D517C", service: "ec2", name: "All Trn Spot Instance Requests", value: 0, raised: 10_000},
	{code: "L-7295265B", service: "ec2", name: "Running On-Demand X instances", value: 0, raised: 10_000},
	{code: "L-E3A00192", service: "ec2", name: "All X Spot Instance Requests", value: 0, raised: 10_000},
	{code: "L-1194D53C", service: "eks", name: "Clusters", value: 100,
		api: "eks", operation: "CreateCluster", refusal: "ResourceLimitExceededException", count: (*Proxy).countClusters},
}

// counted counts the elements of a description that have an id.
func counted(action, id string) func(*Proxy, *call) (int, error) {
	return func(p *Proxy, c *call) (int, error) {
		var out xmlAnswer
		if err := p.ec2(c, action, nil, &out); err != nil {
			return 0, err
		}
		return strings.Count(out.Inner, "<"+id+">"), nil
	}
}

func (p *Proxy) countBalancers(c *call) (int, error) {
	var out struct {
		Types []string `xml:"DescribeLoadBalancersResult>LoadBalancers>member>Type"`
	}
	n := 0
	err := p.Moto(c.region).Query(c.Context(), "elasticloadbalancing", "2015-12-01", "DescribeLoadBalancers", url.Values{}, &out)
	for _, kind := range out.Types {
		if kind == "network" {
			n++
		}
	}
	return n, err
}

func (p *Proxy) countListeners(c *call) (int, error) {
	var out struct {
		Listeners []string `xml:"DescribeListenersResult>Listeners>member>ListenerArn"`
	}
	err := p.Moto(c.region).Query(c.Context(), "elasticloadbalancing", "2015-12-01", "DescribeListeners",
		url.Values{"LoadBalancerArn": {c.form.Get("LoadBalancerArn")}}, &out)
	return len(out.Listeners), err
}

func (p *Proxy) countTargetGroups(c *call) (int, error) {
	var out struct {
		Groups []string `xml:"DescribeTargetGroupsResult>TargetGroups>member>TargetGroupArn"`
	}
	err := p.Moto(c.region).Query(c.Context(), "elasticloadbalancing", "2015-12-01", "DescribeTargetGroups", url.Values{}, &out)
	return len(out.Groups), err
}

// countRules counts those that let in; the quota is of either direction by itself.
func (p *Proxy) countRules(c *call) (int, error) {
	var out struct {
		Egress []bool `xml:"securityGroupRuleSet>item>isEgress"`
	}
	params := url.Values{"Filter.1.Name": {"group-id"}, "Filter.1.Value.1": {c.form.Get("GroupId")}}
	if err := p.Moto(c.region).Query(c.Context(), "ec2", ec2Version, "DescribeSecurityGroupRules", params, &out); err != nil {
		return 0, err
	}
	n := 0
	for _, egress := range out.Egress {
		if !egress {
			n++
		}
	}
	return n, nil
}

func (p *Proxy) countClusters(c *call) (int, error) {
	var out struct {
		Clusters []string `json:"clusters"`
	}
	err := p.Moto(c.region).REST(c.Context(), "eks", "ListClusters", http.MethodGet, "/clusters", nil, &out)
	return len(out.Clusters), err
}

func (p *Proxy) countNodeGroups(c *call) (int, error) {
	var out struct {
		Groups []string `json:"nodegroups"`
	}
	err := p.Moto(c.region).REST(c.Context(), "eks", "ListNodegroups", http.MethodGet, c.URL.EscapedPath(), nil, &out)
	return len(out.Groups), err
}

// granted are the quotas of an account: AWS's defaults, but for those that were raised, or are set otherwise.
func granted(set map[string]float64) map[string]float64 {
	values := map[string]float64{}
	for _, q := range quotas {
		values[q.code] = max(q.value, q.raised)
	}
	maps.Copy(values, set)
	return values
}

// within refuses a call that takes more than a quota.
func (p *Proxy) within(c *call) *answer.Refusal {
	for _, q := range quotas {
		if q.api != c.service || q.operation != c.operation || q.concerning != nil && !q.concerning(c) {
			continue
		}
		n, err := q.count(p, c)
		if err != nil {
			return answer.Of(err)
		}
		if most := p.quotas[q.code]; float64(n) >= most {
			return answer.Refuse(q.refusal, "The maximum number of %s has been reached: %d of %v (quota %s)", q.name, n, most, q.code)
		}
	}
	return nil
}

// serveQuota answers for the quotas above, and says whether this was one.
func (p *Proxy) serveQuota(w http.ResponseWriter, c *call) bool {
	if c.operation != "GetServiceQuota" && c.operation != "GetAWSDefaultServiceQuota" {
		return false
	}
	var in struct {
		Service string `json:"ServiceCode"`
		Quota   string `json:"QuotaCode"`
	}
	if json.Unmarshal(c.body, &in) != nil {
		return false // moto says what is wrong with it
	}
	for _, q := range quotas {
		if q.code != in.Quota || q.service != in.Service {
			continue
		}
		value := p.quotas[q.code]
		if c.operation == "GetAWSDefaultServiceQuota" {
			value = q.value
		}
		answer.WriteJSON(w, map[string]any{"Quota": map[string]any{"ServiceCode": q.service, "QuotaCode": q.code, "QuotaName": q.name,
			"Value": value, "Unit": "None", "Adjustable": true, "GlobalQuota": false}})
		return true
	}
	return false
}
