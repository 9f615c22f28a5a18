// Package cluster carries out what rotation decides, and builds, changes and destroys a cluster outside of a rotation:
// an effect is a method in a file beside this one, and every change is recorded before it is made.
//
// It must never move traffic to a color that was not verified, never touch a root but with the files that the journal
// names, and never reach an adapter but through the interfaces of Ports.
package cluster
