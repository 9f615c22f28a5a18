// Package templates holds the text that drover writes for people to read, such
// as the README of each root, embedded in the program.
//
// It must never hold Terraform: HCL is made from values and not from text. A
// template here decides nothing; what it is given is decided by who renders it.
package templates

import "embed"

// FS holds the templates: readme/<module>.md.tmpl, init/cluster.yaml.tmpl of the
// first spec, and report/rotation.html.tmpl; and argocd/install.yaml.gz, which is
// what Argo CD publishes to install it (manifests/install.yaml of its release, under
// the Apache License 2.0, unchanged: gzip -9n).
//
//go:embed readme/*.md.tmpl init/*.tmpl report/*.tmpl argocd/install.yaml.gz
var FS embed.FS
