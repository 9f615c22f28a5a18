// Package properties holds what is true of every input, not only of examples: generated specs and networks are tried
// until one breaks the rule. It must never touch files, clouds or clocks.
package properties
