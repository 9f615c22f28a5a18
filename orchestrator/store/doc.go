// Package store keeps what drover remembers of a cluster where every machine finds it: the journal, the lease, bundles,
// attachments and requests, above one small interface, [Objects]. It must never interpret an event, and never delete or
// change a record.
//
// # Journal and lease
//
// The journal is a chain of immutable records. Record n is created only if it is not there yet, so of two writers one
// wins and the other learns of it. The lease is part of the same chain: taking it, appending under it and releasing it
// each create the next record. Whoever takes the lease therefore shuts out the former holder in the same instant: that
// process can neither append nor release any more, however long it was stopped, and the new holder has read everything
// it wrote. Each time the lease is taken, its fence rises by one.
//
// A lease expires a TTL after its holder was last heard of: by a record, or by the heartbeat, an object for each fence
// that only its holder overwrites. Another process takes the lease after it was released, after its expiry, or at once
// if the holder is known to have ended (see Options.Ended).
//
// # Clocks
//
// The holder measures the TTL on its own clocks, the monotonic one and the wall clock, and believes whichever is further
// on: the monotonic clock runs on while a process is stopped, but stands still while the machine is suspended. Who wants
// to take the lease over compares wall clocks, allows for a difference of Options.Skew, and then watches for longer than
// the time between two heartbeats. So a process whose clock is wrong waits too long, or finds that the holder lives; it
// does not take the lease of a live one.
//
// Times in the journal decide too: blue is kept for a day by them. Where the store has a clock, as a bucket's service has,
// whoever takes the lease learns how far its own is off (Lease.Ahead); drover refuses more than a minute.
//
// # Damage
//
// A value that is altered, truncated, emptied, missing, or a copy of another one, is a DamageError, and one that a newer
// drover wrote is a VersionError; nothing is done then. Each heartbeat names the
// journal's last record, and releasing the lease writes one too. So a journal whose end was lost is noticed, as is one
// that is shorter than an anchor that the caller knows from elsewhere (Options.Anchor).
//
// Three losses look like no loss. If everything is replaced by one consistent older copy, or deleted, the store is as it
// was then, or new. If a holder crashed, the records since its last heartbeat can be lost with it. And a heartbeat that
// is replaced by an older one looks like that of a stopped holder. The first two are found by comparing the journal with
// the world, as drover does before it acts; the third by watching, and it costs the holder its lease at most.
package store
