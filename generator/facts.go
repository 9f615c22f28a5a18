package generator

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"drover/generator/spec"
)

// factsFile tells a color what it is. It comes before what may read it.
const factsFile = manifestPrefix + "000-drover.yaml"

// FactsName is the ConfigMap with what a color knows of itself, and the namespace of that: the same for every spec.
const FactsName = "drover"

// factsFiles are for every color to which drover applies anything. The role is not in them: it changes, and drover adds it
// whenever it applies them.
func factsFiles(c spec.Cluster, r Root) (Files, error) {
	if r.color() == "" || c.Spec.GitOps == nil && c.Spec.Bootstrap == nil {
		return nil, nil
	}
	all := []fields{namespace(FactsName), {"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": fields{"name": FactsName, "namespace": FactsName}, "data": factsOf(c, r)}}
	if c.Spec.GitOps != nil {
		all = append(all, namespace(agentNamespace))
	}
	text, err := documents(all...)
	if err != nil {
		return nil, err
	}
	return Files{factsFile: text}, nil
}

func namespace(name string) fields {
	return fields{"apiVersion": "v1", "kind": "Namespace", "metadata": fields{"name": name}}
}

// factsOf are what a color knows of itself. The cluster secret that drover makes for Argo CD has the same.
func factsOf(c spec.Cluster, r Root) map[string]string {
	s, own := c.Spec, r.color()+"."
	data := map[string]string{
		"cluster": c.Metadata.Name, "color": r.color(), "platform": string(s.Platform), "region": s.Region, "account": s.Account,
		"kubernetes": s.Kubernetes.Version, "domain": s.Ingress.Domain, "host": own + s.Ingress.Domain,
		"hosts":   strings.Join([]string{s.Ingress.Domain, "*." + s.Ingress.Domain, own + s.Ingress.Domain}, " "),
		"network": s.Network.CIDR, "pods": s.Network.Pods, "secrets-prefix": c.SecretsPrefix(),
		"identities": strings.Join(identitiesOf(c), " "), "identity-roles": strings.Join(identityRolesOf(c), " "),
	}
	if m := s.Ingress.Management; m != nil {
		data["management-domain"], data["management-host"] = m.Domain, own+m.Domain
	}
	for key, value := range data {
		if value == "" {
			delete(data, key)
		}
	}
	return data
}

// identitiesOf are the service accounts that have an identity on the platform, as NAMESPACE/NAME.
func identitiesOf(c spec.Cluster) []string {
	var all []string
	for _, i := range c.Spec.Services.Identities {
		all = append(all, i.Namespace+"/"+i.ServiceAccount)
	}
	for _, i := range c.Controllers() {
		all = append(all, i.Namespace+"/"+i.ServiceAccount)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// identityRolesOf are the roles that both colors' service accounts have, as NAMESPACE/NAME=ARN; none without the account.
func identityRolesOf(c spec.Cluster) []string {
	s := c.Spec
	if s.Platform != spec.AWS || s.Account == "" {
		return nil
	}
	var all []string
	add := func(namespace, account, name string) {
		all = append(all, fmt.Sprintf("%s/%s=arn:%s:iam::%s:role/%s-%s", namespace, account, spec.AWSPartition(s.Region), s.Account, globalName(s.Region, c.Metadata.Name), name))
	}
	for _, i := range s.Services.Identities {
		add(i.Namespace, i.ServiceAccount, i.Name)
	}
	for _, i := range c.Controllers() {
		if _, shared := sharedControllers[i.Name]; shared {
			add(i.Namespace, i.ServiceAccount, i.Name)
		}
	}
	slices.Sort(all)
	return all
}

// globalName is what the names of a cluster's roles begin with: see modules/aws/foundation/names.tf.
func globalName(region, cluster string) string {
	const most = 34
	sum := sha1.Sum([]byte(region + "/" + cluster)) //nolint:gosec // a part of a name, as Terraform's function sha1 makes it
	return strings.TrimSuffix(cluster[:min(len(cluster), most)], "-") + "-" + hex.EncodeToString(sum[:])[:6]
}
