// Package s3 stands in for the backend of that name, and refuses.
package s3

import "github.com/hashicorp/terraform/internal/backend/remote-state/absent"

// New makes the backend that refuses.
func New() absent.Backend { return "s3" }
