// Package absent is the backend that is not there: it refuses whatever it is asked for. It must never keep a state.
package absent

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"

	"github.com/hashicorp/terraform/internal/backend"
	"github.com/hashicorp/terraform/internal/configs/configschema"
	"github.com/hashicorp/terraform/internal/states/statemgr"
	"github.com/hashicorp/terraform/internal/tfdiags"
)

// Backend is the name of a backend that this build of Terraform is without.
type Backend string

var _ backend.Backend = Backend("")

func (b Backend) refusal() error {
	return fmt.Errorf("this build of Terraform, made for tests of the modules, has no backend %q: use local", string(b))
}

func (b Backend) ConfigSchema() *configschema.Block { return &configschema.Block{} }

func (b Backend) PrepareConfig(cty.Value) (cty.Value, tfdiags.Diagnostics) {
	return cty.NilVal, tfdiags.Diagnostics{}.Append(b.refusal())
}

func (b Backend) Configure(cty.Value) tfdiags.Diagnostics {
	return tfdiags.Diagnostics{}.Append(b.refusal())
}

func (b Backend) StateMgr(string) (statemgr.Full, error) { return nil, b.refusal() }

func (b Backend) DeleteWorkspace(string, bool) error { return b.refusal() }

func (b Backend) Workspaces() ([]string, error) { return nil, b.refusal() }
