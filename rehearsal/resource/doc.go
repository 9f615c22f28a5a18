// Package resource is a store of simulated resources that a table describes: one row for each kind (ids, uniqueness,
// references, states, refusals) and one for each operation. It speaks no protocol and knows no platform: an adapter
// decodes requests and encodes answers. It must never answer an operation that is not in its table, and never delete a
// resource that another one still holds.
package resource
