package awsproxy

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"sync"

	"drover/rehearsal/aws/answer"
	"drover/rehearsal/aws/vcpu"
)

// processorsSuffice refuses machines beyond the account's quota of virtual processors. Those of node groups are EKS's.
func (p *Proxy) processorsSuffice(c *call) error {
	kind, machine := vcpu.OnDemand, c.form.Get("InstanceType")
	if c.form.Get("InstanceMarketOptions.MarketType") == "spot" {
		kind = vcpu.Spot
	}
	if machine == "" {
		return nil // from a launch template: moto knows
	}
	wanted, err := strconv.Atoi(c.form.Get("MinCount"))
	if err != nil {
		return nil //nolint:nilerr // moto says what is wrong with it
	}
	running, err := p.eks.Running(c.Context(), c.region)
	if err != nil {
		return err
	}
	more, limit, err := vcpu.Room(c.Context(), p.Moto(c.region), kind, machine, p.quotas, running)
	if err != nil {
		return nil //nolint:nilerr // moto says that it knows no such type
	}
	if wanted > more {
		return answer.Refuse(kind.Refused, "%s", kind.Why(limit))
	}
	return nil
}

var machineID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`<instanceId>(i-[0-9a-f]+)</instanceId>`) })

// serveInstances describes the machines of node groups whose capacity is spot as such: moto's Auto Scaling starts none.
func (p *Proxy) serveInstances(w http.ResponseWriter, c *call) bool {
	if c.operation != "DescribeInstances" {
		return false
	}
	spot, err := p.eks.SpotInstances(c.Context(), c.region)
	if err != nil || len(spot) == 0 {
		return false
	}
	var out xmlAnswer
	if err := p.ec2(c, "DescribeInstances", c.form, &out); err != nil {
		return false // moto says what is wrong
	}
	marked := machineID().ReplaceAllStringFunc(out.Inner, func(text string) string {
		if !slices.Contains(spot, machineID().FindStringSubmatch(text)[1]) {
			return text
		}
		return "<instanceLifecycle>spot</instanceLifecycle>" + text
	})
	writeXML(w, `<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">`+marked+"</DescribeInstancesResponse>")
	return true
}
