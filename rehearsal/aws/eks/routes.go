package eks

import (
	"net/url"
	"strings"
)

// route is one operation of EKS's API model. A nil handler is an operation that nobody here simulates.
type route struct {
	operation, method, pattern string
	handle                     func(*Service, *call) (any, error)
	motos                      bool // moto's own answer, unchanged
}

// routes lists the operations of the API model 2017-11-01, so that one that is not simulated is refused by its name.
var routes = []route{
	{"CreateCluster", "POST", "/clusters", (*Service).createCluster, false},
	{"ListClusters", "GET", "/clusters", pass, true},
	{"DescribeCluster", "GET", "/clusters/{name}", (*Service).describeCluster, false},
	{"DeleteCluster", "DELETE", "/clusters/{name}", (*Service).deleteCluster, false},
	{"UpdateClusterConfig", "POST", "/clusters/{name}/update-config", (*Service).updateClusterConfig, false},
	{"UpdateClusterVersion", "POST", "/clusters/{name}/updates", (*Service).updateClusterVersion, false},
	{"ListUpdates", "GET", "/clusters/{name}/updates", (*Service).listUpdates, false},
	{"DescribeUpdate", "GET", "/clusters/{name}/updates/{updateId}", (*Service).describeUpdate, false},
	{"DescribeClusterVersions", "GET", "/cluster-versions", (*Service).describeClusterVersions, false},

	{"CreateNodegroup", "POST", "/clusters/{name}/node-groups", (*Service).createNodegroup, false},
	{"ListNodegroups", "GET", "/clusters/{name}/node-groups", (*Service).listNodegroups, false},
	{"DescribeNodegroup", "GET", "/clusters/{name}/node-groups/{nodegroupName}", (*Service).describeNodegroup, false},
	{"DeleteNodegroup", "DELETE", "/clusters/{name}/node-groups/{nodegroupName}", (*Service).deleteNodegroup, false},
	{"UpdateNodegroupConfig", "POST", "/clusters/{name}/node-groups/{nodegroupName}/update-config", (*Service).updateNodegroupConfig, false},
	{"UpdateNodegroupVersion", "POST", "/clusters/{name}/node-groups/{nodegroupName}/update-version", (*Service).updateNodegroupVersion, false},

	{"CreateAddon", "POST", "/clusters/{name}/addons", (*Service).createAddon, false},
	{"ListAddons", "GET", "/clusters/{name}/addons", (*Service).listAddons, false},
	{"DescribeAddon", "GET", "/clusters/{name}/addons/{addonName}", (*Service).describeAddon, false},
	{"UpdateAddon", "POST", "/clusters/{name}/addons/{addonName}/update", (*Service).updateAddon, false},
	{"DeleteAddon", "DELETE", "/clusters/{name}/addons/{addonName}", (*Service).deleteAddon, false},
	{"DescribeAddonVersions", "GET", "/addons/supported-versions", (*Service).describeAddonVersions, false},
	{"DescribeAddonConfiguration", "GET", "/addons/configuration-schemas", nil, false},

	{"CreateAccessEntry", "POST", "/clusters/{name}/access-entries", (*Service).createAccessEntry, false},
	{"ListAccessEntries", "GET", "/clusters/{name}/access-entries", (*Service).listAccessEntries, false},
	{"DescribeAccessEntry", "GET", "/clusters/{name}/access-entries/{principalArn}", (*Service).describeAccessEntry, false},
	{"UpdateAccessEntry", "POST", "/clusters/{name}/access-entries/{principalArn}", (*Service).updateAccessEntry, false},
	{"DeleteAccessEntry", "DELETE", "/clusters/{name}/access-entries/{principalArn}", (*Service).deleteAccessEntry, false},
	{"AssociateAccessPolicy", "POST", "/clusters/{name}/access-entries/{principalArn}/access-policies", (*Service).associateAccessPolicy, false},
	{"ListAssociatedAccessPolicies", "GET", "/clusters/{name}/access-entries/{principalArn}/access-policies", (*Service).listAssociatedAccessPolicies, false},
	{"DisassociateAccessPolicy", "DELETE", "/clusters/{name}/access-entries/{principalArn}/access-policies/{policyArn}", (*Service).disassociateAccessPolicy, false},
	{"ListAccessPolicies", "GET", "/access-policies", (*Service).listAccessPolicies, false},

	{"CreatePodIdentityAssociation", "POST", "/clusters/{name}/pod-identity-associations", (*Service).createAssociation, false},
	{"ListPodIdentityAssociations", "GET", "/clusters/{name}/pod-identity-associations", (*Service).listAssociations, false},
	{"DescribePodIdentityAssociation", "GET", "/clusters/{name}/pod-identity-associations/{associationId}", (*Service).describeAssociation, false},
	{"UpdatePodIdentityAssociation", "POST", "/clusters/{name}/pod-identity-associations/{associationId}", (*Service).updateAssociation, false},
	{"DeletePodIdentityAssociation", "DELETE", "/clusters/{name}/pod-identity-associations/{associationId}", (*Service).deleteAssociation, false},

	{"CreateFargateProfile", "POST", "/clusters/{name}/fargate-profiles", pass, true},
	{"ListFargateProfiles", "GET", "/clusters/{name}/fargate-profiles", pass, true},
	{"DescribeFargateProfile", "GET", "/clusters/{name}/fargate-profiles/{fargateProfileName}", pass, true},
	{"DeleteFargateProfile", "DELETE", "/clusters/{name}/fargate-profiles/{fargateProfileName}", pass, true},

	{"TagResource", "POST", "/tags/{resourceArn+}", (*Service).tagResource, false},
	{"UntagResource", "DELETE", "/tags/{resourceArn+}", (*Service).untagResource, false},
	{"ListTagsForResource", "GET", "/tags/{resourceArn+}", (*Service).listTags, false},

	{"AssociateEncryptionConfig", "POST", "/clusters/{name}/encryption-config/associate", nil, false},
	{"AssociateIdentityProviderConfig", "POST", "/clusters/{name}/identity-provider-configs/associate", nil, false},
	{"DescribeIdentityProviderConfig", "POST", "/clusters/{name}/identity-provider-configs/describe", nil, false},
	{"DisassociateIdentityProviderConfig", "POST", "/clusters/{name}/identity-provider-configs/disassociate", nil, false},
	{"ListIdentityProviderConfigs", "GET", "/clusters/{name}/identity-provider-configs", nil, false},
	{"CreateCapability", "POST", "/clusters/{name}/capabilities", nil, false},
	{"ListCapabilities", "GET", "/clusters/{name}/capabilities", nil, false},
	{"DescribeCapability", "GET", "/clusters/{name}/capabilities/{capabilityName}", nil, false},
	{"UpdateCapability", "POST", "/clusters/{name}/capabilities/{capabilityName}", nil, false},
	{"DeleteCapability", "DELETE", "/clusters/{name}/capabilities/{capabilityName}", nil, false},
	{"ListInsights", "POST", "/clusters/{name}/insights", nil, false},
	{"DescribeInsight", "GET", "/clusters/{name}/insights/{id}", nil, false},
	{"StartInsightsRefresh", "POST", "/clusters/{name}/insights-refresh", nil, false},
	{"DescribeInsightsRefresh", "GET", "/clusters/{name}/insights-refresh", nil, false},
	{"RegisterCluster", "POST", "/cluster-registrations", nil, false},
	{"DeregisterCluster", "DELETE", "/cluster-registrations/{name}", nil, false},
	{"CreateEksAnywhereSubscription", "POST", "/eks-anywhere-subscriptions", nil, false},
	{"ListEksAnywhereSubscriptions", "GET", "/eks-anywhere-subscriptions", nil, false},
	{"DescribeEksAnywhereSubscription", "GET", "/eks-anywhere-subscriptions/{id}", nil, false},
	{"UpdateEksAnywhereSubscription", "POST", "/eks-anywhere-subscriptions/{id}", nil, false},
	{"DeleteEksAnywhereSubscription", "DELETE", "/eks-anywhere-subscriptions/{id}", nil, false},
}

// match finds the operation of a request. The path is escaped: an ARN in it holds slashes of its own.
func match(method, path string) (*route, map[string]string) {
	segments := strings.Split(strings.Trim(path, "/"), "/")
	for i := range routes {
		if routes[i].method != method {
			continue
		}
		if vars, ok := bind(routes[i].pattern, segments); ok {
			return &routes[i], vars
		}
	}
	return nil, nil
}

// bind compares segments with a pattern; {x} takes one segment and {x+} takes the rest.
func bind(pattern string, segments []string) (map[string]string, bool) {
	want := strings.Split(strings.Trim(pattern, "/"), "/")
	vars := map[string]string{}
	for i, w := range want {
		if i >= len(segments) {
			return nil, false
		}
		name, variable := strings.CutPrefix(w, "{")
		name = strings.TrimSuffix(name, "}")
		rest, greedy := strings.CutSuffix(name, "+")
		value := segments[i]
		if greedy {
			value, name = strings.Join(segments[i:], "/"), rest
		}
		value, err := url.PathUnescape(value)
		switch {
		case err != nil || value == "":
			return nil, false
		case !variable && value != w:
			return nil, false
		case variable:
			vars[name] = value
		}
		if greedy {
			return vars, true
		}
	}
	return vars, len(want) == len(segments)
}
