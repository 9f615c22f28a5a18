package spec

import (
	"fmt"
	"slices"
	"strings"
)

// Controller is a part of every color that calls the platform itself, with an
// identity of its own. It arrives by GitOps; what it may do is there before it.
type Controller struct {
	Name string
	// Where it runs: the names that its project's own chart or manifest gives it.
	Namespace, ServiceAccount string
	// Whether its rights are over one color's cluster, and come and go with it.
	PerColor bool
	// The field of the spec that asks for it.
	Because string
}

// The controllers that get an identity.
const (
	CertManager       = "cert-manager"
	ExternalSecrets   = "external-secrets"
	ClusterAutoscaler = "cluster-autoscaler"
	Karpenter         = "karpenter"
)

// APIDomain is what the names of all Kubernetes APIs in the cluster's region end with; "" where that is not known.
func (c Cluster) APIDomain() string {
	apis := rulesOf[c.Spec.Platform].apis
	if apis == "" {
		return ""
	}
	return fmt.Sprintf(apis, c.Spec.Region) + suffixOf(c.Spec.Region)
}

// suffixOf is what the names of AWS's services have at their end in China alone.
// https://docs.amazonaws.cn/en_us/aws/latest/userguide/endpoints-Beijing.html
func suffixOf(region string) string {
	if strings.HasPrefix(region, "cn-") {
		return ".cn"
	}
	return ""
}

// AutoMode is the autoscaler that is a part of EKS itself, and needs no controller in the cluster.
const AutoMode = "auto-mode"

// Controllers are those that the spec asks for.
func (c Cluster) Controllers() []Controller {
	s := c.Spec
	const components = "spec.gitops.components"
	vault := components
	if !s.starts("external-secrets") {
		vault = "spec.services.secrets"
	}
	all := []struct {
		asked bool
		Controller
	}{
		{s.Ingress.answersChallenges(), Controller{CertManager, "cert-manager", "cert-manager", false, "spec.ingress.tls.issuer"}},
		{s.readsVault(), Controller{ExternalSecrets, "external-secrets", "external-secrets", false, vault}},
		{s.starts("autoscaler") && s.Kubernetes.Autoscaler == "pools" && !rulesOf[s.Platform].autoscaled,
			Controller{ClusterAutoscaler, "kube-system", "cluster-autoscaler", true, components}},
		{s.Kubernetes.Autoscaler == "karpenter", Controller{Karpenter, "kube-system", "karpenter", true, "spec.kubernetes.autoscaler"}},
	}
	var asked []Controller
	for _, one := range all {
		if one.asked {
			asked = append(asked, one.Controller)
		}
	}
	return asked
}

// starts is whether GitOps brings a component to every color.
func (s Spec) starts(component string) bool {
	return s.GitOps != nil && slices.Contains(s.GitOps.Components, component)
}

// readsVault is whether External Secrets reads the cluster's part of the secret
// vault: when it is among the components, or when the spec says where that part
// is. An identity that reads secrets by itself is not enough.
func (s Spec) readsVault() bool {
	return s.starts("external-secrets") || s.Services.Secrets != nil
}

// SecretsPrefix is the path of the cluster's part of the secret vault, or ""
// when nothing reads there.
func (c Cluster) SecretsPrefix() string {
	s := c.Spec
	switch {
	case s.Services.Secrets != nil:
		return s.Services.Secrets.Prefix
	case s.readsVault() || readsSecrets(s.Services.Identities):
		return c.Metadata.Name
	}
	return ""
}

func readsSecrets(identities []Identity) bool {
	return slices.ContainsFunc(identities, func(i Identity) bool { return len(i.Secrets) > 0 })
}

// answersChallenges is whether certificates are issued by proof in DNS, which
// the issuer sees in public zones only.
func (in Ingress) answersChallenges() bool {
	return in.TLS.Issuer == letsEncrypt && in.Visibility == "public"
}

const (
	letsEncrypt = "letsencrypt"
	// letsEncryptAPI is where certificates are asked for: https://letsencrypt.org/getting-started/
	letsEncryptAPI = "acme-v02.api.letsencrypt.org"
)

// issuer checks that Let's Encrypt can see the domain, and be reached.
func (v *validator) issuer() {
	in, egress := v.c.Spec.Ingress, v.c.Spec.Network.Egress
	if in.TLS.Issuer != letsEncrypt {
		return
	}
	if in.Visibility == "internal" {
		v.unwise("private-challenge", "spec.ingress.tls.issuer", "Let's Encrypt looks for proof in public DNS, and an internal ingress has a private zone: it can issue nothing for the domain, and cert-manager gets no rights",
			"write issuer: cloud, or visibility: public")
	}
	if egress.Mode == "restricted" && !reaches(egress.Allow, letsEncryptAPI) {
		v.unwise("blocked-issuer", "spec.network.egress.allow", "restricted egress keeps cert-manager from Let's Encrypt", "add "+letsEncryptAPI)
	}
}

// reaches is whether a host name is among those that can be reached.
func reaches(allow []string, host string) bool {
	return slices.ContainsFunc(allow, func(name string) bool {
		below := strings.TrimPrefix(name, "*")
		return name == host || strings.HasPrefix(below, ".") && strings.HasSuffix("."+host, below)
	})
}

// ofControllers finds identities that are a controller's already: a service
// account has one identity, and so has a name.
func (v *validator) ofControllers(identities []Identity) {
	for i, id := range identities {
		path := fmt.Sprintf("spec.services.identities[%d]", i)
		for _, c := range v.c.Controllers() {
			switch {
			case id.Namespace == c.Namespace && id.ServiceAccount == c.ServiceAccount:
				v.wrong(path+".serviceAccount", fmt.Sprintf("the service account %s/%s gets an identity from drover already, as that of %s, and can have one only", c.Namespace, c.ServiceAccount, c.Name),
					"remove this one, or else what asks for the other: "+c.Because, v.where(c.Because))
			case id.Name == c.Name && !c.PerColor:
				v.wrong(path+".name", fmt.Sprintf("the identity %q is there already: drover makes it, because of %s", c.Name, c.Because), "give this one another name", v.where(c.Because))
			}
		}
	}
}
