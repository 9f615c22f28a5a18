package terratest

import (
	"maps"
	"strings"
	"testing"

	"github.com/gruntwork-io/terratest/modules/terraform"
)

// earlierImages are blue's releases of node images: the simulated EKS has one before the newest.
func earlierImages(t *testing.T, e *example) map[string]any {
	t.Helper()
	newest := e.newestImage(t)
	release := strings.Replace(newest, "-20261101", "-20261004", 1)
	if release == newest {
		t.Fatalf("the newest release is %s", newest)
	}
	return map[string]any{"node_images": map[string]any{"AL2023_x86_64_STANDARD": release}}
}

func (e *example) newestImage(t *testing.T) string {
	t.Helper()
	var answer struct{ Parameter struct{ Value string } }
	name := "/aws/service/eks/optimized-ami/" + e.spec.Spec.Kubernetes.Version + "/amazon-linux-2023/x86_64/standard/recommended/release_version"
	e.account.json(t, "ssm", "AmazonSSM", "GetParameter", map[string]string{"Name": name}, &answer)
	return answer.Parameter.Value
}

// checkImages: node groups start from the release that the root is told, and a later one changes nothing of them.
func checkImages(t *testing.T, e *example, blue *terraform.Options) {
	t.Helper()
	told, _ := blue.Vars["node_images"].(map[string]any)
	cluster := "/clusters/" + e.name + "-blue"
	var groups struct {
		Names []string `json:"nodegroups"`
	}
	e.account.rest(t, "ListNodegroups", cluster+"/node-groups", &groups)
	if len(groups.Names) == 0 {
		t.Error("there are no node groups")
	}
	for _, name := range groups.Names {
		var answer struct {
			Group struct {
				Release string `json:"releaseVersion"`
				AMI     string `json:"amiType"`
			} `json:"nodegroup"`
		}
		e.account.rest(t, "DescribeNodegroup", cluster+"/node-groups/"+name, &answer)
		if want, _ := told[answer.Group.AMI].(string); answer.Group.Release != want || want == "" {
			t.Errorf("%s starts from %s %s, want %s", name, answer.Group.AMI, answer.Group.Release, want)
		}
	}
	later := *blue
	later.Vars = maps.Clone(blue.Vars)
	later.Vars["node_images"] = map[string]any{"AL2023_x86_64_STANDARD": e.newestImage(t)}
	if code := terraform.PlanExitCode(t, &later); code != 0 {
		t.Errorf("a later release is a change: terraform plan ends with %d", code)
	}
}
