package eks

import (
	"maps"
	"slices"
)

// association is a Pod Identity association: pods of one service account take one role.
type association struct {
	id, arn, namespace, serviceAccount, role string
	targetRole, externalID, owner            string
	disableSessionTags                       bool
	created, modified                        float64
	tags                                     map[string]string
}

type associationRequest struct {
	Namespace          string            `json:"namespace"`
	ServiceAccount     string            `json:"serviceAccount"`
	Role               string            `json:"roleArn"`
	TargetRole         *string           `json:"targetRoleArn"`
	DisableSessionTags *bool             `json:"disableSessionTags"`
	Tags               map[string]string `json:"tags"`
}

func (s *Service) createAssociation(c *call) (any, error) {
	var in associationRequest
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	cl, err := s.cluster(c)
	if err != nil {
		return nil, err
	}
	a, err := s.associate(cl, in, "")
	if err != nil {
		return nil, err
	}
	return object{"association": a.describe(cl)}, nil
}

// associate adds an association, for an add-on when owner is its ARN. The caller holds the lock.
func (s *Service) associate(cl *cluster, in associationRequest, owner string) (*association, error) {
	switch {
	case in.Namespace == "" || in.ServiceAccount == "":
		return nil, refuse(invalidParameter, "namespace and serviceAccount can't be empty")
	case !roleARN().MatchString(in.Role):
		return nil, refuse(invalidParameter, "Role provided in the request is not a role's ARN: %s", in.Role)
	}
	for _, other := range cl.associations {
		if other.namespace == in.Namespace && other.serviceAccount == in.ServiceAccount {
			return nil, refuse(inUse, "Association already exists: %s", other.id)
		}
	}
	now := seconds(s.now())
	a := &association{id: "a-" + id(17), namespace: in.Namespace, serviceAccount: in.ServiceAccount, role: in.Role,
		owner: owner, created: now, modified: now, tags: map[string]string{}}
	a.arn = s.arn(cl.region, "podidentityassociation", cl.name, a.id)
	maps.Copy(a.tags, in.Tags)
	a.configure(cl, in)
	cl.associations[a.id] = a
	return a, nil
}

func (a *association) configure(cl *cluster, in associationRequest) {
	if in.TargetRole != nil {
		a.targetRole, a.externalID = *in.TargetRole, ""
		if a.targetRole != "" {
			a.externalID = cl.region + "/" + cl.name + "/" + a.namespace + "/" + a.serviceAccount
		}
	}
	if in.DisableSessionTags != nil {
		a.disableSessionTags = *in.DisableSessionTags
	}
}

func (a *association) describe(cl *cluster) object {
	described := a.summary(cl)
	maps.Copy(described, object{"roleArn": a.role, "tags": maps.Clone(a.tags), "createdAt": a.created, "modifiedAt": a.modified,
		"disableSessionTags": a.disableSessionTags})
	if a.targetRole != "" {
		described["targetRoleArn"], described["externalId"] = a.targetRole, a.externalID
	}
	return described
}

func (a *association) summary(cl *cluster) object {
	s := object{"clusterName": cl.name, "namespace": a.namespace, "serviceAccount": a.serviceAccount,
		"associationArn": a.arn, "associationId": a.id}
	if a.owner != "" {
		s["ownerArn"] = a.owner
	}
	return s
}

// association finds an association, or refuses as EKS does. The caller holds the lock.
func (s *Service) association(c *call) (*cluster, *association, error) {
	cl, err := s.cluster(c)
	if err != nil {
		return nil, nil, err
	}
	a := cl.associations[c.vars["associationId"]]
	if a == nil {
		return nil, nil, refuse(notFound, "No association found with ID: %s", c.vars["associationId"])
	}
	return cl, a, nil
}

func (s *Service) describeAssociation(c *call) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cl, a, err := s.association(c)
	if err != nil {
		return nil, err
	}
	return object{"association": a.describe(cl)}, nil
}

func (s *Service) listAssociations(c *call) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cl, err := s.cluster(c)
	if err != nil {
		return nil, err
	}
	list := []object{}
	for _, id := range sortedKeys(cl.associations) {
		a := cl.associations[id]
		if matches(c.query["namespace"], a.namespace) && matches(c.query["serviceAccount"], a.serviceAccount) {
			list = append(list, a.summary(cl))
		}
	}
	part, next, err := page(c, list)
	if err != nil {
		return nil, err
	}
	return object{"associations": part, "nextToken": next}, nil
}

func matches(asked []string, value string) bool {
	return len(asked) == 0 || slices.Contains(asked, value)
}

func (s *Service) updateAssociation(c *call) (any, error) {
	var in associationRequest
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	cl, a, err := s.association(c)
	if err != nil {
		return nil, err
	}
	if in.Role != "" {
		if !roleARN().MatchString(in.Role) {
			return nil, refuse(invalidParameter, "Role provided in the request is not a role's ARN: %s", in.Role)
		}
		a.role = in.Role
	}
	a.configure(cl, in)
	a.modified = seconds(s.now())
	return object{"association": a.describe(cl)}, nil
}

func (s *Service) deleteAssociation(c *call) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cl, a, err := s.association(c)
	if err != nil {
		return nil, err
	}
	if a.owner != "" {
		return nil, refuse(invalidRequest, "The association %s is managed by the add-on %s", a.id, a.owner)
	}
	delete(cl.associations, a.id)
	return object{"association": a.describe(cl)}, nil
}
