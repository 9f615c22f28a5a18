// Package harness gives the tests the drover program, Terraform and a cloud on this machine.
// It must never skip a test: what is missing is a failure that says what to do.
package harness
