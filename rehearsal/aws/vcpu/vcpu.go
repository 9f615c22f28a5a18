// Package vcpu knows which of EC2's quotas of virtual processors an instance type is counted in, and counts what runs.
// It must never change anything in the account.
package vcpu

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"drover/rehearsal/aws/awsapi"
)

const ec2Version = "2016-11-15"

// Kind is how machines are paid for, which have quotas of their own each.
type Kind struct {
	Spot bool
	// Refused is the code with which EC2 refuses more, and why is what it says then: a format for the limit.
	Refused, why string
}

// What EC2 says where there are too many: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
var (
	OnDemand = Kind{false, "VcpuLimitExceeded", "You have requested more vCPU capacity than your current vCPU limit of %v allows for the instance bucket that " +
		"the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit."}
	Spot = Kind{true, "MaxSpotInstanceCountExceeded", "Max spot instance count exceeded"}
)

// Why is EC2's message for a limit.
func (k Kind) Why(limit float64) string {
	if strings.Contains(k.why, "%v") {
		return fmt.Sprintf(k.why, limit)
	}
	return k.why
}

// bucket is the quotas, on demand and spot, of instance types that begin with one of these letters and a digit.
type bucket struct{ letters, onDemand, spot string }

// buckets: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-on-demand-instances.html#ec2-on-demand-instances-limits,
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-spot-limits.html
var buckets = []bucket{
	{"a c d h i im is m r t z", "L-1216C47A", "L-34B43A08"},
	{"g gr vt", "L-DB2E81BA", "L-3819A6DF"},
	{"p", "L-417A185B", "L-7212CCBC"},
	{"inf", "L-1945791B", "L-B5D1601B"},
	{"trn", "L-2C3B7624", "L-6B0D517C"},
	{"x", "L-7295265B", "L-E3A00192"},
	{"dl", "L-6E869C2A", "L-85EED4F7"},
	{"f", "L-74FC7D96", "L-88CF9481"},
	{"hpc", "L-F7808C92", ""},
	{"u", "L-43DA4232", ""},
}

// Quota is the code of the quota that machines of a type are counted in; empty: there is none that is known.
func (k Kind) Quota(instanceType string) string {
	letters := instanceType[:max(0, strings.IndexFunc(instanceType, func(r rune) bool { return r < 'a' || r > 'z' }))]
	for _, b := range buckets {
		for _, of := range strings.Fields(b.letters) {
			switch {
			case of != letters:
			case k.Spot:
				return b.spot
			default:
				return b.onDemand
			}
		}
	}
	return ""
}

// Machine is one that runs.
type Machine struct {
	ID, Type string
	Spot     bool
}

// Running lists the machines of a region that count.
func Running(ctx context.Context, aws *awsapi.Client) ([]Machine, error) {
	var out struct {
		Machines []struct {
			ID        string `xml:"instanceId"`
			Type      string `xml:"instanceType"`
			Lifecycle string `xml:"instanceLifecycle"`
		} `xml:"reservationSet>item>instancesSet>item"`
	}
	params := url.Values{"Filter.1.Name": {"instance-state-name"}, "Filter.1.Value.1": {"pending"}, "Filter.1.Value.2": {"running"}}
	if err := aws.Query(ctx, "ec2", ec2Version, "DescribeInstances", params, &out); err != nil {
		return nil, fmt.Errorf("count the machines that run: %w", err)
	}
	all := make([]Machine, len(out.Machines))
	for i, m := range out.Machines {
		all[i] = Machine{m.ID, m.Type, m.Lifecycle == "spot"}
	}
	return all, nil
}

// Processors are the numbers of virtual processors of instance types.
func Processors(ctx context.Context, aws *awsapi.Client, types map[string]bool) (map[string]int, error) {
	params := url.Values{}
	for name := range types {
		params.Set("InstanceType."+strconv.Itoa(len(params)+1), name)
	}
	var out struct {
		Types []struct {
			Name  string `xml:"instanceType"`
			VCPUs int    `xml:"vCpuInfo>defaultVCpus"`
		} `xml:"instanceTypeSet>item"`
	}
	if err := aws.Query(ctx, "ec2", ec2Version, "DescribeInstanceTypes", params, &out); err != nil {
		return nil, fmt.Errorf("look up machine types: %w", err)
	}
	found := map[string]int{}
	for _, t := range out.Types {
		found[t.Name] = t.VCPUs
	}
	return found, nil
}

// Room is how many more machines of a type a limit lets start, and its value.
func Room(ctx context.Context, aws *awsapi.Client, k Kind, instanceType string, limits map[string]float64, running []Machine) (more int, limit float64, err error) {
	quota := k.Quota(instanceType)
	limit, limited := limits[quota]
	if !limited {
		return 1 << 30, 0, nil
	}
	types := map[string]bool{instanceType: true}
	for _, m := range running {
		if m.Spot == k.Spot && k.Quota(m.Type) == quota {
			types[m.Type] = true
		}
	}
	processors, err := Processors(ctx, aws, types)
	if err != nil {
		return 0, limit, err
	}
	if processors[instanceType] == 0 {
		return 0, limit, fmt.Errorf("look up machine types: EC2 knows no %s", instanceType)
	}
	free := int(limit)
	for _, m := range running {
		if m.Spot == k.Spot && k.Quota(m.Type) == quota {
			free -= processors[m.Type]
		}
	}
	return max(0, free/processors[instanceType]), limit, nil
}
