// Package gobuild builds programs from a Go module that drover carries, with the user's own Go. It must never write outside
// the directory that it is given and Go's own caches, nor build with anything but the versions in the module's go.sum.
package gobuild
