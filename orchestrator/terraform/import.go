package terraform

import (
	"context"

	"github.com/hashicorp/terraform-exec/tfexec"
)

// Import takes a resource that exists into the state, at an address that the root's files have. Its caller has proven
// whose it is.
func (r *Root) Import(ctx context.Context, address, id string) error {
	if err := r.settle(ctx); err != nil {
		return err
	}
	return r.explain(ctx, "import", r.cli.Import(ctx, address, id, tfexec.Lock(true), tfexec.LockTimeout(r.options.LockTimeout.String())))
}
