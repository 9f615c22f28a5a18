// Package rehearsal is a cloud on this machine: a simulated AWS account with the DNS, the ingresses and the traffic
// around it, in which drover applies and rotates a cluster through the same files and the same code as on AWS. It
// must never listen beyond 127.0.0.0/8, never call AWS, and never leave a process or a file behind.
package rehearsal
