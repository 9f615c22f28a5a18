// Package journal keeps what drover did to one cluster: the append-only
// journal, the lease that lets one process drive, and the bundles that roots
// were built from. State is never stored: it is folded from the events.
//
// It must never rewrite or drop an event, and never let a process whose fencing
// number is out of date append one.
package journal
