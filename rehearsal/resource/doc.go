// Package resource is a store of simulated resources that is described by a table: a row for each kind (its ids, what
// makes it unique, what it refers to, how long it takes, what is refused and how) and a row for each operation. It
// speaks no protocol and knows no platform: an adapter decodes requests and encodes answers. It must never answer an
// operation that is not in its table, and never lets a reference lead to nothing that its table says is held.
package resource
