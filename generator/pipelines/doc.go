// Package pipelines makes the files by which GitHub, GitLab and Azure DevOps run drover for a cluster: data that a YAML
// library writes, and shell that is the same for every spec.
//
// It must never run anything, and never put a text of a spec, a file's name or an event into shell: scripts read variables.
package pipelines
