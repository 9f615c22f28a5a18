// Package notify tells people what a rotation does: in Slack, Teams, PagerDuty, by a webhook and by e-mail. What it tells
// follows from the journal's records alone, so that each message is sent at least once, by this process or by the next, with the
// same ID each time. It must never block or fail a rotation, and never put a secret into a message, an error or the store.
//
// The formats are written out here. The libraries for this (shoutrrr, nikoksr/notify, the CloudEvents SDK) have no ID that stays
// the same when a message is sent again, put secrets into addresses that their errors quote, or bring 20 to 140 modules.
package notify
