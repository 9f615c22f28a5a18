package awsproxy

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"strconv"

	"drover/rehearsal/aws/answer"
)

// target is one of a target group's, as moto describes it: healthy, as long as its machine runs.
type target struct {
	ID     string `xml:"Target>Id"`
	Port   string `xml:"Target>Port"`
	Check  string `xml:"HealthCheckPort"`
	Health struct {
		State       string `xml:"State"`
		Reason      string `xml:"Reason,omitempty"`
		Description string `xml:"Description,omitempty"`
	} `xml:"TargetHealth"`
}

// failedChecks is what AWS says of a target that does not answer:
// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/check-target-health.html
const failedChecks, failedWhy = "Target.FailedHealthChecks", "Health checks failed"

// serveTargetHealth says of nodes whether something answers on the port that is asked for health: kube-proxy refuses a
// connection to a node port of which no Service has a ready pod. What is known of clusters without an API is moto's.
func (p *Proxy) serveTargetHealth(w http.ResponseWriter, c *call) bool {
	if c.operation != "DescribeTargetHealth" || !p.eks.HasPlanes() {
		return false
	}
	list, err := p.targets(c)
	if err != nil {
		return false // moto says what is wrong
	}
	if err := p.askTargets(c, list); err != nil {
		c.refuse(w, answer.Of(err))
		return true
	}
	var out struct {
		XMLName xml.Name `xml:"DescribeTargetHealthResponse"`
		Space   string   `xml:"xmlns,attr"`
		List    []target `xml:"DescribeTargetHealthResult>TargetHealthDescriptions>member"`
		ID      string   `xml:"ResponseMetadata>RequestId"`
	}
	out.Space, out.List, out.ID = "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/", list, "rehearsal"
	body, err := xml.Marshal(out)
	if err != nil {
		c.refuse(w, answer.Of(err))
		return true
	}
	writeXML(w, string(body))
	return true
}

// targets are those of a call, with the port at which each is asked for health.
func (p *Proxy) targets(c *call) ([]target, error) {
	var described struct {
		Port  string `xml:"DescribeTargetGroupsResult>TargetGroups>member>Port"`
		Check string `xml:"DescribeTargetGroupsResult>TargetGroups>member>HealthCheckPort"`
	}
	elb := p.Moto(c.region)
	arn := url.Values{"TargetGroupArns.member.1": {c.form.Get("TargetGroupArn")}}
	if err := elb.Query(c.Context(), "elasticloadbalancing", elbVersion, "DescribeTargetGroups", arn, &described); err != nil {
		return nil, err
	}
	var out struct {
		List []target `xml:"DescribeTargetHealthResult>TargetHealthDescriptions>member"`
	}
	if err := elb.Query(c.Context(), "elasticloadbalancing", elbVersion, c.operation, c.form, &out); err != nil {
		return nil, err
	}
	for i := range out.List {
		t := &out.List[i]
		if t.Port == "" {
			t.Port = described.Port
		}
		t.Check = described.Check
		if _, err := strconv.Atoi(t.Check); err != nil { // "traffic-port"
			t.Check = t.Port
		}
	}
	return out.List, nil
}

// askTargets asks the clusters of healthy machines whether they serve the ports.
func (p *Proxy) askTargets(c *call, list []target) error {
	clusters, err := p.eks.ClustersOf(c.Context(), c.region)
	if err != nil {
		return err
	}
	type asked struct{ cluster, port string }
	unserved := map[asked]bool{}
	for i := range list {
		t := &list[i]
		name, known := clusters[t.ID]
		cluster := p.eks.Cluster(c.region, name)
		port, err := strconv.Atoi(t.Check)
		if !known || cluster == nil || err != nil || t.Health.State != "healthy" {
			continue
		}
		at := asked{name, t.Check}
		if _, done := unserved[at]; !done {
			why, err := cluster.Unserved(c.Context(), port)
			if err != nil {
				return err
			}
			unserved[at] = why != ""
		}
		if unserved[at] {
			t.Health.State, t.Health.Reason, t.Health.Description = "unhealthy", failedChecks, failedWhy
		}
	}
	return nil
}
