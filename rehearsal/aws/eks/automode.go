package eks

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// autoMode is what a request says of EKS Auto Mode. The rehearsal keeps it and holds it to the rules of EKS, and adds no
// machines by it.
type autoMode struct {
	Compute *struct {
		Enabled bool     `json:"enabled"`
		Pools   []string `json:"nodePools"`
		Role    string   `json:"nodeRoleArn"`
	} `json:"computeConfig"`
	Storage *struct {
		Block *enabled `json:"blockStorage"`
	} `json:"storageConfig"`
	Network *struct {
		Balancing *enabled `json:"elasticLoadBalancing"`
	} `json:"kubernetesNetworkConfig"`
}

type enabled struct {
	Enabled bool `json:"enabled"`
}

func (e *enabled) on() bool { return e != nil && e.Enabled }

func (a autoMode) on() bool { return a.Compute != nil && a.Compute.Enabled }

// builtInPools are the node pools that EKS has itself.
var builtInPools = []string{"general-purpose", "system"}

const partly = "For EKS Auto Mode, please ensure that all required configs, including computeConfig, kubernetesNetworkConfig, and blockStorage are all either fully enabled or fully disabled."

// check refuses what EKS refuses, in its words:
// https://github.com/kubernetes-sigs/cluster-api-provider-aws/issues/5278 and
// https://github.com/terraform-aws-modules/terraform-aws-eks/issues/3238 and 3366
func (a autoMode) check() error {
	storage := a.Storage != nil && a.Storage.Block.on()
	balancing := a.Network != nil && a.Network.Balancing.on()
	if a.on() != storage || a.on() != balancing {
		return refuse(invalidParameter, partly)
	}
	if a.Compute == nil {
		return nil
	}
	switch {
	case a.Compute.Role == "" && len(a.Compute.Pools) > 0:
		return refuse(invalidParameter, "When Compute Config nodeRoleArn is null or empty, nodePool list cannot be populated.")
	case a.Compute.Role != "" && len(a.Compute.Pools) == 0:
		return refuse(invalidParameter, "When Compute Config nodeRoleArn is not null or empty, nodePool value(s) must be provided.")
	}
	for _, pool := range a.Compute.Pools {
		if !slices.Contains(builtInPools, pool) {
			return refuse(invalidParameter, "nodePool %q is none of %s", pool, strings.Join(builtInPools, ", "))
		}
	}
	return nil
}

// autoPolicies are what the role of a cluster has to have:
// https://docs.aws.amazon.com/eks/latest/userguide/auto-cluster-iam-role.html
var autoPolicies = []string{"AmazonEKSBlockStoragePolicy", "AmazonEKSComputePolicy", "AmazonEKSLoadBalancingPolicy", "AmazonEKSNetworkingPolicy"}

// checkRole refuses Auto Mode with a role that lacks what it needs. AWS takes policies that are equivalent, too, and
// finds out later what is missing, when no machine comes; here it is found at once.
func (s *Service) checkRole(ctx context.Context, region, role string) error {
	const version = "2010-05-08"
	name := role[strings.LastIndexByte(role, '/')+1:]
	var policies struct {
		ARNs []string `xml:"ListAttachedRolePoliciesResult>AttachedPolicies>member>PolicyArn"`
	}
	if err := s.moto(region).Query(ctx, "iam", version, "ListAttachedRolePolicies", url.Values{"RoleName": {name}}, &policies); err != nil {
		return fmt.Errorf("look for the policies of the role %s: %w", name, err)
	}
	for _, policy := range autoPolicies {
		if !slices.ContainsFunc(policies.ARNs, func(arn string) bool { return strings.HasSuffix(arn, ":policy/"+policy) }) {
			return refuse(invalidParameter, "The provided role doesn't have the Amazon EKS Managed Policies associated with it. Please ensure the following policy is attached: arn:aws:iam::aws:policy/%s", policy)
		}
	}
	var out struct {
		Trust string `xml:"GetRoleResult>Role>AssumeRolePolicyDocument"`
	}
	if err := s.moto(region).Query(ctx, "iam", version, "GetRole", url.Values{"RoleName": {name}}, &out); err != nil {
		return fmt.Errorf("look at the role %s: %w", name, err)
	}
	trust, err := url.QueryUnescape(out.Trust)
	if err != nil {
		return fmt.Errorf("read who may take the role %s: %w", name, err)
	}
	if !strings.Contains(trust, "sts:TagSession") {
		return refuse(invalidParameter, "The trust policy of %s lacks sts:TagSession, which EKS Auto Mode needs", role)
	}
	return nil
}

// turnAuto keeps what a request says, and makes the access entry of the nodes that EKS makes itself, or takes it away.
// https://docs.aws.amazon.com/eks/latest/userguide/create-node-class.html. The caller holds the lock.
func (s *Service) turnAuto(cl *cluster, a autoMode) {
	if a.Compute == nil {
		return
	}
	compute := object{"enabled": a.on()}
	if a.on() {
		compute["nodePools"], compute["nodeRoleArn"] = append([]string{}, a.Compute.Pools...), a.Compute.Role
	}
	cl.overlay["computeConfig"] = compute
	cl.overlay["storageConfig"] = object{"blockStorage": object{"enabled": a.on()}}
	cl.balancing = a.on()
	role := a.Compute.Role
	if a.on() && role != "" && cl.entries[role] == nil {
		const policy = policyPrefix + "AmazonEKSAutoNodePolicy"
		s.newEntry(cl, role, "EC2").policies[policy] = s.newPolicy(policy, accessScope{Type: "cluster"})
	}
}

// checkAutoMode refuses a cluster with Auto Mode that EKS would not make.
func (s *Service) checkAutoMode(c *call, in clusterRequest, a autoMode) error {
	if err := a.check(); err != nil || !a.on() {
		return err
	}
	if in.SelfManaged == nil || *in.SelfManaged {
		// In EKS' words, as people report them.
		return refuse(invalidParameter, "When EKS Auto Mode is enabled, bootstrapSelfManagedAddons must be set to false.")
	}
	return s.checkRole(c.request.Context(), c.region, in.RoleARN)
}

// updateAutoMode turns Auto Mode on or off, or changes its node pools. The caller holds no lock.
func (s *Service) updateAutoMode(c *call, cl *cluster, a autoMode) (any, error) {
	if a.Compute == nil || a.Storage == nil || a.Network == nil {
		return nil, refuse(invalidParameter, partly)
	}
	if err := a.check(); err != nil {
		return nil, err
	}
	if a.on() {
		s.mu.Lock()
		role := cl.role
		s.mu.Unlock()
		if err := s.checkRole(c.request.Context(), c.region, role); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	before := cl.overlay.sub("computeConfig").text("nodeRoleArn")
	if a.on() && before != "" && a.Compute.Role != "" && a.Compute.Role != before {
		// https://docs.aws.amazon.com/eks/latest/APIReference/API_ComputeConfigRequest.html
		return nil, refuse(invalidRequest, "The nodeRoleArn cannot be changed after the compute capability of EKS Auto Mode is enabled")
	}
	s.turnAuto(cl, a)
	return s.record(cl, "AutoModeUpdate", "", ""), nil
}
