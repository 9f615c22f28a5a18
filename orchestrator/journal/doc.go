// Package journal says what drover remembers of one cluster: the events that it records, and the state that they add up
// to. State is never stored: it is folded from the events, which package store keeps.
//
// It must never ask anything outside, and never drop an event that it does not understand.
package journal
