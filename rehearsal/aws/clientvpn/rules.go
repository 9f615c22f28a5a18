package clientvpn

import (
	"slices"

	"drover/rehearsal/aws/answer"
)

// rule lets clients reach a network: all of them (group is empty), or those of a group.
type rule struct{ destination, group, description string }

// route leads to a network through an associated subnet.
type route struct{ destination, subnet, origin, description string }

func (s *Service) authorize(c *call) (answer.Element, error) {
	e, err := s.asked(c)
	if err != nil {
		return nil, err
	}
	r := &rule{destination: c.form.Get("TargetNetworkCidr"), group: c.form.Get("AccessGroupId"), description: c.form.Get("Description")}
	if _, err := network(r.destination); err != nil {
		return nil, err
	}
	if (r.group == "") == !answer.Bool(c.form, "AuthorizeAllGroups", false) {
		return nil, invalid("One of AccessGroupId and AuthorizeAllGroups is needed, and not both")
	}
	if slices.ContainsFunc(e.rules, func(other *rule) bool { return other.destination == r.destination && other.group == r.group }) {
		return nil, answer.Refuse("InvalidClientVpnDuplicateAuthorizationRule", "%s has a rule for %s already", e.id, r.destination)
	}
	e.rules = append(e.rules, r)
	return answer.Element{"status": answer.Element{"code": "authorizing"}}, nil
}

func (s *Service) describeRules(c *call) (answer.Element, error) {
	e, err := s.asked(c)
	if err != nil {
		return nil, err
	}
	filters := answer.Filters(c.form)
	var list []answer.Element
	for _, r := range e.rules {
		if matches(filters, map[string]any{"destination-cidr": r.destination, "group-id": r.group, "description": r.description}) {
			list = append(list, answer.Element{"clientVpnEndpointId": e.id, "description": r.description, "groupId": r.group,
				"accessAll": r.group == "", "destinationCidr": r.destination, "status": answer.Element{"code": "active"}})
		}
	}
	return answer.Element{"authorizationRule": list}, nil
}

func (s *Service) revoke(c *call) (answer.Element, error) {
	e, err := s.asked(c)
	if err != nil {
		return nil, err
	}
	destination, group := c.form.Get("TargetNetworkCidr"), c.form.Get("AccessGroupId")
	i := slices.IndexFunc(e.rules, func(r *rule) bool { return r.destination == destination && r.group == group })
	if i < 0 {
		return nil, answer.Refuse("InvalidClientVpnEndpointAuthorizationRuleNotFound", "%s has no rule for %s", e.id, destination)
	}
	e.rules = slices.Delete(e.rules, i, i+1)
	return answer.Element{"status": answer.Element{"code": "revoking"}}, nil
}

func (s *Service) createRoute(c *call) (answer.Element, error) {
	e, err := s.asked(c)
	if err != nil {
		return nil, err
	}
	r := &route{destination: c.form.Get("DestinationCidrBlock"), subnet: c.form.Get("TargetVpcSubnetId"), origin: "add-route",
		description: c.form.Get("Description")}
	if _, err := network(r.destination); err != nil {
		return nil, err
	}
	associated := false
	for _, a := range e.associations {
		associated = associated || a.subnet == r.subnet
	}
	if !associated && r.subnet != "local" {
		return nil, answer.Refuse("InvalidClientVpnActiveAssociationNotFound", "%s is not associated with %s", e.id, r.subnet)
	}
	if slices.ContainsFunc(e.routes, r.same) {
		return nil, answer.Refuse("InvalidClientVpnDuplicateRoute", "%s has a route to %s through %s already", e.id, r.destination, r.subnet)
	}
	e.routes = append(e.routes, r)
	return answer.Element{"status": answer.Element{"code": "creating"}}, nil
}

func (r *route) same(other *route) bool {
	return other.destination == r.destination && other.subnet == r.subnet
}

func (s *Service) describeRoutes(c *call) (answer.Element, error) {
	e, err := s.asked(c)
	if err != nil {
		return nil, err
	}
	filters := answer.Filters(c.form)
	var list []answer.Element
	for _, r := range e.routes {
		if matches(filters, map[string]any{"destination-cidr": r.destination, "target-subnet": r.subnet, "origin": r.origin}) {
			list = append(list, answer.Element{"clientVpnEndpointId": e.id, "destinationCidr": r.destination, "targetSubnet": r.subnet,
				"type": "Nat", "origin": r.origin, "status": answer.Element{"code": "active"}, "description": r.description})
		}
	}
	return answer.Element{"routes": list}, nil
}

func (s *Service) deleteRoute(c *call) (answer.Element, error) {
	e, err := s.asked(c)
	if err != nil {
		return nil, err
	}
	wanted := &route{destination: c.form.Get("DestinationCidrBlock"), subnet: c.form.Get("TargetVpcSubnetId")}
	i := slices.IndexFunc(e.routes, wanted.same)
	switch {
	case i < 0:
		return nil, answer.Refuse("InvalidClientVpnRouteNotFound", "%s has no route to %s", e.id, wanted.destination)
	case e.routes[i].origin == "associate":
		return nil, invalid("The route to %s goes with its association", wanted.destination)
	}
	e.routes = slices.Delete(e.routes, i, i+1)
	return answer.Element{"status": answer.Element{"code": "deleting"}}, nil
}
