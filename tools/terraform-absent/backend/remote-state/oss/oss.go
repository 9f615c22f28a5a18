// Package oss stands in for the backend of that name, and refuses.
package oss

import "github.com/hashicorp/terraform/internal/backend/remote-state/absent"

// New makes the backend that refuses.
func New() absent.Backend { return "oss" }
