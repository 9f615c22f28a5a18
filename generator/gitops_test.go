package generator_test

import (
	"slices"
	"strings"
	"testing"

	"drover/generator"
	"drover/generator/argocd"
	"drover/generator/spec"
)

// starting are the manifests of green, with what they hold.
func starting(t *testing.T, c spec.Cluster) (files []string, objects map[string]spec.Object) {
	t.Helper()
	objects = map[string]spec.Object{}
	for _, m := range render(t, c, generator.Options{}).Manifests(c.Metadata.Name, generator.Green) {
		files = append(files, m.File)
		all, err := m.Objects()
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range all {
			if _, twice := objects[o.String()]; twice {
				t.Errorf("%s is there twice", o)
			}
			objects[o.String()] = o
		}
	}
	return files, objects
}

func at(t *testing.T, o spec.Object, names ...string) string {
	t.Helper()
	var value any = o.Body
	for _, name := range names {
		fields, _ := value.(map[string]any)
		value = fields[name]
	}
	text, _ := value.(string)
	return text
}

func TestAColorWithGitOpsStartsWithTheAgentWhatItIsAndTheRoot(t *testing.T) {
	t.Parallel()
	c := load(t, "shop-prod")
	c.Spec.GitOps.Path, c.Spec.GitOps.Revision = "clusters/{{color}}/apps", "release-{{color}}"
	c.Spec.Bootstrap = &spec.Bootstrap{Files: []spec.Manifest{{File: "own.yaml", Text: "apiVersion: v1\nkind: Namespace\nmetadata: {name: own}\n"}}}
	files, objects := starting(t, c)
	if want := []string{"bootstrap-000-argocd.yaml", "bootstrap-000-drover.yaml", "bootstrap-001-own.yaml", "bootstrap-999-root.yaml"}; !slices.Equal(files, want) {
		t.Errorf("in order: %v, want %v", files, want)
	}
	for _, workload := range []string{"StatefulSet argocd/argocd-application-controller", "Deployment argocd/argocd-server", "Deployment argocd/argocd-repo-server",
		"Deployment argocd/argocd-redis", "Deployment argocd/argocd-applicationset-controller", "CustomResourceDefinition applications.argoproj.io",
		"ClusterRole argocd-application-controller", "Namespace argocd"} {
		if _, has := objects[workload]; !has {
			t.Errorf("there is no %s", workload)
		}
	}
	root := objects["Application argocd/root"]
	if at(t, root, "spec", "source", "path") != "clusters/green/apps" || at(t, root, "spec", "source", "targetRevision") != "release-green" ||
		at(t, root, "spec", "source", "repoURL") != "https://git.example.com/shop/clusters.git" {
		t.Errorf("the root is %v", root.Body)
	}
	facts := objects["ConfigMap drover/drover"]
	for key, want := range map[string]string{"cluster": "shop-prod", "color": "green", "host": "green.shop.example.com", "account": "123456789012", "pods": "",
		"hosts": "shop.example.com *.shop.example.com green.shop.example.com", "role": ""} {
		if got := at(t, facts, "data", key); got != want {
			t.Errorf("of %s a color is told %q, want %q", key, got, want)
		}
	}
	if got := at(t, facts, "data", "identities"); !strings.Contains(got, "checkout/checkout external-secrets/external-secrets ") {
		t.Errorf("of its identities a color is told %q", got)
	}
}

// Without it, everything would land in the namespace default, where Argo CD's own roles do not find it.
func TestWhatArgoCDPublishesHasItsNamespaceAndIsOtherwiseUnchanged(t *testing.T) {
	t.Parallel()
	c := load(t, "shop-prod")
	c.Spec.Services.Registry = nil
	_, objects := starting(t, c)
	cluster := 0
	for name, o := range objects {
		switch o.Kind {
		case "CustomResourceDefinition", "ClusterRole", "ClusterRoleBinding", "Namespace":
			if cluster++; o.Namespace != "" {
				t.Errorf("%s has a namespace", name)
			}
		default:
			if o.Namespace != "argocd" && name != "ConfigMap drover/drover" {
				t.Errorf("%s is not in argocd", name)
			}
		}
	}
	if cluster != 11 || len(objects) != 59+4 {
		t.Errorf("%d objects, of which %d are the cluster's", len(objects), cluster)
	}
	text := string(render(t, c, generator.Options{})["shop-prod/blue/bootstrap-000-argocd.yaml"])
	if !strings.Contains(text, " image: quay.io/argoproj/argocd:"+argocd.Version+"\n") {
		t.Errorf("the images are not of %s", argocd.Version)
	}
}

func TestImagesOfTheAgentComeFromTheClustersCaches(t *testing.T) {
	t.Parallel()
	c := load(t, "shop-prod")
	images := func() string {
		text := string(render(t, c, generator.Options{})["shop-prod/blue/bootstrap-000-argocd.yaml"])
		var found []string
		for line := range strings.Lines(text) {
			if image, is := strings.CutPrefix(strings.TrimSpace(line), "image: "); is {
				found = append(found, image[:strings.LastIndex(image, ":")])
			}
		}
		slices.Sort(found)
		return strings.Join(slices.Compact(found), "\n")
	}
	const cache = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop-prod/"
	if got, want := images(), cache+"ecr-public/docker/library/redis\n"+cache+"quay/argoproj/argocd\nghcr.io/dexidp/dex"; got != want {
		t.Errorf("images are\n%s\nwant\n%s", got, want)
	}
	c.Spec.Account = "" // the host of its registry is not known
	if got, want := images(), "ghcr.io/dexidp/dex\npublic.ecr.aws/docker/library/redis\nquay.io/argoproj/argocd"; got != want {
		t.Errorf("without an account images are\n%s\nwant\n%s", got, want)
	}
}
