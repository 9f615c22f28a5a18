package spec

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

var (
	repositoryName = form{lazily(`^[a-z0-9]+([._/-][a-z0-9]+)*$`), "lower-case letters and digits, with . _ - or / between", "shop/checkout"}
	secretPrefix   = form{lazily(`^[A-Za-z0-9_+=.@-]+(/[A-Za-z0-9_+=.@-]+)*$`), "a path without a slash at either end", "shop-prod"}
	secretName     = form{lazily(`^[A-Za-z0-9/_+=.@-]+\*?$`), "the name of a secret, with * at its end at most", "checkout/*"}
	databaseName   = form{lazily(`^[a-z]([a-z0-9]|-[a-z0-9]){0,20}$`), "at most 21 lower-case letters, digits and single dashes, beginning with a letter", "orders"}
	envName        = lazily(`^[A-Z_][A-Z0-9_]*$`)
)

func (v *validator) services() {
	s := v.c.Spec.Services
	if r := s.Registry; r != nil {
		for i, name := range r.Repositories {
			v.matches(fmt.Sprintf("spec.services.registry.repositories[%d]", i), name, repositoryName)
		}
		v.unique(r.Repositories, "the repository", indexed("spec.services.registry.repositories"))
		v.caches(*r)
	}
	if s.Secrets != nil && s.Secrets.Prefix != "" {
		v.matches("spec.services.secrets.prefix", s.Secrets.Prefix, secretPrefix)
	}
	for i, d := range s.Databases {
		v.database(fmt.Sprintf("spec.services.databases[%d]", i), d)
	}
	v.unique(namesOf(s.Databases, func(d Database) string { return d.Name }), "the database", field("spec.services.databases", "name"))
	v.backups(s)
	v.identities(s.Identities)
	if s.Alerts != nil {
		v.alerts(*s.Alerts)
	}
}

func (v *validator) caches(r Registry) {
	const path, logins = "spec.services.registry.pullThrough", "spec.services.registry.logins"
	for i, name := range r.PullThrough {
		at := fmt.Sprintf("%s[%d]", path, i)
		if v.rules.caches == nil || !oneIs(v, at, name, slices.Concat(v.rules.caches, v.rules.logins)...) || !slices.Contains(v.rules.logins, name) {
			continue
		}
		if _, given := r.Logins[name]; !given {
			v.wrong(at, fmt.Sprintf("%s is cached with a login only, and spec.services.registry.logins names no secret for it", name), v.makeLogin(name))
		}
	}
	v.unique(r.PullThrough, "the upstream", indexed(path))
	for _, name := range sortedKeys(r.Logins) {
		at := logins + "." + name
		switch {
		case v.rules.logins == nil:
			v.forAWS(at, "login of a cache")
		case !slices.Contains(v.rules.logins, name):
			v.errorAt(at, meant(name, v.rules.logins), v.nameAt(at), fmt.Sprintf("no login is needed for %q", name))
		case !slices.Contains(r.PullThrough, name):
			v.wrong(at, fmt.Sprintf("%s has a login, and is not cached", name), "add "+name+" to spec.services.registry.pullThrough, or remove the line")
		case !loginName.pattern.MatchString(r.Logins[name]):
			v.redact(v.where(at)) // people paste the token itself here
			v.wrong(at, at+" is not the name of a secret that ECR reads: it has to begin with ecr-pullthroughcache/", v.makeLogin(name))
		}
	}
}

// loginName is what ECR reads: https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-rule.html
var loginName = form{lazily(`^ecr-pullthroughcache/[A-Za-z0-9/_+=.@-]{1,491}$`), "the name of a secret that begins with ecr-pullthroughcache/", "ecr-pullthroughcache/docker-hub"}

// makeLogin says how a person makes the secret of a registry. It has to have Secrets Manager's own key:
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-secret.html
func (v *validator) makeLogin(name string) string {
	secret := "ecr-pullthroughcache/" + name
	return fmt.Sprintf("write logins: {%s: %s}, and make that secret with the keys username and accessToken: aws secretsmanager create-secret --region %s --name %s --secret-string file://login.json",
		name, secret, v.c.Spec.Region, secret)
}

func (v *validator) backups(s Services) {
	const path = "spec.services.backups"
	b := s.Backups
	switch {
	case b == nil:
		return
	case v.rules.copies.pattern == nil:
		v.forAWS(path, "vault of backups")
		return
	case len(s.Databases) == 0:
		v.wrong(path, "there is no database to back up", "add one to spec.services.databases, or remove this")
	}
	v.matches(path+".at", b.At, timeOfDay)
	if n, whole := b.Keep.Days(); !whole || n < 1 || n > 36500 {
		v.wrong(path+".keep", path+".keep is a number of days from 1 to 36500", "write it like 35d")
	}
	if b.CopyTo != "" {
		v.matches(path+".copyTo", b.CopyTo, v.rules.copies)
	}
}

func (v *validator) identities(identities []Identity) {
	databases := namesOf(v.c.Spec.Services.Databases, func(d Database) string { return d.Name })
	for i, id := range identities {
		path := fmt.Sprintf("spec.services.identities[%d]", i)
		if id.Name != "" && v.matches(path+".name", id.Name, v.rules.identity) && v.rules.taken != nil && v.rules.taken.MatchString(id.Name) {
			v.wrong(path+".name", fmt.Sprintf("the identity %q would have the role of something else that drover makes", id.Name), "give it another name")
		}
		if id.Namespace != "" {
			v.label(path+".namespace", id.Namespace, 63)
		}
		if id.ServiceAccount != "" {
			v.matches(path+".serviceAccount", id.ServiceAccount, serviceAccount)
		}
		for j, secret := range id.Secrets {
			v.matches(fmt.Sprintf("%s.secrets[%d]", path, j), secret, secretName)
		}
		for j, name := range id.Databases {
			v.reference(fmt.Sprintf("%s.databases[%d]", path, j), name, databases)
		}
		for j, bucket := range id.Buckets {
			v.bucket(fmt.Sprintf("%s.buckets[%d]", path, j), bucket, v.rules.backends == "s3")
		}
		v.policies(path+".policies", id.Policies, ofEachIdentity)
	}
	v.unique(namesOf(identities, func(i Identity) string { return i.Name }), "the identity", field("spec.services.identities", "name"))
	v.unique(namesOf(identities, func(i Identity) string {
		if i.Namespace == "" || i.ServiceAccount == "" {
			return ""
		}
		return i.Namespace + "/" + i.ServiceAccount
	}), "an identity of the service account", field("spec.services.identities", "serviceAccount"))
	v.ofControllers(identities)
}

var serviceAccount = form{lazily(`^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$`), "lower-case letters, digits, dashes and dots", "checkout"}

func (v *validator) reference(path, name string, databases []string) {
	if slices.Contains(databases, name) {
		return
	}
	help := "add it to spec.services.databases, or remove it here"
	if near := nearest(name, databases); near != "" {
		help = "did you mean " + near + "?"
	}
	v.wrong(path, fmt.Sprintf("there is no database %q in spec.services.databases", name), help)
}

// redactAddress hides an address that is not right and may hold a password, or a token in its query, all the same.
func (v *validator) redactAddress(path, address string) {
	if strings.ContainsAny(address, "@?") {
		v.redact(v.where(path))
	}
}

func hasPassword(u *url.URL) bool {
	_, set := u.User.Password()
	return set || (u.Scheme == "https" && u.User.Username() != "")
}
