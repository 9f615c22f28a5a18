package generator

import (
	"fmt"
	"path"

	"github.com/hashicorp/hcl/v2/hclwrite"

	"drover/generator/spec"
)

// backend says how one kind of state backend is written.
type backend struct {
	// own are the arguments of the backend block of a root.
	own func(c spec.Cluster, r Root) []attribute
	// read are those by which another root reads that state.
	read func(c spec.Cluster, r Root) []attribute
	// needs is the oldest Terraform that has them.
	needs string
}

var backends = map[string]backend{
	"local": {
		own: func(spec.Cluster, Root) []attribute {
			return []attribute{{"path", text("terraform.tfstate")}}
		},
		read: func(_ spec.Cluster, r Root) []attribute {
			return []attribute{{"path", text("../" + string(r) + "/terraform.tfstate")}}
		},
		needs: spec.TerraformVersion,
	},
	"s3": {
		own: func(c spec.Cluster, r Root) []attribute {
			return append(s3Object(c, r), gap, attribute{"encrypt", boolean(true)}, attribute{"use_lockfile", boolean(true)})
		},
		read:  s3Object,
		needs: ">= 1.10", // for use_lockfile; run with 1.11 and later only
	},
	"azurerm": {own: azurermBlob, read: azurermBlob, needs: spec.TerraformVersion},
	"gcs":     {own: gcsObject, read: gcsObject, needs: spec.TerraformVersion},
}

func s3Object(c spec.Cluster, r Root) []attribute {
	return []attribute{
		{"bucket", text(c.Spec.State.Bucket)}, {"key", text(stateKey(c, r))}, {"region", text(c.Spec.State.Region)},
	}
}

func azurermBlob(c spec.Cluster, r Root) []attribute {
	s := c.Spec.State
	return []attribute{
		{"resource_group_name", text(s.ResourceGroup)}, {"storage_account_name", text(s.Account)},
		{"container_name", text(s.Container)}, {"key", text(stateKey(c, r))}, {"use_azuread_auth", boolean(true)},
	}
}

func gcsObject(c spec.Cluster, r Root) []attribute {
	return []attribute{{"bucket", text(c.Spec.State.Bucket)}, {"prefix", text(path.Dir(stateKey(c, r)))}}
}

// stateKey is where the state of a root is in a bucket or container.
func stateKey(c spec.Cluster, r Root) string {
	return path.Join(c.Metadata.Name, string(r), "terraform.tfstate")
}

func backendOf(c spec.Cluster) (backend, error) {
	b, ok := backends[c.Spec.State.Backend]
	if !ok {
		return b, fmt.Errorf("there is no state backend %q; spec.state.backend can be local, s3, azurerm or gcs", c.Spec.State.Backend)
	}
	return b, nil
}

// backendFile is backend.tf: where the root's state is.
func backendFile(c spec.Cluster, r Root, b backend) []byte {
	return source(func(body *hclwrite.Body) {
		block(block(body, "terraform", nil), "backend", []string{c.Spec.State.Backend}, b.own(c, r)...)
	})
}

// foundationState is the data block by which a root reads the foundation.
func foundationState(body *hclwrite.Body, c spec.Cluster, b backend) {
	block(body, "data", []string{"terraform_remote_state", string(Foundation)},
		attribute{"backend", text(c.Spec.State.Backend)},
		gap,
		attribute{"config", object(b.read(c, Foundation)...)},
	)
	body.AppendNewline()
}

// foundation is an output of the foundation, in a root that reads its state.
func foundation(names ...string) hclwrite.Tokens {
	return reference(append([]string{"data", "terraform_remote_state", string(Foundation), "outputs"}, names...)...)
}
