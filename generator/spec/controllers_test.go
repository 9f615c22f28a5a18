package spec

import (
	"strings"
	"testing"
)

// Which controllers a spec asks for, and why; without a word about them there are none.
func TestAControllerIsAskedForByWhatTheSpecSays(t *testing.T) {
	t.Parallel()
	const repository = "gitops: {repository: 'https://git.example.com/team/clusters.git', components: "
	for name, c := range map[string]struct{ platform, ingress, rest, want string }{
		"nothing":                    {"", "", "", ""},
		"let's encrypt":              {"", "tls: {issuer: letsencrypt, email: a@example.com}", "", "cert-manager by spec.ingress.tls.issuer"},
		"let's encrypt, unseen":      {"", "visibility: internal, tls: {issuer: letsencrypt, email: a@example.com}", "", ""},
		"the platform's certificate": {"", "tls: {issuer: cloud}", repository + "[cert-manager]}", ""},
		"a component":                {"", "", repository + "[external-secrets]}", "external-secrets by spec.gitops.components"},
		"secrets":                    {"", "", "services: {secrets: {prefix: shared/tiny}}", "external-secrets by spec.services.secrets"},
		"an identity's secrets":      {"", "", "services: {identities: [{name: a, namespace: a, serviceAccount: a, secrets: [a]}]}", ""},
		"pools that move":            {"", "", repository + "[autoscaler]}", "cluster-autoscaler by spec.gitops.components"},
		"pools that move themselves": {"azure", "", repository + "[autoscaler]}", ""},
		"karpenter":                  {"", "", "kubernetes: {autoscaler: karpenter}", "karpenter by spec.kubernetes.autoscaler"},
		"karpenter, started":         {"", "", "kubernetes: {autoscaler: karpenter}\n  " + repository + "[autoscaler]}", "karpenter by spec.kubernetes.autoscaler"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, one := range parseTiny(t, c.platform, c.ingress, c.rest).Controllers() {
				got = append(got, one.Name+" by "+one.Because)
			}
			if all := strings.Join(got, ", "); all != c.want {
				t.Errorf("asked for is %q, want %q", all, c.want)
			}
		})
	}
}

func TestThePrefixOfSecretsIsTheClustersNameIfAnythingReadsThem(t *testing.T) {
	t.Parallel()
	for rest, want := range map[string]string{
		"": "",
		"services: {secrets: {prefix: shared/tiny}}":                                                          "shared/tiny",
		"services: {identities: [{name: a, namespace: a, serviceAccount: a, secrets: [a]}]}":                  "tiny",
		"services: {identities: [{name: a, namespace: a, serviceAccount: a}]}":                                "",
		"gitops: {repository: 'https://git.example.com/a.git', components: [external-secrets]}":               "tiny",
		"gitops: {repository: 'https://git.example.com/a.git', components: [autoscaler, cert-manager]}":       "",
		"services: {secrets: {prefix: a}}\n  gitops: {repository: 'https://a.b/c', components: [monitoring]}": "a",
	} {
		if got := parseTiny(t, "", "", rest).SecretsPrefix(); got != want {
			t.Errorf("with %q the prefix is %q, want %q", rest, got, want)
		}
	}
}

func TestWhatRestrictedEgressReaches(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"acme-v02.api.letsencrypt.org": true, ".letsencrypt.org": true, "*.letsencrypt.org": true, ".acme-v02.api.letsencrypt.org": true,
		"letsencrypt.org": false, "acme-v02.api.letsencrypt": false, ".etsencrypt.org": false, "*": false, "": false, ".": false,
	} {
		if got := reaches([]string{"example.com", name}, letsEncryptAPI); got != want {
			t.Errorf("with %q allowed, Let's Encrypt is reached: %t, want %t", name, got, want)
		}
	}
}

// parseTiny is the least spec with something said about the ingress, and something more.
func parseTiny(t *testing.T, platform, ingress, rest string) Cluster {
	t.Helper()
	region, admin := "eu-west-1", "arn:aws:iam::123456789012:role/platform-admin"
	if platform == "" {
		platform = "aws"
	} else {
		region, admin = "westeurope", "11111111-1111-1111-1111-111111111111"
	}
	text := "apiVersion: drover/v1\nkind: Cluster\nmetadata: {name: tiny}\nspec:\n  platform: " + platform + "\n  region: " + region +
		"\n  network: {cidr: 10.40.0.0/16}\n  ingress: {domain: tiny.example.com, " + ingress + "}\n  " + rest + "\n  access: {admins: [\"" + admin + "\"]}\n"
	c, diags := Parse("cluster.yaml", []byte(text))
	if diags.HasErrors() {
		t.Fatal(diags.Error())
	}
	return c
}
