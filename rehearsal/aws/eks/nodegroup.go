package eks

import (
	"fmt"
	"maps"
	"time"

	"drover/rehearsal/aws/vcpu"
)

// nodegroup is what the rehearsal knows of a node group beside moto.
type nodegroup struct {
	name, arn, version string
	role               string
	scalingGroup       string
	machine            string    // the type of its instances
	kind               vcpu.Kind // of its instances
	short              *shortage // nil: all its instances were started
	failed             bool      // it could not be made
	due                time.Time // when it is ready, at the earliest
	tags               map[string]string
	overlay            object // members of DescribeNodegroup that moto forgets or gets wrong
	ready              bool   // all its nodes are, once there are nodes
}

type nodegroupRequest struct {
	Name     string   `json:"nodegroupName"`
	Role     string   `json:"nodeRole"`
	Subnets  []string `json:"subnets"`
	Version  string   `json:"version"`
	Release  string   `json:"releaseVersion"`
	AMI      string   `json:"amiType"`
	Scaling  *scaling `json:"scalingConfig"`
	Template *struct {
		ID      string `json:"id"`
		Name    string `json:"name"`
		Version string `json:"version"`
	} `json:"launchTemplate"`
	InstanceTypes []string          `json:"instanceTypes"`
	Capacity      string            `json:"capacityType"`
	Tags          map[string]string `json:"tags"`

	askedVersion string // Version, before it had a default
}

type scaling struct {
	Min     *int `json:"minSize"`
	Max     *int `json:"maxSize"`
	Desired *int `json:"desiredSize"`
}

func (s *Service) createNodegroup(c *call) (any, error) {
	var in nodegroupRequest
	raw := object{}
	if err := firstError(c.decode(&in), c.decode(&raw)); err != nil {
		return nil, err
	}
	s.mu.Lock()
	cl, err := s.cluster(c)
	var version string
	if err == nil {
		version, err = cl.version, firstError(cl.checkActive(), s.checkDue(cl))
	}
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	in.askedVersion = in.Version
	if err := firstError(in.check(version), s.checkSize(in.Scaling), s.launchTemplate(c.request.Context(), c.region, in)); err != nil {
		return nil, err
	}
	out, err := s.forward(c)
	if err != nil {
		return nil, err
	}
	ng := newNodegroup(in, raw, out.sub("nodegroup"))
	ng.due = s.due()
	if err := s.createScalingGroup(c, cl, ng, in); err != nil {
		return nil, fmt.Errorf("make the scaling group of node group %s: %w", in.Name, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	cl.nodegroups[in.Name] = ng
	if cl.mode() != "CONFIG_MAP" && cl.entries[in.Role] == nil {
		s.newEntry(cl, in.Role, "EC2_LINUX") // EKS lets its own nodes in
	}
	cl.wake()
	return s.describedGroup(cl, ng, out), nil
}

func (in *nodegroupRequest) check(clusterVersion string) error {
	if in.Version == "" {
		in.Version = clusterVersion
	}
	if in.Scaling == nil {
		two := 2
		in.Scaling = &scaling{Min: &two, Max: &two, Desired: &two}
	}
	sc := in.Scaling
	switch {
	case in.Name == "":
		return refuse(invalidParameter, "nodegroupName can't be empty")
	case !roleARN().MatchString(in.Role):
		return refuse(invalidParameter, "Following required parameter is missing or not a role's ARN: nodeRole")
	case len(in.Subnets) == 0:
		return refuse(invalidParameter, "subnets must not be empty")
	case minorOf(in.Version) > minorOf(clusterVersion) || !offered(in.Version):
		return refuse(invalidParameter, "Nodegroup Kubernetes version %s is not one that a cluster at %s takes", in.Version, clusterVersion)
	case sc.Min == nil || sc.Max == nil || sc.Desired == nil:
		return refuse(invalidParameter, "scalingConfig needs minSize, maxSize and desiredSize")
	case *sc.Min < 0 || *sc.Max < 1 || *sc.Min > *sc.Desired || *sc.Desired > *sc.Max:
		return refuse(invalidParameter, "Minimum capacity %d can't be greater than desired size %d, nor that than maximum %d", *sc.Min, *sc.Desired, *sc.Max)
	}
	return checkRelease(in.Version, in.AMI, in.Release)
}

// newNodegroup completes moto's answer with the request and with the defaults that EKS documents for CreateNodegroup.
func newNodegroup(in nodegroupRequest, raw, out object) *nodegroup {
	kind := in.AMI
	if kind == "" {
		kind = "AL2023_x86_64_STANDARD"
	}
	overlay := object{"version": in.Version, "releaseVersion": releaseOf(in.Version, kind), "status": "ACTIVE",
		"updateConfig": object{"maxUnavailable": 1}, "nodeRepairConfig": object{"enabled": false},
		"health": object{"issues": []any{}}, "amiType": kind}
	for _, key := range []string{"updateConfig", "nodeRepairConfig", "diskSize", "remoteAccess", "releaseVersion", "warmPoolConfig"} {
		if raw[key] != nil {
			overlay[key] = raw[key]
		}
	}
	if raw["diskSize"] == nil && in.Template == nil {
		overlay["diskSize"] = 20
	}
	ng := &nodegroup{name: in.Name, version: in.Version, role: in.Role, overlay: overlay,
		arn: out.text("nodegroupArn"), tags: map[string]string{}, kind: vcpu.OnDemand}
	if in.Capacity == "SPOT" {
		ng.kind = vcpu.Spot
	}
	maps.Copy(ng.tags, in.Tags)
	if groups, _ := out.sub("resources")["autoScalingGroups"].([]any); len(groups) > 0 {
		if group, ok := groups[0].(map[string]any); ok {
			ng.scalingGroup, _ = group["name"].(string)
		}
	}
	return ng
}

// mergedGroup completes moto's answer about a node group. The caller holds the lock.
func (cl *cluster) mergedGroup(ng *nodegroup, out object) object {
	described := out.sub("nodegroup")
	if described == nil {
		return out
	}
	// moto invents a key pair, a disk and a security group that nobody asked for.
	delete(described, "remoteAccess")
	delete(described, "diskSize")
	if resources := described.sub("resources"); resources != nil && ng.overlay["remoteAccess"] == nil {
		delete(resources, "remoteAccessSecurityGroup")
	}
	maps.Copy(described, ng.overlay)
	described["status"] = cl.stateOf(ng.ready, "CREATING")
	described["tags"] = maps.Clone(ng.tags)
	return out
}

// nodegroup finds a node group, or refuses as EKS does. The caller holds the lock.
func (s *Service) nodegroup(c *call) (*cluster, *nodegroup, error) {
	cl, err := s.cluster(c)
	if err != nil {
		return nil, nil, err
	}
	ng := cl.nodegroups[c.vars["nodegroupName"]]
	if ng == nil {
		return nil, nil, refuse(notFound, "No node group found for name: %s.", c.vars["nodegroupName"])
	}
	return cl, ng, nil
}

func (s *Service) findNodegroup(c *call) (*cluster, *nodegroup, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.nodegroup(c)
}

// listNodegroups is moto's, but moto answers 500 for a cluster that does not exist.
func (s *Service) listNodegroups(c *call) (any, error) {
	s.mu.Lock()
	_, err := s.cluster(c)
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return s.forward(c)
}

func (s *Service) describeNodegroup(c *call) (any, error) {
	cl, ng, err := s.findNodegroup(c)
	if err != nil {
		return nil, err
	}
	out, err := s.forward(c)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.describedGroup(cl, ng, out), nil
}

func (s *Service) deleteNodegroup(c *call) (any, error) {
	cl, ng, err := s.findNodegroup(c)
	if err != nil {
		return nil, err
	}
	if err := s.deleteScalingGroup(c, ng); err != nil {
		return nil, fmt.Errorf("delete the scaling group of node group %s: %w", ng.name, err)
	}
	out, err := s.forward(c)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(cl.nodegroups, ng.name)
	cl.forgetNodeRole(ng.role)
	cl.wake()
	merged := cl.mergedGroup(ng, out)
	if described := merged.sub("nodegroup"); described != nil {
		described["status"] = "DELETING"
	}
	return merged, nil
}

// forgetNodeRole removes the access entry that EKS made for a node role, with the last node group that uses it.
func (cl *cluster) forgetNodeRole(role string) {
	for _, other := range cl.nodegroups {
		if other.role == role {
			return
		}
	}
	if entry := cl.entries[role]; entry != nil && entry.kind == "EC2_LINUX" {
		delete(cl.entries, role)
	}
}
