// Package kubernetes is a small client of one cluster's API server: the few reads, applies and deletions that a rotation
// needs, over net/http, with only the fields that are looked at. It must never take a field that another manager owns,
// know a cloud platform, or take a refused or missing answer for an empty one.
//
// client-go is not used, because linking it costs every start of the program more than all the rest of it.
package kubernetes
