package eks

import (
	"fmt"
)

func (s *Service) updateNodegroupConfig(c *call) (any, error) {
	in := object{}
	var sizes struct {
		Scaling *scaling `json:"scalingConfig"`
	}
	if err := firstError(c.decode(&in), c.decode(&sizes)); err != nil {
		return nil, err
	}
	if err := s.checkSize(sizes.Scaling); err != nil {
		return nil, err
	}
	cl, ng, err := s.findNodegroup(c)
	if err != nil {
		return nil, err
	}
	if _, err := s.forward(c); err != nil {
		return nil, err
	}
	if sizes.Scaling != nil {
		if err := s.resizeScalingGroup(c, ng, *sizes.Scaling); err != nil {
			return nil, fmt.Errorf("resize node group %s: %w", ng.name, err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range []string{"updateConfig", "nodeRepairConfig"} {
		if v := in.sub(key); v != nil {
			ng.overlay[key] = v
		}
	}
	cl.wake()
	return s.record(cl, "ConfigUpdate", ng.name, ""), nil
}

// updateNodegroupVersion rolls the nodes to a release; EKS never goes back a version, nor past the control plane.
func (s *Service) updateNodegroupVersion(c *call) (any, error) {
	in := object{}
	var asked nodegroupRequest
	if err := firstError(c.decode(&in), c.decode(&asked)); err != nil {
		return nil, err
	}
	if _, ng, err := s.findNodegroup(c); err != nil {
		return nil, err
	} else if kind, ok := ng.overlay["amiType"].(string); ok {
		asked.AMI, asked.askedVersion = kind, asked.Version
	}
	if err := s.launchTemplate(c.request.Context(), c.region, asked); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	cl, ng, err := s.nodegroup(c)
	if err != nil {
		return nil, err
	}
	to := in.text("version")
	if to == "" {
		to = ng.version
		if in["launchTemplate"] == nil {
			to = cl.version
		}
	}
	switch {
	case !offered(to) || minorOf(to) > minorOf(cl.version):
		return nil, refuse(invalidParameter, "Requested Nodegroup Kubernetes version %s is not one that a cluster at %s takes", to, cl.version)
	case minorOf(to) < minorOf(ng.version):
		return nil, refuse(invalidRequest, "Nodegroup %s cannot go back from %s to %s", ng.name, ng.version, to)
	}
	if err := checkRelease(to, asked.AMI, asked.Release); err != nil {
		return nil, err
	}
	if asked.Release == "" {
		asked.Release = releaseOf(to, asked.AMI) // the newest, also where only the launch template is another one
	}
	ng.version = to
	ng.overlay["version"], ng.overlay["releaseVersion"] = to, asked.Release
	if template := in.sub("launchTemplate"); template != nil {
		ng.overlay["launchTemplate"] = template
	}
	ng.ready = false
	cl.wake()
	release, _ := ng.overlay["releaseVersion"].(string)
	return s.record(cl, "VersionUpdate", ng.name, "", updateParam{"Version", to}, updateParam{"ReleaseVersion", release}), nil
}
