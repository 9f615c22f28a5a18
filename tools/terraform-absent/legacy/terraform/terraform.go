// Package terraform is empty: only a test of Terraform's asks for it.
package terraform
