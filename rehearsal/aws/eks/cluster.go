package eks

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"strings"
	"sync"
	"time"

	"drover/rehearsal/aws/nic"
)

// cluster is what the rehearsal knows of a cluster beside moto.
type cluster struct {
	name, arn, region, version string
	role                       string
	balancing                  bool // by EKS Auto Mode
	tags                       map[string]string
	subnets                    []string
	securityGroup              string
	deletionProtection         bool
	due                        time.Time // when it is ready, at the earliest
	overlay                    object    // members of DescribeCluster that moto forgets
	network                    object    // likewise, within resourcesVpcConfig

	nodegroups   map[string]*nodegroup
	addons       map[string]*addon
	entries      map[string]*accessEntry // by principal
	associations map[string]*association // by id
	updates      []*update               // oldest first
	logs         logs

	plane       *plane          // nil: there is no API
	selfManaged map[string]bool // what EKS runs in a cluster from its start, until it becomes an add-on
	kept        map[string]bool // add-ons that went and left their workloads
}

var clusterName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9A-Za-z][A-Za-z0-9\-_]{0,99}$`) })

type clusterRequest struct {
	Name         string `json:"name"`
	Version      string `json:"version"`
	RoleARN      string `json:"roleArn"`
	AccessConfig struct {
		Mode      string `json:"authenticationMode"`
		Bootstrap *bool  `json:"bootstrapClusterCreatorAdminPermissions"`
	} `json:"accessConfig"`
	Network struct {
		Subnets       []string `json:"subnetIds"`
		Groups        []string `json:"securityGroupIds"`
		Public        *bool    `json:"endpointPublicAccess"`
		Private       *bool    `json:"endpointPrivateAccess"`
		PublicSources []string `json:"publicAccessCidrs"`
	} `json:"resourcesVpcConfig"`
	Family             ipFamily          `json:"kubernetesNetworkConfig"`
	SelfManaged        *bool             `json:"bootstrapSelfManagedAddons"`
	Upgrades           upgradePolicy     `json:"upgradePolicy"`
	DeletionProtection bool              `json:"deletionProtection"`
	Tags               map[string]string `json:"tags"`
}

func (s *Service) createCluster(c *call) (any, error) {
	var in clusterRequest
	var auto autoMode
	raw := object{}
	if err := firstError(c.decode(&in), c.decode(&raw), c.decode(&auto)); err != nil {
		return nil, err
	}
	if in.Version == "" {
		in.Version = defaultVersion
	}
	if err := firstError(in.check(), s.checkAutoMode(c, in, auto)); err != nil {
		return nil, err
	}
	vpc, err := s.subnetsVPC(c, in.Network.Subnets, in.Family)
	if err != nil {
		return nil, err
	}
	creator, err := s.creator(c, in)
	if err != nil {
		return nil, err
	}
	raw["version"] = in.Version
	body, err := json.Marshal(raw)
	if err != nil {
		return nil, fmt.Errorf("write the request for moto: %w", err)
	}
	out, err := s.forwardBody(c, body)
	if err != nil {
		return nil, err
	}
	group, err := s.createClusterGroup(c, in.Name, vpc)
	if err != nil {
		return nil, err
	}
	if err := nic.Attach(c.request.Context(), s.moto(c.region), interfacesOf(in.Name), in.Network.Subnets, append([]string{group}, in.Network.Groups...)); err != nil {
		return nil, err
	}
	cl := newCluster(c.region, in, raw, vpc, group)
	cl.logs.set(raw.sub("logging"))
	if len(cl.logs) > 0 {
		if err := s.makeLogGroup(c.request.Context(), c.region, in.Name); err != nil {
			return nil, fmt.Errorf("make the log group of %s: %w", in.Name, err)
		}
	}
	cl.arn, cl.due = s.arn(c.region, "cluster", in.Name), s.due()
	maps.Copy(cl.tags, in.Tags)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clusters[clusterKey{c.region, in.Name}] = cl
	s.turnAuto(cl, auto)
	s.startPlane(c.request.Context(), cl)
	if in.bootstraps() {
		creator := s.newEntry(cl, creator, "STANDARD")
		creator.policies[clusterAdminPolicy] = s.newPolicy(clusterAdminPolicy, accessScope{Type: "cluster"})
	}
	return s.merged(cl, out), nil
}

// creator is who gets the first access entry, if anybody does: the one who calls.
func (s *Service) creator(c *call, in clusterRequest) (string, error) {
	if !in.bootstraps() {
		return "", nil
	}
	key, _, _ := strings.Cut(strings.TrimPrefix(c.request.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential="), "/")
	who, err := s.whoIs(c.request.Context(), c.region, key)
	return who.principal, err
}

func (in *clusterRequest) check() error {
	switch {
	case !clusterName().MatchString(in.Name):
		return refuse(invalidParameter, "The cluster name %q must match %s", in.Name, clusterName())
	case !roleARN().MatchString(in.RoleARN):
		return refuse(invalidParameter, "Role with arn: %s is not a role's ARN", in.RoleARN)
	case !offered(in.Version):
		return refuse(invalidParameter, "unsupported Kubernetes version %s", in.Version)
	case len(in.Network.Subnets) == 0:
		return refuse(invalidParameter, "subnetIds must not be empty")
	case in.Network.Public != nil && !*in.Network.Public && (in.Network.Private == nil || !*in.Network.Private):
		return refuse(invalidParameter, "Private and public endpoint access cannot both be disabled")
	}
	return firstError(in.Upgrades.check(), in.Family.check(), checkMode(in.AccessConfig.Mode))
}

func checkMode(mode string) error {
	switch mode {
	case "", "API", "API_AND_CONFIG_MAP", "CONFIG_MAP":
		return nil
	}
	return refuse(invalidParameter, "authenticationMode %q is none of API, API_AND_CONFIG_MAP, CONFIG_MAP", mode)
}

func (in *clusterRequest) bootstraps() bool {
	wanted := in.AccessConfig.Bootstrap == nil || *in.AccessConfig.Bootstrap
	return wanted && in.AccessConfig.Mode != "" && in.AccessConfig.Mode != "CONFIG_MAP"
}

// newCluster completes the request with the defaults that EKS documents for CreateCluster.
func newCluster(region string, in clusterRequest, raw object, vpc, group string) *cluster {
	mode := in.AccessConfig.Mode
	if mode == "" {
		mode = "CONFIG_MAP"
	}
	overlay := object{
		"accessConfig": object{"authenticationMode": mode,
			"bootstrapClusterCreatorAdminPermissions": in.AccessConfig.Bootstrap == nil || *in.AccessConfig.Bootstrap},
		"upgradePolicy":      object{"supportType": "EXTENDED"},
		"deletionProtection": in.DeletionProtection,
		"health":             object{"issues": []any{}},
	}
	for _, key := range []string{"upgradePolicy", "zonalShiftConfig", "controlPlaneScalingConfig"} {
		if v := raw.sub(key); v != nil {
			overlay[key] = v
		}
	}
	return &cluster{
		name: in.Name, role: in.RoleARN, region: region, version: in.Version, subnets: in.Network.Subnets, securityGroup: group,
		deletionProtection: in.DeletionProtection, overlay: overlay,
		network: networkDefaults(raw.sub("resourcesVpcConfig"), vpc, group),
		addons:  map[string]*addon{}, entries: map[string]*accessEntry{}, associations: map[string]*association{},
		nodegroups: map[string]*nodegroup{}, tags: map[string]string{}, kept: map[string]bool{}, logs: logs{},
		selfManaged: in.selfManaged(),
	}
}

func (in *clusterRequest) selfManaged() map[string]bool {
	if in.SelfManaged != nil && !*in.SelfManaged {
		return nil
	}
	return map[string]bool{"coredns": true, "kube-proxy": true, "vpc-cni": true}
}

func networkDefaults(asked object, vpc, group string) object {
	n := maps.Clone(asked)
	n.setDefault("endpointPublicAccess", true)
	n.setDefault("endpointPrivateAccess", false)
	n.setDefault("securityGroupIds", []any{})
	if public, _ := n["endpointPublicAccess"].(bool); public {
		n.setDefault("publicAccessCidrs", []any{"0.0.0.0/0"})
	} else {
		n.setDefault("publicAccessCidrs", []any{})
	}
	n["vpcId"], n["clusterSecurityGroupId"] = vpc, group
	return n
}

// merged completes moto's answer about a cluster. The caller holds the lock; the answer is written after it is given
// back, so that nothing in it may be changed in place later.
func (s *Service) merged(cl *cluster, out object) object {
	described := out.sub("cluster")
	if described == nil {
		return out
	}
	maps.Copy(described, cl.overlay)
	cl.completePlane(described)
	s.hold(described, cl.due)
	described["version"] = cl.version
	described["tags"] = maps.Clone(cl.tags)
	described["platformVersion"] = "eks.1"
	described["resourcesVpcConfig"] = maps.Clone(cl.network)
	network := described.sub("kubernetesNetworkConfig")
	if network == nil {
		network = object{}
	}
	familyDefaults(network)
	network["elasticLoadBalancing"] = object{"enabled": cl.balancing}
	described["kubernetesNetworkConfig"] = network
	return out
}

// cluster finds a cluster, or refuses as EKS does. The caller holds the lock.
func (s *Service) cluster(c *call) (*cluster, error) {
	cl := s.clusters[clusterKey{c.region, c.vars["name"]}]
	if cl == nil {
		return nil, refuse(notFound, "No cluster found for name: %s.", c.vars["name"])
	}
	return cl, nil
}

func (s *Service) describeCluster(c *call) (any, error) {
	out, err := s.forward(c)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	cl, err := s.cluster(c)
	if err != nil {
		return nil, err
	}
	return s.merged(cl, out), nil
}

func (s *Service) deleteCluster(c *call) (any, error) {
	s.mu.Lock()
	cl, err := s.cluster(c)
	if err == nil && cl.deletionProtection {
		err = refuse(invalidRequest, "Cluster %s has deletion protection enabled", cl.name)
	}
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	out, err := s.forward(c) // moto refuses while node groups are attached, as EKS does
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	delete(s.clusters, clusterKey{c.region, cl.name}) // its add-ons, entries and associations go with it
	if len(cl.logs) > 0 {
		s.logsUntil[clusterKey{c.region, cl.name}] = s.now().Add(lastLogs)
	}
	merged := s.merged(cl, out)
	s.mu.Unlock()
	cl.plane.end()
	if err := nic.Detach(c.request.Context(), s.moto(c.region), interfacesOf(cl.name)); err != nil {
		return nil, err
	}
	if err := s.deleteClusterGroup(c, cl.securityGroup); err != nil {
		return nil, err
	}
	if described := merged.sub("cluster"); described != nil {
		described["status"] = "DELETING"
	}
	return merged, nil
}

// interfacesOf describes the network interfaces by which a control plane is in its cluster's subnets.
func interfacesOf(cluster string) string { return "Amazon EKS " + cluster }

var roleARN = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:role/.+$`) })

// id makes a lower-case identifier of n letters and digits.
func id(n int) string { return strings.ToLower(rand.Text() + rand.Text())[:n] }

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
