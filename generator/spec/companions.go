package spec

import (
	"fmt"
	"slices"
	"strings"
)

// companion is a registry that sends clients on to other hosts for the layers
// of an image, or for a token. Restricted egress has to let these pass, too.
type companion struct {
	registry string
	cache    string   // the pull-through cache that does without all of them, if there is one
	hosts    []string // as they would be allowed
	probe    []string // a host of each, to ask whether it is reached
}

// companions are the registries that people use. Docker lists its hosts
// (https://docs.docker.com/desktop/setup/allow-list/); Quay's are in
// https://github.com/openshift/openshift-docs/pull/53210. Kubernetes promises
// no list and advises to mirror (https://github.com/kubernetes/registry.k8s.io/issues/127);
// what it sends clients on to is in issue 237 there. The others are those
// that clients are seen to be sent to: a registry may take more at any time.
var companions = []companion{
	{"registry-1.docker.io", "docker-hub", []string{"auth.docker.io", "production.cloudflare.docker.com", ".r2.cloudflarestorage.com"}, []string{"auth.docker.io", "production.cloudflare.docker.com", "docker-images-prod.r2.cloudflarestorage.com"}},
	{"ghcr.io", "github", []string{"pkg-containers.githubusercontent.com"}, nil},
	{"quay.io", "quay", []string{".quay.io"}, []string{"cdn01.quay.io"}},
	{"registry.k8s.io", "kubernetes", []string{".pkg.dev", ".amazonaws.com"}, []string{"europe-west1-docker.pkg.dev", "prod-registry-k8s-io-eu-west-1.s3.dualstack.eu-west-1.amazonaws.com"}},
	{"public.ecr.aws", "ecr-public", []string{".cloudfront.net"}, []string{"d5l0dvt14r5h8.cloudfront.net"}},
	{"mcr.microsoft.com", "", []string{".data.mcr.microsoft.com"}, []string{"eastus.data.mcr.microsoft.com"}},
	{"registry.gitlab.com", "gitlab", []string{"gitlab.com", "cdn.registry.gitlab-static.net"}, nil},
	{"gcr.io", "", []string{"storage.googleapis.com"}, nil},
}

// companions warns of registries that are allowed without the hosts that they send clients on to.
func (v *validator) companions(e Egress) {
	if e.Mode != "restricted" {
		return
	}
	for _, c := range companions {
		var lacking []string
		for i, host := range c.hosts {
			probe := host
			if c.probe != nil {
				probe = c.probe[i]
			}
			if !reaches(e.Allow, probe) {
				lacking = append(lacking, host)
			}
		}
		if len(lacking) == 0 || !reaches(e.Allow, c.registry) {
			continue
		}
		help := "add " + strings.Join(lacking, " and ")
		if c.cache != "" && slices.Contains(slices.Concat(v.rules.caches, v.rules.logins), c.cache) {
			help += fmt.Sprintf(", or pull through a cache, which needs none of them: services.registry.pullThrough: [%s]", c.cache)
		}
		v.unwise("companion-hosts", "spec.network.egress.allow", fmt.Sprintf("%s sends clients on to hosts that restricted egress drops: pulls of images will hang", c.registry), help)
	}
}
