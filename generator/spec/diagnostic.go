package spec

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Severity tells what stops a command from what it only mentions.
type Severity string

// The severities.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Diagnostic is one thing to say about a spec file, and where.
type Diagnostic struct {
	File       string   `json:"file"`
	Line       int      `json:"line"`   // from 1; 0 when it is about the file as a whole
	Column     int      `json:"column"` // from 1, in characters
	Path       string   `json:"path"`   // such as spec.nodePools[1].min
	Severity   Severity `json:"severity"`
	Code       string   `json:"code,omitempty"` // of a warning that spec.accept can accept
	Message    string   `json:"message"`
	Suggestion string   `json:"suggestion"`
	Excerpt    string   `json:"excerpt"` // the lines it is about, a caret below each

	// Related are the other places that it is about, such as the range that
	// this one overlaps, in this file or another.
	Related []Position `json:"related,omitempty"`

	spans []span
}

// Position is a place in a file.
type Position struct {
	File   string `json:"file"`
	Line   int    `json:"line"`   // from 1; 0 where it is not known
	Column int    `json:"column"` // from 1, in characters
}

// String renders a diagnostic as a compiler does: the position and what is
// wrong, the line with a caret, what to write instead.
func (d Diagnostic) String() string {
	var b strings.Builder
	b.WriteString(d.File)
	if d.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", d.Line, d.Column)
	}
	fmt.Fprintf(&b, ": %s: %s", d.Severity, d.Message)
	if d.Code != "" {
		fmt.Fprintf(&b, " [%s]", d.Code)
	}
	b.WriteByte('\n')
	b.WriteString(d.Excerpt)
	if d.Suggestion != "" {
		fmt.Fprintf(&b, "      = help: %s\n", d.Suggestion)
	}
	return b.String()
}

// Diagnostics is all there is to say about one or more files. As an error it
// is the text that a person reads.
type Diagnostics []Diagnostic

// Error renders every diagnostic, one after the other.
func (d Diagnostics) Error() string {
	parts := make([]string, len(d))
	for i, one := range d {
		parts[i] = one.String()
	}
	return strings.TrimRight(strings.Join(parts, "\n"), "\n")
}

// HasErrors tells whether anything in d stops a command.
func (d Diagnostics) HasErrors() bool {
	return slices.ContainsFunc(d, func(one Diagnostic) bool { return one.Severity == Error })
}

// Errors gives only what stops a command.
func (d Diagnostics) Errors() Diagnostics { return d.only(Error) }

// Warnings gives only what does not.
func (d Diagnostics) Warnings() Diagnostics { return d.only(Warning) }

// First gives as many of d as a person reads, errors before warnings but in the order of d, and one more that says how
// many there are beside them.
func (d Diagnostics) First(most int) Diagnostics { return d.first(most, rest{}) }

// rest counts the diagnostics that are not shown.
type rest struct{ errors, warnings int }

func (r *rest) count(one Diagnostic) {
	if one.Severity == Error {
		r.errors++
	} else {
		r.warnings++
	}
}

func (d Diagnostics) first(most int, more rest) Diagnostics {
	if len(d) <= most && more == (rest{}) {
		return d
	}
	room := most - min(most, len(d.Errors())) // for warnings
	left := most - room
	var out Diagnostics
	for _, one := range d {
		of := &left
		if one.Severity != Error {
			of = &room
		}
		if *of == 0 {
			more.count(one)
			continue
		}
		*of--
		out = append(out, one)
	}
	last := Diagnostic{File: d[0].File, Severity: Warning, Suggestion: "fix those above first"}
	switch {
	case more.errors > 0 && more.warnings > 0:
		last.Severity, last.Message = Error, fmt.Sprintf("and %d more errors and %d more warnings", more.errors, more.warnings)
	case more.errors > 0:
		last.Severity, last.Message = Error, fmt.Sprintf("and %d more errors", more.errors)
	default:
		last.Message = fmt.Sprintf("and %d more warnings", more.warnings)
	}
	return append(out, last)
}

func (d Diagnostics) only(s Severity) Diagnostics {
	var out Diagnostics
	for _, one := range d {
		if one.Severity == s {
			out = append(out, one)
		}
	}
	return out
}

// sort puts diagnostics in the order of the file.
func (d Diagnostics) sort() {
	slices.SortStableFunc(d, func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Path, b.Path))
	})
}
