// Package orchestrator replaces a running cluster by a new one: the table of
// phases, the engine that advances it from the journal, and the first build.
//
// It must never move traffic except through the traffic root, never delete
// anything before every condition of destroy holds, and never keep a decision
// anywhere but in the journal.
package cluster
