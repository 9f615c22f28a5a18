package generator

import (
	"testing"

	"drover/generator/spec"
)

func TestTheVersionOfTerraformThatIsNeededSaysNothingTwice(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ backend, asked, want string }{
		{"local", "", ">= 1.9.5"}, {"local", spec.TerraformVersion, ">= 1.9.5"}, {"local", ">= 1.9", ">= 1.9.5"}, {"s3", spec.TerraformVersion, ">= 1.10"},
		{"s3", ">= 1.9, < 2.0", ">= 1.10, < 2.0"}, {"local", ">= 1.9.6", ">= 1.9.5, >= 1.9.6"},
		{"s3", ">= 1.10, < 2.0", ">= 1.10, < 2.0"}, {"local", "~> 1.12", ">= 1.9.5, ~> 1.12"}, {"local", "1.12.1", ">= 1.9.5, 1.12.1"},
	} {
		var cluster spec.Cluster
		cluster.Spec.Terraform.Version = c.asked
		if got := requiredVersion(cluster, backends[c.backend]); got != c.want {
			t.Errorf("with state in %s, %q is written %q, want %q", c.backend, c.asked, got, c.want)
		}
	}
}
