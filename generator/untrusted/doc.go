// Package untrusted takes in what a stranger wrote, such as a spec from a pull request: it opens files, parses YAML and
// makes text safe to show, each within limits.
//
// It must never wait for a file that is not regular, follow a link out of a checkout, do work that grows faster than its
// input, or know what a spec is.
package untrusted
