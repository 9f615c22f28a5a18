// Package modules gives the Terraform modules that drover's roots call, as a
// file tree that is part of the program. It only carries the files: it must
// never read the disk, change a module or know what a spec says.
package modules

import "embed"

// FS holds the README and the Terraform files of every module, at
// <platform>/<module>/<file>; aws/cluster/nodes.tf is one. The modules' own
// tests are left out, for they are of no use beside a rendered root.
//
//go:embed aws/*/*.tf aws/*/README.md
var FS embed.FS
