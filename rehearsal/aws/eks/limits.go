package eks

import (
	"context"
	"maps"
	"slices"

	"drover/rehearsal/aws/vcpu"
)

// shortage is why a node group has not all its machines.
type shortage struct{ message string }

// nodesQuota is that of "Nodes per managed node group".
const nodesQuota = "L-BD136A63"

// Limit has the account's quotas kept, which are given by their codes. It is called before Serve.
func (s *Service) Limit(quotas map[string]float64) { s.limits = maps.Clone(quotas) }

// checkSize refuses a node group that may have more nodes than its quota, which is what maxSize can be at most:
// https://docs.aws.amazon.com/eks/latest/APIReference/API_NodegroupScalingConfig.html. The words are not documented.
func (s *Service) checkSize(to *scaling) error {
	most, limited := s.limits[nodesQuota]
	if limited && to != nil && to.Max != nil && float64(*to.Max) > most {
		return refuse(invalidParameter, "maxSize can't be greater than %v, the quota of nodes per managed node group (%s)", most, nodesQuota)
	}
	return nil
}

// fits is how many of the machines that a node group is to have it gets, of which it has some. The others are what
// EC2 refuses to start, and EKS names. The caller holds launching.
func (s *Service) fits(ctx context.Context, region string, ng *nodegroup, has, wanted int) (int, error) {
	running, err := s.Running(ctx, region)
	if err != nil {
		return 0, err
	}
	more, limit, err := vcpu.Room(ctx, s.moto(region), ng.kind, ng.machine, s.limits, running)
	if err != nil {
		return 0, err
	}
	short := wanted > has+more
	s.mu.Lock()
	defer s.mu.Unlock()
	if !short {
		ng.short = nil
		return wanted, nil
	}
	ng.short = &shortage{message: launchFailed(ng.kind, limit)}
	return has + more, nil
}

// launchFailed is what EKS says of a group whose machines EC2 refuses to start: the code AsgInstanceLaunchFailures is of
// https://docs.aws.amazon.com/eks/latest/APIReference/API_Issue.html, and the words are as people report them, such as in
// https://github.com/klothoplatform/klotho/pull/311.
func launchFailed(k vcpu.Kind, limit float64) string {
	what := "On-Demand"
	if k.Spot {
		what = "Spot"
	}
	return "Could not launch " + what + " Instances. " + k.Refused + " - " + k.Why(limit) + " Launching EC2 instance failed."
}

// resized is a change of size as far as it fits. The caller holds launching.
func (s *Service) resized(ctx context.Context, region string, ng *nodegroup, to scaling) (scaling, error) {
	if to.Desired == nil && to.Min == nil {
		return to, nil
	}
	machines, err := s.machines(ctx, region, ng)
	if err != nil {
		return to, err
	}
	wanted := len(machines)
	if to.Desired != nil {
		wanted = *to.Desired
	}
	if to.Min != nil {
		wanted = max(wanted, *to.Min)
	}
	fits, err := s.fits(ctx, region, ng, len(machines), wanted)
	if err != nil || fits == wanted {
		return to, err
	}
	to.Desired = &fits
	if to.Min != nil {
		least := min(*to.Min, fits)
		to.Min = &least
	}
	return to, nil
}

// Running are the region's machines. Which of them are spot is known of node groups alone: moto starts none as such.
func (s *Service) Running(ctx context.Context, region string) ([]vcpu.Machine, error) {
	all, err := vcpu.Running(ctx, s.moto(region))
	if err != nil {
		return nil, err
	}
	spot, err := s.SpotInstances(ctx, region)
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].Spot = all[i].Spot || slices.Contains(spot, all[i].ID)
	}
	return all, nil
}

// SpotInstances are the machines of node groups whose capacity is spot.
func (s *Service) SpotInstances(ctx context.Context, region string) ([]string, error) {
	found, err := s.machinesOf(ctx, region, func(ng *nodegroup) bool { return ng.kind.Spot })
	return slices.Collect(maps.Keys(found)), err
}

// ClustersOf tells whose nodes machines are, by their ids.
func (s *Service) ClustersOf(ctx context.Context, region string) (map[string]string, error) {
	return s.machinesOf(ctx, region, func(*nodegroup) bool { return true })
}

// machinesOf are the machines of node groups of a region, with their clusters' names.
func (s *Service) machinesOf(ctx context.Context, region string, wanted func(*nodegroup) bool) (map[string]string, error) {
	s.mu.Lock()
	groups := map[*nodegroup]string{}
	for key, cl := range s.clusters {
		for _, ng := range cl.nodegroups {
			if key.region == region && wanted(ng) {
				groups[ng] = cl.name
			}
		}
	}
	s.mu.Unlock()
	found := map[string]string{}
	for ng, cluster := range groups {
		machines, err := s.machines(ctx, region, ng)
		if err != nil {
			return nil, err
		}
		for _, m := range machines {
			found[m.ID] = cluster
		}
	}
	return found, nil
}

// describedGroup is a node group as EKS describes it now. The caller holds the lock.
func (s *Service) describedGroup(cl *cluster, ng *nodegroup, out object) object {
	merged := cl.mergedGroup(ng, out)
	described := merged.sub("nodegroup")
	s.hold(described, ng.due)
	if ng.short == nil || described == nil {
		return merged
	}
	switch {
	case s.now().Before(ng.due):
		described["status"] = "CREATING"
		return merged
	case ng.failed:
		described["status"] = "CREATE_FAILED"
	default:
		described["status"] = "DEGRADED"
	}
	described["health"] = object{"issues": []object{{"code": "AsgInstanceLaunchFailures", "message": ng.short.message, "resourceIds": []string{ng.scalingGroup}}}}
	return merged
}
