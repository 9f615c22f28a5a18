package eks

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
)

// update is one change of a cluster, a node group or an add-on, as DescribeUpdate tells it.
type update struct {
	id, kind         string
	nodegroup, addon string
	params           []updateParam
	created          float64
}

type updateParam struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// record keeps an update, done at once. The caller holds the lock.
func (s *Service) record(cl *cluster, kind, nodegroup, addon string, params ...updateParam) object {
	u := &update{id: uuid(), kind: kind, nodegroup: nodegroup, addon: addon, params: params, created: seconds(s.now())}
	cl.updates = append(cl.updates, u)
	return object{"update": u.describe()}
}

func (u *update) describe() object {
	params := u.params
	if params == nil {
		params = []updateParam{}
	}
	return object{"id": u.id, "status": "Successful", "type": u.kind, "params": params, "createdAt": u.created, "errors": []any{}}
}

func (s *Service) describeUpdate(c *call) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cl, err := s.cluster(c)
	if err != nil {
		return nil, err
	}
	for _, u := range cl.updates {
		if u.id == c.vars["updateId"] && u.nodegroup == c.query.Get("nodegroupName") && u.addon == c.query.Get("addonName") {
			return object{"update": u.describe()}, nil
		}
	}
	return nil, refuse(notFound, "No update found for ID: %s", c.vars["updateId"])
}

func (s *Service) listUpdates(c *call) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cl, err := s.cluster(c)
	if err != nil {
		return nil, err
	}
	ids := []string{}
	for _, u := range cl.updates {
		if u.nodegroup == c.query.Get("nodegroupName") && u.addon == c.query.Get("addonName") {
			ids = append(ids, u.id)
		}
	}
	part, next, err := page(c, ids)
	if err != nil {
		return nil, err
	}
	return object{"updateIds": part, "nextToken": next}, nil
}

// updateClusterVersion allows one minor version up, as EKS does.
func (s *Service) updateClusterVersion(c *call) (any, error) {
	var in struct {
		Version string `json:"version"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	cl, err := s.cluster(c)
	if err != nil {
		return nil, err
	}
	from, to := minorOf(cl.version), minorOf(in.Version)
	switch {
	case !offered(in.Version):
		return nil, refuse(invalidParameter, "unsupported Kubernetes version %s", in.Version)
	case to == from:
		return nil, refuse(invalidParameter, "Cluster is already at version %s", in.Version)
	case to != from+1:
		return nil, refuse(invalidParameter, "Unsupported Kubernetes minor version update from %s to %s", cl.version, in.Version)
	}
	for _, name := range sortedKeys(cl.nodegroups) {
		// The kubelet may be three minors behind the API server, and no more.
		if v := cl.nodegroups[name].version; to-minorOf(v) > 3 {
			return nil, refuse(invalidRequest, "Nodegroup %s at version %s must be updated before the cluster goes to %s", name, v, in.Version)
		}
	}
	cl.version = in.Version
	cl.wake()
	return s.record(cl, "VersionUpdate", "", "", updateParam{"Version", in.Version}, updateParam{"PlatformVersion", "eks.1"}), nil
}

// updateClusterConfig changes one thing at a time, as EKS does. Logging is kept by moto, the rest here.
func (s *Service) updateClusterConfig(c *call) (any, error) {
	in := object{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	s.mu.Lock()
	cl, err := s.cluster(c)
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if in.sub("computeConfig") != nil || in.sub("storageConfig") != nil {
		var auto autoMode
		if err := c.decode(&auto); err != nil {
			return nil, err
		}
		return s.updateAutoMode(c, cl, auto)
	}
	if in.sub("logging") != nil {
		// moto would replace the whole network configuration by what is not in the request.
		body, err := json.Marshal(object{"logging": in["logging"]})
		if err != nil {
			return nil, fmt.Errorf("write the request for moto: %w", err)
		}
		if _, err := s.forwardBody(c, body); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	cl.logs.set(in.sub("logging"))
	if len(cl.logs) > 0 {
		if err := s.makeLogGroup(c.request.Context(), c.region, cl.name); err != nil {
			return nil, fmt.Errorf("make the log group of %s: %w", cl.name, err)
		}
	}
	kind, err := cl.configure(in)
	if err != nil {
		return nil, err
	}
	return s.record(cl, kind, "", "", describeParams(in)...), nil
}

func (cl *cluster) configure(in object) (kind string, err error) {
	delete(in, "clientRequestToken")
	if len(in) != 1 {
		return "", refuse(invalidParameter, "UpdateClusterConfig changes one configuration at a time, not %d", len(in))
	}
	switch {
	case in.sub("logging") != nil:
		return "LoggingUpdate", nil
	case in.sub("resourcesVpcConfig") != nil:
		changed := in.sub("resourcesVpcConfig")
		maps.Copy(cl.network, changed)
		if changed["subnetIds"] != nil || changed["securityGroupIds"] != nil {
			return "VpcConfigUpdate", nil
		}
		return "EndpointAccessUpdate", nil
	case in.sub("accessConfig") != nil:
		return "AccessConfigUpdate", cl.setMode(in.sub("accessConfig").text("authenticationMode"))
	case in["deletionProtection"] != nil:
		cl.deletionProtection, _ = in["deletionProtection"].(bool)
		cl.overlay["deletionProtection"] = cl.deletionProtection
		return "DeletionProtectionUpdate", nil
	}
	for key, kind := range map[string]string{"upgradePolicy": "UpgradePolicyUpdate", "zonalShiftConfig": "ZonalShiftConfigUpdate"} {
		if v := in.sub(key); v != nil {
			if err := cl.checkOperation(key, v); err != nil {
				return "", err
			}
			cl.overlay[key] = v
			return kind, nil
		}
	}
	return "", refuse(unknownOperation, "the rehearsal does not simulate eks:UpdateClusterConfig of %v", sortedKeys(in))
}

// setMode moves towards API only: EKS never goes back.
func (cl *cluster) setMode(mode string) error {
	rank := map[string]int{"CONFIG_MAP": 0, "API_AND_CONFIG_MAP": 1, "API": 2}
	now := cl.mode()
	if _, known := rank[mode]; !known {
		return checkMode(mode)
	}
	if rank[mode] < rank[now] {
		return refuse(invalidRequest, "Unsupported authentication mode update from %s to %s", now, mode)
	}
	access := maps.Clone(cl.overlay.sub("accessConfig"))
	access["authenticationMode"] = mode
	cl.overlay["accessConfig"] = access
	return nil
}

func (cl *cluster) mode() string { return cl.overlay.sub("accessConfig").text("authenticationMode") }

func describeParams(in object) []updateParam {
	names := map[string]string{"logging": "ClusterLogging", "resourcesVpcConfig": "EndpointPrivateAccess",
		"accessConfig": "AuthenticationMode", "deletionProtection": "DeletionProtection",
		"upgradePolicy": "UpgradePolicy", "zonalShiftConfig": "ZonalShiftConfig"}
	var params []updateParam
	for _, key := range sortedKeys(in) {
		value, err := json.Marshal(in[key])
		if name := names[key]; name != "" && err == nil {
			params = append(params, updateParam{name, string(value)})
		}
	}
	return params
}

func uuid() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
