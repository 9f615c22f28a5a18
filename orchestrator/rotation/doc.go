// Package rotation decides how one color of a cluster is replaced by the other. Its table of phases is the product;
// Next is a pure function from what the journal holds to the next effect, wait or end; Loop carries that out.
//
// It must never touch anything outside itself but through the interfaces of Loop: no cloud, no file, no clock. And no
// decision may rest on anything that is not in the journal's state.
package rotation
