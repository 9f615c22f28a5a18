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

	operation  string // of which service, that takes one more
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

func (p *Proxy) countClusters(c *call) (int, error) {
	var out struct {
		Clusters []string `json:"clusters"`
	}
	err := p.Moto(c.region).REST(c.Context(), "eks", "ListClusters", http.MethodGet, "/clusters", nil, &out)
	return len(out.Clusters), err
}

// granted are the quotas of an account: AWS's defaults, but for those that are set otherwise.
func granted(set map[string]float64) map[string]float64 {
	values := map[string]float64{}
	for _, q := range quotas {
		values[q.code] = q.value
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
