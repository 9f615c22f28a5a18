// Package terraform drives Terraform and OpenTofu, one Root instance for each root directory, and is the only code of
// drover that starts them. It must never break a lock that is not provably its own dead process's, never force a
// state, and never kill Terraform before it had the time to finish what it creates and to write that down.
//
// Short commands (init, show, output, state) go through terraform-exec. Plan and apply do not: on Linux
// terraform-exec has the kernel kill Terraform as soon as drover dies, and a Terraform that dies during a create loses
// what it was creating. Here they run in a session of their own, write their JSON events to a file, and outlive
// drover; the next drover finds them, follows their events and waits for them (see process.go).
package terraform
