package generator_test

import (
	"strings"
	"testing"

	"drover/generator"
	"drover/generator/spec"
)

// VPN clients arrive with an address of the VPN's interfaces, so that their own range lets nobody in.
func TestVPNClientsWhoAreAllowedAreLetInByTheirSecurityGroup(t *testing.T) {
	t.Parallel()
	const group = "outputs.vpn_security_group_id"
	for name, c := range map[string]struct {
		visibility string
		allow      []string
		vpn, want  bool
	}{
		"their range":                 {"internal", []string{"10.0.0.0/16", "10.90.0.0/22"}, true, true},
		"a range around":              {"internal", []string{"10.0.0.0/8"}, true, true},
		"a part of it":                {"internal", []string{"10.90.0.0/24"}, true, false},
		"others":                      {"internal", []string{"10.0.0.0/16"}, true, false},
		"there is no VPN":             {"internal", []string{"10.90.0.0/22"}, false, false},
		"everyone, from the internet": {"public", []string{"0.0.0.0/0"}, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cluster := load(t, "shop-prod")
			cluster.Spec.Ingress.Management = &spec.Management{Domain: "ops.shop.example.com", Visibility: c.visibility, Allow: c.allow}
			if !c.vpn {
				cluster.Spec.Access.VPN = nil
			}
			main := string(render(t, cluster, generator.Options{})["shop-prod/green/main.tf"])
			if !strings.Contains(main, "ops.shop.example.com") {
				t.Fatalf("there is no management in\n%s", main)
			}
			if strings.Contains(main, group) != c.want {
				t.Errorf("the security group of the VPN is let in: %t, want %t", !c.want, c.want)
			}
		})
	}
}

func TestNobodyGetsAWayInToManagementUnasked(t *testing.T) {
	t.Parallel()
	cluster := load(t, "shop-prod")
	cluster.Spec.Ingress.Management = nil
	if main := string(render(t, cluster, generator.Options{})["shop-prod/blue/main.tf"]); strings.Contains(main, "management") {
		t.Errorf("there is management in\n%s", main)
	}
}
