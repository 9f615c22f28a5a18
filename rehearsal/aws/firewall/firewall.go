package firewall

import (
	"maps"
	"reflect"
	"slices"

	"drover/rehearsal/resource"
)

// changed counts the destinations that are different, by the type of the logs.
func changed(before []document, after map[string]document) int {
	was, n := map[string]document{}, 0
	for _, config := range before {
		was[config.Text("LogType")] = config
		if !reflect.DeepEqual(config, after[config.Text("LogType")]) {
			n++
		}
	}
	for kind := range after {
		if was[kind] == nil {
			n++
		}
	}
	return n
}

// endpoints are a firewall's own, by zone.
type endpoints map[string]*attachment

func endpointsOf(firewall *resource.Item) endpoints { return firewall.Own.(endpoints) } //nolint:forcetypeassert // makeFirewall set it

func subnetsOf(d document) []string { return d.All("SubnetMappings.SubnetId") }

func (s service) makeFirewall(c *resource.Call, firewall *resource.Item) error {
	firewall.Own = endpoints{}
	return s.associate(c, firewall, subnetsOf(firewall.Fields))
}

// associate puts a firewall into more subnets.
func (s service) associate(c *resource.Call, firewall *resource.Item, subnets []string) error {
	zones, err := s.zonesOf(c, firewall.Fields.Text("VpcId"), subnets)
	if err != nil {
		return err
	}
	for zone := range zones {
		if endpointsOf(firewall)[zone] != nil {
			return resource.Refuse(invalid, "The firewall %s has a subnet in %s already", firewall.Fields.Text("Name"), zone)
		}
	}
	return s.attach(c, firewall, zones)
}

func (s service) associateSubnets(c *resource.Call, firewall *resource.Item) (document, error) {
	before, next := firewall.Fields, firewall.Fields.Clone()
	next["SubnetMappings"] = append(next.List("SubnetMappings"), c.In.List("SubnetMappings")...)
	if err := c.Change(firewall, next); err != nil {
		return nil, err
	}
	if err := s.associate(c, firewall, subnetsOf(c.In)); err != nil {
		firewall.Fields = before
		return nil, err
	}
	return c.View(firewall), nil
}

func (s service) disassociateSubnets(c *resource.Call, firewall *resource.Item) (document, error) {
	next, going := firewall.Fields.Clone(), c.In.Texts("SubnetIds")
	next["SubnetMappings"] = slices.DeleteFunc(next.List("SubnetMappings"), func(m document) bool { return slices.Contains(going, m.Text("SubnetId")) })
	if err := c.Change(firewall, next); err != nil {
		return nil, err
	}
	if err := s.detachAll(c, firewall, func(a *attachment) bool { return slices.Contains(going, a.subnet) }); err != nil {
		return nil, err
	}
	return c.View(firewall), nil
}

func (s service) unmake(c *resource.Call, firewall *resource.Item) error {
	return s.detachAll(c, firewall, func(*attachment) bool { return true })
}

func (s service) detachAll(c *resource.Call, firewall *resource.Item, going func(*attachment) bool) error {
	for zone, a := range endpointsOf(firewall) {
		if !going(a) {
			continue
		}
		if err := s.detach(c, a); err != nil {
			return err
		}
		delete(endpointsOf(firewall), zone)
	}
	return nil
}

// viewFirewall tells where the endpoints are, once they are.
func viewFirewall(c *resource.Call, firewall *resource.Item, d document) {
	mappings, states := []document{}, document{}
	zones, state := endpointsOf(firewall), c.State(firewall)
	for _, zone := range slices.Sorted(maps.Keys(zones)) {
		a := zones[zone]
		mappings = append(mappings, document{"SubnetId": a.subnet, "IPAddressType": "IPV4"})
		states[zone] = document{"Config": document{},
			"Attachment": document{"SubnetId": a.subnet, "EndpointId": a.endpoint, "Status": "READY"}}
	}
	d["NumberOfAssociations"], d["SubnetMappings"] = 0, mappings
	d["FirewallStatus"] = document{"Status": state, "ConfigurationSyncStateSummary": "IN_SYNC", "SyncStates": states}
	if state != "READY" {
		d["FirewallStatus"] = document{"Status": state, "ConfigurationSyncStateSummary": "PENDING", "SyncStates": document{}}
	}
}
