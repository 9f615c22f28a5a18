// Package gitserver serves Git repositories of this machine on loopback, under the addresses that a spec names them by: a
// program reaches it as its HTTPS proxy. It must never reach a host itself, and never write to a repository.
package gitserver
