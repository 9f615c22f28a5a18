// Package history says what a cluster is now and what was done to it: status, history and the report of a rotation, each
// a fold of the journal.
//
// It must never ask anything outside the journal, and never decide anything.
package history
