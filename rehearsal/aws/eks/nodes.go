package eks

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"drover/rehearsal/kubernetes"
)

// describedGroup is what moto keeps of a node group that its nodes show.
type describedGroup struct {
	Nodegroup struct {
		Labels   map[string]string `json:"labels"`
		Taints   []struct{ Key, Value, Effect string }
		Capacity string   `json:"capacityType"`
		Types    []string `json:"instanceTypes"`
		Subnets  []string `json:"subnets"`
	} `json:"nodegroup"`
}

// instance is one machine of a node group.
type instance struct {
	ID    string `xml:"instanceId"`
	Type  string `xml:"instanceType"`
	Name  string `xml:"privateDnsName"`
	IP    string `xml:"privateIpAddress"`
	State string `xml:"instanceState>name"`
}

// taintEffects are Kubernetes' spellings of EKS'.
var taintEffects = map[string]string{"NO_SCHEDULE": "NoSchedule", "NO_EXECUTE": "NoExecute", "PREFER_NO_SCHEDULE": "PreferNoSchedule"}

// nodesOf are the nodes that a group's machines are.
func (k *keeper) nodesOf(ctx context.Context, ng *nodegroup) ([]kubernetes.Node, error) {
	machines, err := k.service.machines(ctx, k.of.region, ng)
	if err != nil || len(machines) == 0 {
		return nil, err
	}
	// One that the Auto Scaling group has started in the place of another has no type yet.
	if slices.ContainsFunc(machines, func(m instance) bool { return m.Type == "" }) {
		if err := k.service.giveTypes(ctx, k.of.region, ng); err != nil {
			return nil, err
		}
	}
	var group describedGroup
	aws := k.service.moto(k.of.region)
	path := "/clusters/" + url.PathEscape(k.of.name) + "/node-groups/" + url.PathEscape(ng.name)
	if err := aws.REST(ctx, "eks", "DescribeNodegroup", "GET", path, nil, &group); err != nil {
		return nil, fmt.Errorf("look at node group %s: %w", ng.name, err)
	}
	kind := machines[0].Type
	if len(group.Nodegroup.Types) > 0 {
		kind = group.Nodegroup.Types[0] // moto's machines are of its own choice
	}
	size, err := k.sizeOf(ctx, kind)
	if err != nil {
		return nil, err
	}
	zones, err := k.zonesOf(ctx, machines, group.Nodegroup.Subnets)
	if err != nil {
		return nil, err
	}
	var nodes []kubernetes.Node
	for i, m := range machines {
		nodes = append(nodes, k.node(ng, group, m, kind, size, zones[i]))
	}
	return nodes, nil
}

// node is a machine as the kubelet of Amazon's images registers it.
func (k *keeper) node(ng *nodegroup, group describedGroup, m instance, kind string, size size, zone string) kubernetes.Node {
	labels := map[string]string{
		"eks.amazonaws.com/nodegroup": ng.name, "eks.amazonaws.com/capacityType": group.Nodegroup.Capacity,
		"node.kubernetes.io/instance-type": kind, "beta.kubernetes.io/instance-type": kind,
		"topology.kubernetes.io/zone": zone, "failure-domain.beta.kubernetes.io/zone": zone,
		"topology.kubernetes.io/region": k.of.region, "failure-domain.beta.kubernetes.io/region": k.of.region,
		"beta.kubernetes.io/arch": size.arch, "beta.kubernetes.io/os": "linux", "k8s.io/cloud-provider-aws": "rehearsal",
	}
	for key, value := range group.Nodegroup.Labels {
		labels[key] = value
	}
	n := kubernetes.Node{Name: m.Name, ProviderID: "aws:///" + zone + "/" + m.ID, Address: m.IP, Arch: size.arch,
		Kubelet: "v" + patchOf(k.versionOf(ng)) + "-eks-rehearsal", CPU: strconv.Itoa(size.cpus), Memory: strconv.Itoa(size.memory) + "Mi",
		Pods: strconv.Itoa(size.pods), Labels: labels}
	for _, t := range group.Nodegroup.Taints {
		n.Taints = append(n.Taints, kubernetes.Taint{Key: t.Key, Value: t.Value, Effect: taintEffects[t.Effect]})
	}
	return n
}

func (k *keeper) versionOf(ng *nodegroup) string {
	k.service.mu.Lock()
	defer k.service.mu.Unlock()
	return ng.version
}

// machines are the running instances of a group's Auto Scaling group, sorted.
func (s *Service) machines(ctx context.Context, region string, ng *nodegroup) ([]instance, error) {
	aws := s.moto(region)
	var group struct {
		Instances []string `xml:"DescribeAutoScalingGroupsResult>AutoScalingGroups>member>Instances>member>InstanceId"`
	}
	err := aws.Query(ctx, "autoscaling", autoScalingVersion, "DescribeAutoScalingGroups",
		url.Values{"AutoScalingGroupNames.member.1": {ng.scalingGroup}}, &group)
	if err != nil {
		return nil, fmt.Errorf("look at the scaling group of node group %s: %w", ng.name, err)
	}
	if len(group.Instances) == 0 {
		return nil, nil
	}
	params := url.Values{}
	for i, id := range group.Instances {
		params.Set(fmt.Sprintf("InstanceId.%d", i+1), id)
	}
	var out struct {
		Machines []instance `xml:"reservationSet>item>instancesSet>item"`
	}
	if err := aws.Query(ctx, "ec2", ec2Version, "DescribeInstances", params, &out); err != nil {
		return nil, fmt.Errorf("look at the machines of node group %s: %w", ng.name, err)
	}
	running := slices.DeleteFunc(out.Machines, func(m instance) bool { return m.State != "running" })
	slices.SortFunc(running, func(a, b instance) int { return strings.Compare(a.ID, b.ID) })
	return running, nil
}

// zonesOf spreads a group's machines over the zones of its subnets, as an Auto Scaling group does: moto puts them all
// in the first subnet. A machine keeps its zone.
func (k *keeper) zonesOf(ctx context.Context, machines []instance, subnets []string) ([]string, error) {
	found, err := k.service.moto(k.of.region).Subnets(ctx, subnets...)
	if err != nil {
		return nil, fmt.Errorf("look up the zones of a node group: %w", err)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("look up the zones of a node group: none of the subnets %v is there", subnets)
	}
	zones := make([]string, len(found))
	for i, subnet := range found {
		zones[i] = subnet.Zone
	}
	slices.Sort(zones)
	ids := make([]string, len(machines))
	for i, m := range machines {
		ids[i] = m.ID
	}
	return spread(ids, slices.Compact(zones), k.zones), nil
}

// spread gives each machine a zone, the least used first, and remembers it.
func spread(machines, zones []string, known map[string]string) []string {
	used := map[string]int{}
	for _, m := range machines {
		used[known[m]]++
	}
	given := make([]string, len(machines))
	for i, m := range machines {
		if known[m] == "" {
			least := slices.MinFunc(zones, func(a, b string) int { return used[a] - used[b] })
			known[m] = least
			used[least]++
		}
		given[i] = known[m]
	}
	return given
}

// size is what a type of machine offers.
type size struct {
	cpus, memory, pods int // memory in MiB
	arch               string
}

func (k *keeper) sizeOf(ctx context.Context, kind string) (size, error) {
	var out struct {
		CPUs       int    `xml:"instanceTypeSet>item>vCpuInfo>defaultVCpus"`
		Memory     int    `xml:"instanceTypeSet>item>memoryInfo>sizeInMiB"`
		Interfaces int    `xml:"instanceTypeSet>item>networkInfo>maximumNetworkInterfaces"`
		Addresses  int    `xml:"instanceTypeSet>item>networkInfo>ipv4AddressesPerInterface"`
		Arch       string `xml:"instanceTypeSet>item>processorInfo>supportedArchitectures>item"`
	}
	err := k.service.moto(k.of.region).Query(ctx, "ec2", ec2Version, "DescribeInstanceTypes", url.Values{"InstanceType.1": {kind}}, &out)
	if err == nil && out.CPUs == 0 {
		err = fmt.Errorf("EC2 knows no %s", kind)
	}
	if err != nil {
		return size{}, fmt.Errorf("look up machine type %s: %w", kind, err)
	}
	arch := "amd64"
	if out.Arch == "arm64" {
		arch = "arm64"
	}
	// The number of pods is what the VPC CNI has addresses for.
	return size{cpus: out.CPUs, memory: out.Memory, pods: out.Interfaces*(out.Addresses-1) + 2, arch: arch}, nil
}
