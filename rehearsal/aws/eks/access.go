package eks

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
)

type accessEntry struct {
	principal, arn, username, kind string
	groups                         []string
	created, modified              float64
	tags                           map[string]string
	policies                       map[string]*accessPolicy // by ARN
}

type accessRequest struct {
	Principal string            `json:"principalArn"`
	Groups    []string          `json:"kubernetesGroups"`
	Username  string            `json:"username"`
	Type      string            `json:"type"`
	Tags      map[string]string `json:"tags"`
}

var (
	principalARN = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:(role|user)/(?:.*/)?([^/]+)$`)
	})
	entryTypes = []string{"STANDARD", "EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "EC2", "HYBRID_LINUX", "HYPERPOD_LINUX"}
)

func (s *Service) createAccessEntry(c *call) (any, error) {
	var in accessRequest
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if in.Type == "" {
		in.Type = "STANDARD"
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	cl, err := s.accessCluster(c)
	if err != nil {
		return nil, err
	}
	if cl.entries[in.Principal] != nil {
		return nil, refuse(inUse, "The specified access entry resource is already in use on this cluster.")
	}
	entry := s.newEntry(cl, in.Principal, in.Type)
	maps.Copy(entry.tags, in.Tags)
	entry.groups = append(entry.groups, in.Groups...)
	if in.Username != "" {
		entry.username = in.Username
	}
	return object{"accessEntry": entry.describe(cl)}, nil
}

func (in *accessRequest) check() error {
	switch {
	case !principalARN().MatchString(in.Principal):
		return refuse(invalidParameter, "The principalArn parameter format is not valid: %s", in.Principal)
	case !slices.Contains(entryTypes, in.Type):
		return refuse(invalidParameter, "The type %q is none of %s", in.Type, strings.Join(entryTypes, ", "))
	case in.Type != "STANDARD" && (len(in.Groups) > 0 || in.Username != ""):
		return refuse(invalidParameter, "An access entry of type %s takes no kubernetesGroups or username", in.Type)
	}
	return checkNames(in.Groups, in.Username)
}

// checkNames refuses what Kubernetes reserves; the prefixes are those of EKS's documentation on access entries.
func checkNames(groups []string, username string) error {
	reserved := []string{"system:", "eks:", "aws:", "amazon:", "iam:"}
	for _, prefix := range reserved {
		if strings.HasPrefix(username, prefix) {
			return refuse(invalidParameter, "The username may not start with %s", prefix)
		}
		for _, group := range groups {
			if strings.HasPrefix(group, prefix) {
				return refuse(invalidParameter, "The kubernetes group name %s is invalid, it cannot start with %s", group, prefix)
			}
		}
	}
	return nil
}

// newEntry adds an entry with the user name that EKS gives by default. The caller holds the lock.
func (s *Service) newEntry(cl *cluster, principal, kind string) *accessEntry {
	now := seconds(s.now())
	m := principalARN().FindStringSubmatch(principal)
	account := strings.Split(principal, ":")[4]
	username := principal
	switch {
	case kind == "EC2_LINUX" || kind == "EC2_WINDOWS" || kind == "EC2":
		username = "system:node:{{EC2PrivateDNSName}}"
	case m[1] == "role":
		username = "arn:aws:sts::" + account + ":assumed-role/" + m[2] + "/{{SessionName}}"
	}
	entry := &accessEntry{principal: principal, kind: kind, username: username, created: now, modified: now,
		arn:  s.arn(cl.region, "access-entry", cl.name, m[1], account, m[2], uuid()),
		tags: map[string]string{}, policies: map[string]*accessPolicy{}}
	if kind == "EC2_LINUX" {
		entry.groups = []string{"system:nodes"}
	}
	cl.entries[principal] = entry
	return entry
}

func (e *accessEntry) describe(cl *cluster) object {
	groups := append([]string{}, e.groups...)
	return object{"clusterName": cl.name, "principalArn": e.principal, "kubernetesGroups": groups,
		"accessEntryArn": e.arn, "createdAt": e.created, "modifiedAt": e.modified, "tags": maps.Clone(e.tags),
		"username": e.username, "type": e.kind}
}

// accessCluster finds a cluster that has access entries. The caller holds the lock.
func (s *Service) accessCluster(c *call) (*cluster, error) {
	cl, err := s.cluster(c)
	if err == nil && cl.mode() == "CONFIG_MAP" {
		err = refuse(invalidRequest, "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.")
	}
	return cl, err
}

// entry finds an access entry, or refuses as EKS does. The caller holds the lock.
func (s *Service) entry(c *call) (*cluster, *accessEntry, error) {
	cl, err := s.accessCluster(c)
	if err != nil {
		return nil, nil, err
	}
	entry := cl.entries[c.vars["principalArn"]]
	if entry == nil {
		return nil, nil, refuse(notFound, "The specified principalArn could not be found. You can view all available access entries with 'list-access-entries'.")
	}
	return cl, entry, nil
}

func (s *Service) describeAccessEntry(c *call) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cl, entry, err := s.entry(c)
	if err != nil {
		return nil, err
	}
	return object{"accessEntry": entry.describe(cl)}, nil
}

func (s *Service) listAccessEntries(c *call) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cl, err := s.accessCluster(c)
	if err != nil {
		return nil, err
	}
	principals := sortedKeys(cl.entries)
	if policy := c.query.Get("associatedPolicyArn"); policy != "" {
		principals = slices.DeleteFunc(principals, func(p string) bool { return cl.entries[p].policies[policy] == nil })
	}
	part, next, err := page(c, principals)
	if err != nil {
		return nil, err
	}
	return object{"accessEntries": part, "nextToken": next}, nil
}

func (s *Service) updateAccessEntry(c *call) (any, error) {
	var in struct {
		Groups   *[]string `json:"kubernetesGroups"`
		Username *string   `json:"username"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	cl, entry, err := s.entry(c)
	if err != nil {
		return nil, err
	}
	if entry.kind != "STANDARD" {
		return nil, refuse(invalidRequest, "An access entry of type %s cannot be updated", entry.kind)
	}
	groups, username := entry.groups, entry.username
	if in.Groups != nil {
		groups = *in.Groups
		if err := checkNames(groups, ""); err != nil {
			return nil, err
		}
	}
	if in.Username != nil {
		username = *in.Username
		if err := checkNames(nil, username); err != nil {
			return nil, err
		}
	}
	entry.groups, entry.username, entry.modified = groups, username, seconds(s.now())
	return object{"accessEntry": entry.describe(cl)}, nil
}

func (s *Service) deleteAccessEntry(c *call) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cl, entry, err := s.entry(c)
	if err != nil {
		return nil, err
	}
	delete(cl.entries, entry.principal)
	return nil, nil
}
