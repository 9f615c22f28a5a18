// Package consul stands in for the backend of that name, and refuses.
package consul

import "github.com/hashicorp/terraform/internal/backend/remote-state/absent"

// New makes the backend that refuses.
func New() absent.Backend { return "consul" }
