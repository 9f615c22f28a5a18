package terratest

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"drover/generator/spec"
)

// checkTuning: what a spec says beyond the defaults of EKS is what the account has.
func checkTuning(t *testing.T, e *example) {
	t.Helper()
	name, k := "/clusters/"+e.name+"-blue", e.spec.Spec.Kubernetes
	var answer struct {
		Cluster struct {
			Upgrades struct {
				Support string `json:"supportType"`
			} `json:"upgradePolicy"`
			Shift struct {
				Enabled bool `json:"enabled"`
			} `json:"zonalShiftConfig"`
			Compute struct {
				Enabled bool     `json:"enabled"`
				Pools   []string `json:"nodePools"`
			} `json:"computeConfig"`
		} `json:"cluster"`
	}
	e.account.rest(t, "DescribeCluster", name, &answer)
	if want := k.Support == "extended"; (answer.Cluster.Upgrades.Support == "EXTENDED") != want || answer.Cluster.Shift.Enabled != k.ZonalShift {
		t.Errorf("the cluster has %+v, want support %q and zonal shift %t", answer.Cluster, k.Support, k.ZonalShift)
	}
	if auto := k.Autoscaler == spec.AutoMode; answer.Cluster.Compute.Enabled != auto || auto != slices.Equal(answer.Cluster.Compute.Pools, []string{"general-purpose"}) {
		t.Errorf("the cluster has %+v, want Auto Mode to be %t", answer.Cluster, auto)
	}
	for addon, want := range k.Addons {
		checkSettings(t, e, name+"/addons/"+addon, want)
	}
	for _, team := range e.spec.Spec.Access.Teams {
		checkTeam(t, e, name, team)
	}
	checkPools(t, e, name)
}

// checkSettings: what an add-on is asked to have is among what it has.
func checkSettings(t *testing.T, e *example, path string, want spec.Addon) {
	t.Helper()
	var answer struct {
		Addon struct {
			Settings string `json:"configurationValues"`
		} `json:"addon"`
	}
	e.account.rest(t, "DescribeAddon", path, &answer)
	var have, asked map[string]any
	if err := json.Unmarshal([]byte(answer.Addon.Settings), &have); err != nil {
		t.Fatalf("%s is configured with %q: %v", path, answer.Addon.Settings, err)
	}
	if err := json.Unmarshal([]byte(want.Configuration), &asked); err != nil || len(asked) == 0 {
		t.Fatalf("nothing is asked of %s: %v", path, err)
	}
	for key, value := range asked {
		if !reflect.DeepEqual(have[key], value) {
			t.Errorf("%s has %s: %v, want %v", path, key, have[key], value)
		}
	}
}

func checkTeam(t *testing.T, e *example, cluster string, team spec.Team) {
	t.Helper()
	var answer struct {
		Policies []struct {
			ARN   string `json:"policyArn"`
			Scope struct {
				Type       string   `json:"type"`
				Namespaces []string `json:"namespaces"`
			} `json:"accessScope"`
		} `json:"associatedAccessPolicies"`
	}
	e.account.rest(t, "ListAssociatedAccessPolicies", cluster+"/access-entries/"+url.PathEscape(team.Principal)+"/access-policies", &answer)
	want := map[string]string{"view": "AmazonEKSViewPolicy", "edit": "AmazonEKSEditPolicy", "admin": "AmazonEKSAdminPolicy"}[team.Role]
	for _, p := range answer.Policies {
		if strings.HasSuffix(p.ARN, "/"+want) {
			got := slices.Sorted(slices.Values(p.Scope.Namespaces))
			if p.Scope.Type != "namespace" || !slices.Equal(got, slices.Sorted(slices.Values(team.Namespaces))) {
				t.Errorf("%s has %s for %+v, want %v", team.Principal, want, p.Scope, team.Namespaces)
			}
			return
		}
	}
	t.Errorf("%s has not %s among %+v", team.Principal, want, answer.Policies)
}

// checkPools: pools with rights have a role of their own, and those with settings tell them to their nodes.
func checkPools(t *testing.T, e *example, cluster string) {
	t.Helper()
	var groups struct {
		Names []string `json:"nodegroups"`
	}
	e.account.rest(t, "ListNodegroups", cluster+"/node-groups", &groups)
	for _, pool := range e.spec.Spec.NodePools {
		i := slices.IndexFunc(groups.Names, func(name string) bool { return strings.HasPrefix(name, pool.Name+"-") })
		if i < 0 {
			t.Errorf("the pool %s is not among %v", pool.Name, groups.Names)
			continue
		}
		var answer struct {
			Group struct {
				Role string `json:"nodeRole"`
				AMI  string `json:"amiType"`
			} `json:"nodegroup"`
		}
		e.account.rest(t, "DescribeNodegroup", cluster+"/node-groups/"+groups.Names[i], &answer)
		if own := !strings.HasSuffix(answer.Group.Role, "-node"); own != (pool.Policies != nil) {
			t.Errorf("the pool %s has the role %s", pool.Name, answer.Group.Role)
		}
		if custom := answer.Group.AMI == "CUSTOM"; custom != (pool.Image != "") {
			t.Errorf("the pool %s has images of the kind %s", pool.Name, answer.Group.AMI)
		}
		checkUserData(t, e, pool)
	}
}

func checkUserData(t *testing.T, e *example, pool spec.NodePool) {
	t.Helper()
	var versions struct {
		Templates []template `xml:"launchTemplateVersionSet>item"`
	}
	e.account.ask(t, "DescribeLaunchTemplateVersions", url.Values{"LaunchTemplateName": {e.name + "-blue-" + pool.Name}, "LaunchTemplateVersion.1": {"$Latest"}}, &versions)
	if len(versions.Templates) != 1 {
		t.Fatalf("the pool %s has %d launch templates", pool.Name, len(versions.Templates))
	}
	data, err := base64.StdEncoding.DecodeString(versions.Templates[0].Data.UserData)
	if err != nil {
		t.Fatal(err)
	}
	told := string(data)
	for what, want := range map[string]bool{
		`"kind":"NodeConfig"`: pool.OS != "bottlerocket" && (pool.Kubelet != nil || pool.Image != ""),
		"settings.kubernetes": pool.OS == "bottlerocket" && (pool.Kubelet != nil || pool.Image != ""),
		`"apiServerEndpoint"`: pool.OS != "bottlerocket" && pool.Image != "",
		base64.StdEncoding.EncodeToString([]byte(pool.UserData)): pool.UserData != "",
	} {
		if what != "" && strings.Contains(told, what) != want {
			t.Errorf("the pool %s tells its nodes %q; that %s is in it should be %t", pool.Name, told, what, want)
		}
	}
}
