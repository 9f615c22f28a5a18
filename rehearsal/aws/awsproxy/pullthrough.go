package awsproxy

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"
)

// pullThrough is ECR's pull-through cache rules, for which moto answers 500 (and clients retry that for minutes).
type pullThrough struct {
	account string
	mu      sync.Mutex
	rules   map[string]map[string]rule // by region and prefix
}

type rule struct {
	Prefix         string  `json:"ecrRepositoryPrefix"`
	Upstream       string  `json:"upstreamRegistryUrl"`
	Registry       string  `json:"registryId"`
	Name           string  `json:"upstreamRegistry,omitempty"`
	Credential     string  `json:"credentialArn,omitempty"`
	CustomRole     string  `json:"customRoleArn,omitempty"`
	UpstreamPrefix string  `json:"upstreamRepositoryPrefix,omitempty"`
	Created        float64 `json:"createdAt"`
	Updated        float64 `json:"updatedAt"`
}

type ruleRequest struct {
	rule
	Prefixes []string `json:"ecrRepositoryPrefixes"`
}

const ecrTarget = "AmazonEC2ContainerRegistry_V20150921."

// upstreams are the registries that ECR caches for; those that need a login need a credential too.
var upstreams = map[string]struct {
	name  string
	login bool
}{
	"public.ecr.aws": {"ecr-public", false}, "quay.io": {"quay", false}, "registry.k8s.io": {"k8s", false},
	"registry-1.docker.io": {"docker-hub", true}, "ghcr.io": {"github-container-registry", true},
	"registry.gitlab.com": {"gitlab-container-registry", true},
}

var repositoryPrefix = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([a-z0-9]+(?:[._/-][a-z0-9]+)*/?|ROOT)$`) })

func newPullThrough(account string) *pullThrough {
	return &pullThrough{account: account, rules: map[string]map[string]rule{}}
}

type ecrError struct{ code, message string }

// serve answers the calls about rules, and says whether this was one.
func (p *pullThrough) serve(w http.ResponseWriter, r *http.Request, region string) bool {
	operation, ours := strings.CutPrefix(r.Header.Get("X-Amz-Target"), ecrTarget)
	handlers := map[string]func(string, ruleRequest) (any, *ecrError){
		"CreatePullThroughCacheRule":    p.create,
		"DescribePullThroughCacheRules": p.describe,
		"DeletePullThroughCacheRule":    p.remove,
	}
	handle := handlers[operation]
	if !ours || handle == nil {
		return false
	}
	var in ruleRequest
	var answer any
	var refused *ecrError
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&in); err != nil {
		refused = &ecrError{"SerializationException", err.Error()}
	} else {
		p.mu.Lock()
		answer, refused = handle(region, in)
		p.mu.Unlock()
	}
	answerECR(w, answer, refused)
	return true
}

func answerECR(w http.ResponseWriter, answer any, refused *ecrError) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if refused != nil {
		w.Header().Set("X-Amzn-Errortype", refused.code)
		w.WriteHeader(http.StatusBadRequest)
		answer = map[string]string{"__type": refused.code, "message": refused.message}
	}
	_ = json.NewEncoder(w).Encode(answer) // the client is gone; there is nobody to tell
}

func (p *pullThrough) create(region string, in ruleRequest) (any, *ecrError) {
	upstream, known := upstreams[in.Upstream]
	switch {
	case !repositoryPrefix().MatchString(in.Prefix):
		return nil, &ecrError{"InvalidParameterException", "The ecrRepositoryPrefix " + in.Prefix + " is not valid"}
	case !known && !strings.HasSuffix(in.Upstream, ".azurecr.io") && !strings.Contains(in.Upstream, ".dkr.ecr."):
		return nil, &ecrError{"UnsupportedUpstreamRegistryException", "The upstream registry " + in.Upstream + " is not supported"}
	case upstream.login && in.Credential == "":
		return nil, &ecrError{"InvalidParameterException", "The upstream registry " + in.Upstream + " needs a credentialArn"}
	}
	if _, exists := p.rules[region][in.Prefix]; exists {
		return nil, &ecrError{"PullThroughCacheRuleAlreadyExistsException", "A pull through cache rule with prefix " + in.Prefix + " already exists"}
	}
	made := in.rule
	made.Registry, made.Name = p.account, upstream.name
	made.Created = float64(time.Now().Unix())
	made.Updated = made.Created
	if p.rules[region] == nil {
		p.rules[region] = map[string]rule{}
	}
	p.rules[region][in.Prefix] = made
	return made, nil
}

func (p *pullThrough) describe(region string, in ruleRequest) (any, *ecrError) {
	list := []rule{}
	for prefix, r := range p.rules[region] {
		if len(in.Prefixes) == 0 || slices.Contains(in.Prefixes, prefix) {
			list = append(list, r)
		}
	}
	if len(in.Prefixes) > 0 && len(list) == 0 {
		return nil, notFoundRule(in.Prefixes[0])
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Prefix < list[j].Prefix })
	return map[string]any{"pullThroughCacheRules": list}, nil
}

func (p *pullThrough) remove(region string, in ruleRequest) (any, *ecrError) {
	r, exists := p.rules[region][in.Prefix]
	if !exists {
		return nil, notFoundRule(in.Prefix)
	}
	delete(p.rules[region], in.Prefix)
	return r, nil
}

func notFoundRule(prefix string) *ecrError {
	return &ecrError{"PullThroughCacheRuleNotFoundException", "The pull through cache rule with prefix " + prefix + " does not exist"}
}
