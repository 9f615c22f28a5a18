package eks

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"sync"
)

type addon struct {
	name, arn, version, role, configuration string
	created, modified                       float64
	tags                                    map[string]string
	associations                            []string // ids
	ready, updating                         bool     // whether its workloads run
}

type addonRequest struct {
	Name          string             `json:"addonName"`
	Version       string             `json:"addonVersion"`
	Role          *string            `json:"serviceAccountRoleArn"`
	Conflicts     string             `json:"resolveConflicts"`
	Configuration *string            `json:"configurationValues"`
	Tags          map[string]string  `json:"tags"`
	Associations  []addonAssociation `json:"podIdentityAssociations"`
}

type addonAssociation struct {
	ServiceAccount string `json:"serviceAccount"`
	Role           string `json:"roleArn"`
}

func (s *Service) createAddon(c *call) (any, error) {
	var in addonRequest
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	cl, err := s.cluster(c)
	if err != nil {
		return nil, err
	}
	known := catalog(in.Name)
	switch {
	case known == nil:
		return nil, refuse(invalidParameter, "Addon %s specified is not supported", in.Name)
	case cl.addons[in.Name] != nil:
		return nil, refuse(inUse, "Addon already exists.")
	}
	if in.Version == "" {
		in.Version = known.version(cl.version)
	}
	if err := in.check(cl.version); err != nil {
		return nil, err
	}
	now := seconds(s.now())
	a := &addon{name: in.Name, version: in.Version, created: now, modified: now, tags: map[string]string{},
		arn: s.arn(c.region, "addon", cl.name, in.Name, uuid())}
	maps.Copy(a.tags, in.Tags)
	if err := s.configureAddon(cl, a, in); err != nil {
		return nil, err
	}
	cl.addons[in.Name] = a
	delete(cl.kept, in.Name)
	delete(cl.selfManaged, in.Name)
	cl.wake()
	return object{"addon": s.describeOne(cl, a)}, nil
}

var addonVersion = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^v\d+\.\d+\.\d+(-[A-Za-z0-9.]+)*-eksbuild\.\d+$`) })

// check refuses what EKS refuses whatever the add-on is. Which builds exist changes weekly, so any well-formed one
// is taken; kube-proxy's is that of its cluster or older.
func (in *addonRequest) check(clusterVersion string) error {
	switch {
	case !addonVersion().MatchString(in.Version):
		return refuse(invalidParameter, "Addon version specified is not supported: %s", in.Version)
	case in.Conflicts != "" && !slices.Contains([]string{"OVERWRITE", "NONE", "PRESERVE"}, in.Conflicts):
		return refuse(invalidParameter, "resolveConflicts %q is none of OVERWRITE, NONE, PRESERVE", in.Conflicts)
	case in.Role != nil && *in.Role != "" && !roleARN().MatchString(*in.Role):
		return refuse(invalidParameter, "serviceAccountRoleArn %s is not a role's ARN", *in.Role)
	case in.Configuration != nil && *in.Configuration != "" && !isObject(*in.Configuration):
		return refuse(invalidParameter, "ConfigurationValue provided in request is not supported: it is not a JSON object")
	}
	if err := in.checkEnvironment(); err != nil {
		return err
	}
	if m := kubeProxyMinor().FindStringSubmatch(in.Version); in.Name == "kube-proxy" && m != nil && minorOf(m[1]) > minorOf(clusterVersion) {
		return refuse(invalidParameter, "Addon version specified is not supported: %s on a cluster at %s", in.Version, clusterVersion)
	}
	return nil
}

// checkEnvironment refuses variables of the network plugin that are no texts, as its schema does
// (DescribeAddonConfiguration). The rest of the schemas is EKS's, and not known here.
func (in *addonRequest) checkEnvironment() error {
	var settings struct {
		Env map[string]any `json:"env"`
	}
	if in.Name != "vpc-cni" || in.Configuration == nil || *in.Configuration == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(*in.Configuration), &settings); err != nil {
		return refuse(invalidParameter, "ConfigurationValue provided in request is not supported: Json schema validation failed with error: $.env: object expected")
	}
	for _, name := range sortedKeys(settings.Env) {
		if _, text := settings.Env[name].(string); !text {
			return refuse(invalidParameter, "ConfigurationValue provided in request is not supported: Json schema validation failed with error: $.env.%s: string expected", name)
		}
	}
	return nil
}

var kubeProxyMinor = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^v(\d+\.\d+)\.`) })

func isObject(s string) bool {
	var o map[string]any
	return json.Unmarshal([]byte(s), &o) == nil
}

// configureAddon applies the members that both create and update have. The caller holds the lock.
func (s *Service) configureAddon(cl *cluster, a *addon, in addonRequest) error {
	if in.Role != nil {
		a.role = *in.Role
	}
	if in.Configuration != nil {
		a.configuration = *in.Configuration
	}
	if in.Associations == nil {
		return nil
	}
	cl.dropAddonAssociations(a)
	for _, asked := range in.Associations {
		made, err := s.associate(cl, associationRequest{Namespace: catalog(a.name).namespace,
			ServiceAccount: asked.ServiceAccount, Role: asked.Role}, a.arn)
		if err != nil {
			return fmt.Errorf("associate an identity with add-on %s: %w", a.name, err)
		}
		a.associations = append(a.associations, made.id)
	}
	return nil
}

func (cl *cluster) dropAddonAssociations(a *addon) {
	for _, id := range a.associations {
		delete(cl.associations, id)
	}
	a.associations = nil
}

func (s *Service) describeOne(cl *cluster, a *addon) object {
	until := "CREATING"
	if a.updating {
		until = "UPDATING"
	}
	described := object{"addonName": a.name, "clusterName": cl.name, "status": cl.stateOf(a.ready, until), "addonVersion": a.version,
		"addonArn": a.arn, "createdAt": a.created, "modifiedAt": a.modified, "tags": maps.Clone(a.tags),
		"health": object{"issues": []any{}}, "publisher": "eks", "owner": "aws"}
	if a.role != "" {
		described["serviceAccountRoleArn"] = a.role
	}
	if a.configuration != "" {
		described["configurationValues"] = a.configuration
	}
	if len(a.associations) > 0 {
		arns := []string{}
		for _, id := range a.associations {
			arns = append(arns, cl.associations[id].arn)
		}
		described["podIdentityAssociations"] = arns
	}
	return described
}

// addon finds an add-on, or refuses as EKS does. The caller holds the lock.
func (s *Service) addon(c *call) (*cluster, *addon, error) {
	cl, err := s.cluster(c)
	if err != nil {
		return nil, nil, err
	}
	a := cl.addons[c.vars["addonName"]]
	if a == nil {
		return nil, nil, refuse(notFound, "No addon: %s found in cluster: %s", c.vars["addonName"], cl.name)
	}
	return cl, a, nil
}

func (s *Service) describeAddon(c *call) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cl, a, err := s.addon(c)
	if err != nil {
		return nil, err
	}
	return object{"addon": s.describeOne(cl, a)}, nil
}

func (s *Service) listAddons(c *call) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cl, err := s.cluster(c)
	if err != nil {
		return nil, err
	}
	part, next, err := page(c, sortedKeys(cl.addons))
	if err != nil {
		return nil, err
	}
	return object{"addons": part, "nextToken": next}, nil
}

func (s *Service) updateAddon(c *call) (any, error) {
	var in addonRequest
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	cl, a, err := s.addon(c)
	if err != nil {
		return nil, err
	}
	in.Name = a.name
	if in.Version == "" {
		in.Version = a.version
	}
	if err := in.check(cl.version); err != nil {
		return nil, err
	}
	if err := s.configureAddon(cl, a, in); err != nil {
		return nil, err
	}
	a.ready = a.ready && a.version == in.Version
	a.version, a.modified, a.updating = in.Version, seconds(s.now()), true
	cl.wake()
	return s.record(cl, "AddonUpdate", "", a.name, updateParam{"AddonVersion", a.version}), nil
}

func (s *Service) deleteAddon(c *call) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cl, a, err := s.addon(c)
	if err != nil {
		return nil, err
	}
	described := s.describeOne(cl, a)
	described["status"] = "DELETING"
	cl.dropAddonAssociations(a)
	delete(cl.addons, a.name)
	cl.kept[a.name] = c.query.Get("preserve") == "true"
	cl.wake()
	return object{"addon": described}, nil
}
