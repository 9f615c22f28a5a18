// Package templates holds the text that drover writes for people to read, such
// as the README of each root, embedded in the program.
//
// It must never hold Terraform: HCL is made from values and not from text. A
// template here decides nothing; what it is given is decided by who renders it.
package templates

import "embed"

// FS holds the templates: readme/<module>.md.tmpl, init/cluster.yaml.tmpl of the
// first spec, report/rotation.html.tmpl, and pipelines/*.sh: the shell of the steps of a pipeline, which is the same for every
// spec, as what differs is in variables.
//
//go:embed readme/*.md.tmpl init/*.tmpl report/*.tmpl pipelines/*.sh
var FS embed.FS
