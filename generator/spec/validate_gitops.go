package spec

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

var scpLike = lazily(`^[A-Za-z0-9_.-]+@[A-Za-z0-9.-]+:[^\s]+$`)

func (v *validator) gitops() {
	g := v.c.Spec.GitOps
	if g == nil {
		return
	}
	path := "spec.gitops.repository"
	u, err := url.Parse(g.Repository)
	switch {
	case g.Repository == "" || scpLike.MatchString(g.Repository):
	case err != nil || !slices.Contains([]string{"https", "ssh"}, u.Scheme) || u.Host == "":
		v.redactAddress(path, g.Repository)
		v.wrong(path, path+" is not a repository that a cluster can fetch: it has to be an https:// or ssh:// address", "write it like https://git.example.com/team/clusters.git")
	case hasPassword(u):
		v.redact(v.where(path))
		v.wrong(path, path+" holds a password, and a spec never holds a secret", "remove it from the address, and write credentials: {vault: "+v.c.Metadata.Name+"/git}, or {env: GIT_TOKEN}; drover gives the cluster what that secret or variable holds")
	}
	if g.Revision != "" {
		v.matches("spec.gitops.revision", g.Revision, branch)
	}
	if strings.HasPrefix(g.Path, "/") || slices.Contains(strings.Split(g.Path, "/"), "..") {
		v.wrong("spec.gitops.path", fmt.Sprintf("spec.gitops.path %q leaves the repository", g.Path), "write a path below its root, such as clusters/shop-prod")
	}
	v.components(g.Components)
	v.gitCredentials(*g)
	v.gitIsReached(*g)
	v.agentIsPulled()
}

// branch is what git takes as the name of a branch, a tag or a commit: https://git-scm.com/docs/git-check-ref-format
var branch = form{lazily(`^[^\s~^:?*\[\\]+$`), "a branch, a tag or a commit", "main"}

// components says of every controller who brings it.
func (v *validator) components(names []string) {
	const path = "spec.gitops.components"
	known := true
	for i, name := range names {
		known = oneIs(v, fmt.Sprintf("%s[%d]", path, i), name) && known
	}
	v.unique(names, "the component", indexed(path))
	if i := slices.Index(names, "external-dns"); i >= 0 {
		v.warn(fmt.Sprintf("%s[%d]", path, i), "", "external-dns gets no rights: the records of the domain are Terraform's, which moves traffic by them", "remove it, or let it write to a zone that is not this domain's")
	}
	if len(names) > 0 && known {
		v.unwise("own-components", path, "drover installs none of these itself, and the repository has to bring each: "+strings.Join(names, ", "), "have an Application for each in the repository")
	}
}

// gitCredentials checks what a private repository is read with.
func (v *validator) gitCredentials(g GitOps) {
	const path = "spec.gitops.credentials"
	c, ssh := g.Credentials, g.overSSH()
	switch {
	case c == nil && ssh && v.has("spec.gitops.repository"):
		v.wrong("spec.gitops.repository", "a repository is read by ssh with a key, and "+path+" names none", "write credentials: {env: GIT_DEPLOY_KEY}, and set that variable to a private key where drover runs; or write the https:// address of a public repository")
		return
	case c == nil:
		return
	}
	v.gitVault(path, *c)
	if c.Env != "" && !envName.MatchString(c.Env) {
		v.redact(v.where(path + ".env")) // people paste the secret itself here
		v.wrong(path+".env", path+".env is not the name of an environment variable: capital letters, digits and _", "write env: GIT_TOKEN, and set that variable where drover runs")
	}
	if c.Username != "" && ssh {
		v.wrong(path+".username", "the user of an ssh:// address stands in the address", "write it like ssh://git@git.example.com/team/clusters.git, and remove the line")
	}
	if c.Username != "" {
		v.matches(path+".username", c.Username, gitUser)
	}
}

// gitVault checks where the secret is. Whoever writes a spec names the host that gets it, too: so it has to be one of the cluster's own.
func (v *validator) gitVault(path string, c GitCredentials) {
	v.secretRef(path, SecretRef{Vault: c.Vault}, "GIT_TOKEN")
	switch own := v.c.ownSecrets(); {
	case (c.Env == "") == (c.Vault == ""):
		v.wrong(path, path+" names the secret by either vault or env", "write credentials: {vault: "+own[0]+"git}, or {env: GIT_TOKEN}")
	case c.Vault != "" && !v.failedWithin(path+".vault") && !slices.ContainsFunc(own, func(prefix string) bool { return strings.HasPrefix(c.Vault, prefix) && c.Vault != prefix }):
		v.wrong(path+".vault", path+".vault is not a secret of this cluster, and would be sent to the repository's host", "give it a name that begins with "+strings.Join(own, " or "))
	}
}

// ownSecrets are what the names of the cluster's own secrets begin with.
func (c Cluster) ownSecrets() []string {
	own := []string{c.Metadata.Name + "/"}
	if prefix := c.SecretsPrefix(); prefix != "" && prefix != c.Metadata.Name {
		own = append(own, strings.TrimSuffix(prefix, "/")+"/")
	}
	return own
}

var gitUser = form{lazily(`^[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}$`), "a user name", "git"}

// overSSH is whether the repository is read with a key.
func (g GitOps) overSSH() bool {
	return strings.HasPrefix(g.Repository, "ssh://") || scpLike.MatchString(g.Repository)
}

// gitIsReached checks that restricted egress lets Argo CD to its repository.
func (v *validator) gitIsReached(g GitOps) {
	egress := v.c.Spec.Network.Egress
	u, err := url.Parse(g.Repository)
	if egress.Mode != "restricted" || err != nil || u.Scheme != "https" || v.failedWithin("spec.gitops.repository") || reaches(egress.Allow, u.Hostname()) {
		return
	}
	v.unwise("blocked-repository", "spec.network.egress.allow", "restricted egress keeps Argo CD from the repository, unless that is in a connected network", "add "+u.Hostname())
}

// agentImages are the registries of Argo CD's images, and the caches that have them.
var agentImages = []struct{ host, cache string }{{"quay.io", "quay"}, {"ghcr.io", "github"}, {"public.ecr.aws", "ecr-public"}}

// agentIsPulled checks that nodes get Argo CD's images.
func (v *validator) agentIsPulled() {
	n := v.c.Spec.Network
	var lacking []string
	for _, image := range agentImages {
		leaves := n.NAT != "none" && (n.Egress.Mode != "restricted" || reaches(n.Egress.Allow, image.host))
		if !leaves && !v.c.Caches(image.cache) {
			lacking = append(lacking, image.host)
		}
	}
	if len(lacking) == 0 || v.failedWithin("spec.network") || v.failedWithin("spec.services") {
		return
	}
	help := "have services.registry.pullThrough cache them, which takes spec.account"
	if n.NAT != "none" {
		help = "add " + strings.Join(lacking, " and ") + ", or " + help
	}
	v.unwise("blocked-images", "spec.gitops", "nodes do not reach the registries of Argo CD's images: "+strings.Join(lacking, " and "), help)
}

// Caches is whether Argo CD's images of a registry are pulled through a cache of the cluster's own.
func (c Cluster) Caches(upstream string) bool {
	s := c.Spec
	return s.Platform == AWS && s.Account != "" && s.Services.Registry != nil && slices.Contains(s.Services.Registry.PullThrough, upstream)
}
