package eks

import (
	"slices"
	"testing"
)

func TestLoadBalancersGoWhereTheSubnetsTagsSay(t *testing.T) {
	t.Parallel()
	const public, private = "kubernetes.io/role/elb", "kubernetes.io/role/internal-elb"
	all := []subnet{
		{"subnet-5", "b", []string{public}}, {"subnet-1", "a", []string{public}}, {"subnet-2", "a", []string{public}},
		{"subnet-3", "a", []string{private, "kubernetes.io/cluster/shop-green"}}, {"subnet-4", "a", []string{private, "kubernetes.io/cluster/shop-blue"}},
		{"subnet-0", "c", nil},
	}
	for _, c := range []struct {
		role, cluster string
		want          []string
	}{
		{public, "shop-blue", []string{"subnet-1", "subnet-5"}},
		{private, "shop-blue", []string{"subnet-4"}},
		{private, "shop-green", []string{"subnet-3"}},
		{private, "other", nil},
	} {
		if got := balancedSubnets(slices.Clone(all), c.role, c.cluster); !slices.Equal(got, c.want) {
			t.Errorf("%s of %s: %v, want %v", c.role, c.cluster, got, c.want)
		}
	}
}
