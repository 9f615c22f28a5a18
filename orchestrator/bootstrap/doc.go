// Package bootstrap brings Kubernetes objects into a cluster: it applies them by server-side apply, in an order in which
// each finds what it needs, and waits until all of them are as they should be. It can be killed at any time and run again.
//
// It must never delete an object, take a field that another manager owns, or take an object that it could not see for one
// that is ready.
package bootstrap
