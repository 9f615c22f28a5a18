// Package spec is the Go form of a spec, the YAML file that describes one
// cluster: types, strict decoding with positions, defaults and validation.
//
// It must never import another package of this project, reach the network, or
// say anything about a spec without the place in the file that it is about.
package spec
