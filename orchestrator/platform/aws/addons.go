package aws

import (
	"context"
	"fmt"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"
)

// AddonVersions asks EKS for the default version of each add-on:
// https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeAddonVersions.html
func (p *Platform) AddonVersions(ctx context.Context, kubernetes string, addons []string) (map[string]string, error) {
	versions := map[string]string{}
	for _, name := range addons {
		pages := eks.NewDescribeAddonVersionsPaginator(p.eks, &eks.DescribeAddonVersionsInput{AddonName: &name, KubernetesVersion: &kubernetes})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, explain(fmt.Sprintf("asking EKS for the versions of the add-on %s for Kubernetes %s", name, kubernetes), err)
			}
			for _, addon := range page.Addons {
				for _, offered := range addon.AddonVersions {
					for _, fits := range offered.Compatibilities {
						if fits.DefaultVersion && sdk.ToString(fits.ClusterVersion) == kubernetes {
							versions[name] = sdk.ToString(offered.AddonVersion)
						}
					}
				}
			}
		}
	}
	return versions, nil
}
