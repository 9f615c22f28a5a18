package firewall

import (
	"maps"
	"slices"
)

func (s *Service) createFirewall(c *call) (document, error) {
	if err := s.checkPolicyOf(c); err != nil {
		return nil, err
	}
	if c.In.Text("VpcId") == "" || len(c.In.List("SubnetMappings")) == 0 {
		return nil, invalid("VpcId and SubnetMappings are needed: firewalls on a transit gateway are not simulated")
	}
	zones, err := s.zonesOf(c, c.In.Text("VpcId"), subnetsOf(c.In))
	if err != nil {
		return nil, err
	}
	r, err := s.add(c, firewall, "firewall", c.In.Text("FirewallName"))
	if err != nil {
		return nil, err
	}
	for key, otherwise := range map[string]any{"FirewallPolicyArn": nil, "VpcId": nil, "DeleteProtection": false,
		"SubnetChangeProtection": false, "FirewallPolicyChangeProtection": false} {
		if r.members[key] = c.In[key]; r.members[key] == nil {
			r.members[key] = otherwise
		}
	}
	r.zones = map[string]*attachment{}
	if err := s.attach(c, r, zones); err != nil {
		delete(s.resources, r.arn)
		return nil, err
	}
	r.ready = float64(s.now().Add(s.takes).UnixMilli()) / 1000
	return document{"Firewall": s.firewallOf(r), "FirewallStatus": s.status(r)}, nil
}

func (s *Service) checkPolicyOf(c *call) error {
	p := s.resources[c.In.Text("FirewallPolicyArn")]
	if p == nil || p.kind != policy || p.region != c.Region {
		return missing("firewall policy " + c.In.Text("FirewallPolicyArn"))
	}
	return nil
}

func subnetsOf(in document) []string {
	var ids []string
	for _, mapping := range in.List("SubnetMappings") {
		ids = append(ids, mapping.Text("SubnetId"))
	}
	return ids
}

func (s *Service) firewallOf(r *resource) document {
	d := maps.Clone(r.members)
	maps.Copy(d, document{"FirewallName": r.name, "FirewallArn": r.arn, "FirewallId": r.id, "Tags": r.tagList(),
		"SubnetMappings": r.mappings(), "NumberOfAssociations": 0})
	return d
}

func (r *resource) mappings() []document {
	list := []document{}
	for _, zone := range slices.Sorted(maps.Keys(r.zones)) {
		list = append(list, document{"SubnetId": r.zones[zone].subnet, "IPAddressType": "IPV4"})
	}
	return list
}

// status says where the endpoints are, once they are.
func (s *Service) status(r *resource) document {
	if float64(s.now().UnixMilli())/1000 < r.ready {
		return document{"Status": "PROVISIONING", "ConfigurationSyncStateSummary": "PENDING", "SyncStates": document{}}
	}
	states := document{}
	for zone, a := range r.zones {
		states[zone] = document{"Config": document{},
			"Attachment": document{"SubnetId": a.subnet, "EndpointId": a.endpoint, "Status": "READY"}}
	}
	return document{"Status": "READY", "ConfigurationSyncStateSummary": "IN_SYNC", "SyncStates": states}
}

func (s *Service) findFirewall(c *call) (*resource, error) {
	return s.find(c, firewall, "FirewallArn", "FirewallName")
}

func (s *Service) describeFirewall(c *call) (document, error) {
	r, err := s.findFirewall(c)
	if err != nil {
		return nil, err
	}
	return document{"UpdateToken": r.token, "Firewall": s.firewallOf(r), "FirewallStatus": s.status(r)}, nil
}

func (s *Service) listFirewalls(c *call) (document, error) {
	wanted, list := c.In.Texts("VpcIds"), []document{}
	for _, r := range s.sorted(c.Region, firewall) {
		if len(wanted) == 0 || slices.Contains(wanted, r.members.Text("VpcId")) {
			list = append(list, document{"FirewallName": r.name, "FirewallArn": r.arn})
		}
	}
	return document{"Firewalls": list}, nil
}

// changeOf makes the handler that changes one member of a firewall.
func changeOf(member string) func(*Service, *call) (document, error) {
	return func(s *Service, c *call) (document, error) {
		r, err := s.findFirewall(c)
		if err != nil {
			return nil, err
		}
		if err := s.change(c, r); err != nil {
			return nil, err
		}
		r.members[member] = c.In[member]
		return document{"FirewallArn": r.arn, "FirewallName": r.name, "UpdateToken": r.token, member: c.In[member]}, nil
	}
}

func (s *Service) associatePolicy(c *call) (document, error) {
	r, err := s.findFirewall(c)
	if err != nil {
		return nil, err
	}
	if r.members.Yes("FirewallPolicyChangeProtection") {
		return nil, inUse("The firewall %s is protected from a change of its policy", r.name)
	}
	if err := s.checkPolicyOf(c); err != nil {
		return nil, err
	}
	return changeOf("FirewallPolicyArn")(s, c)
}

func (s *Service) associateSubnets(c *call) (document, error) {
	r, err := s.protectedSubnets(c)
	if err != nil {
		return nil, err
	}
	zones, err := s.zonesOf(c, r.members.Text("VpcId"), subnetsOf(c.In))
	if err != nil {
		return nil, err
	}
	for zone := range zones {
		if r.zones[zone] != nil {
			return nil, invalid("The firewall %s has a subnet in %s already", r.name, zone)
		}
	}
	if err := s.change(c, r); err != nil {
		return nil, err
	}
	if err := s.attach(c, r, zones); err != nil {
		return nil, err
	}
	return s.subnetsAnswer(r), nil
}

func (s *Service) disassociateSubnets(c *call) (document, error) {
	r, err := s.protectedSubnets(c)
	if err != nil {
		return nil, err
	}
	if err := s.change(c, r); err != nil {
		return nil, err
	}
	for zone, a := range r.zones {
		if !slices.Contains(c.In.Texts("SubnetIds"), a.subnet) {
			continue
		}
		if err := s.detach(c, a); err != nil {
			return nil, err
		}
		delete(r.zones, zone)
	}
	return s.subnetsAnswer(r), nil
}

func (s *Service) protectedSubnets(c *call) (*resource, error) {
	r, err := s.findFirewall(c)
	if err == nil && r.members.Yes("SubnetChangeProtection") {
		err = inUse("The firewall %s is protected from a change of its subnets", r.name)
	}
	return r, err
}

func (s *Service) subnetsAnswer(r *resource) document {
	return document{"FirewallArn": r.arn, "FirewallName": r.name, "UpdateToken": r.token, "SubnetMappings": r.mappings()}
}

func (s *Service) deleteFirewall(c *call) (document, error) {
	r, err := s.findFirewall(c)
	if err != nil {
		return nil, err
	}
	if r.members.Yes("DeleteProtection") {
		return nil, inUse("Unable to delete the firewall %s: it has deletion protection", r.name)
	}
	for zone, a := range r.zones {
		if err := s.detach(c, a); err != nil {
			return nil, err
		}
		delete(r.zones, zone)
	}
	delete(s.resources, r.arn)
	return document{"Firewall": s.firewallOf(r),
		"FirewallStatus": document{"Status": "DELETING", "ConfigurationSyncStateSummary": "PENDING", "SyncStates": document{}}}, nil
}
