// Package redact keeps the values that drover knows to be secret out of what it writes: streams, journal and errors.
// It must never keep a value anywhere but in memory, and never guess by the look of a text what in it is secret.
package redact

import (
	"cmp"
	"io"
	"slices"
	"strings"
	"sync"
)

const (
	// hidden stands where a secret was. It needs no escape in JSON, URLs or HCL.
	hidden = "***"
	// shortest is how many bytes a value has at least to be hidden: what is shorter stands in ordinary words too.
	shortest = 8
	// cut is what drover puts where it has cut a text off.
	cut = "…"
)

// Redactor is what is known to be secret. It grows while drover runs, as credentials are fetched and states are read.
// A nil Redactor knows nothing.
type Redactor struct {
	mu       sync.Mutex
	values   map[string]bool
	forms    []string // of all values, the longest first
	replacer *strings.Replacer
}

// Learn adds values. Of one with several lines, each line is a secret too, as texts are shown line by line.
func (k *Redactor) Learn(values ...string) {
	if k == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.values == nil {
		k.values = map[string]bool{}
	}
	for _, value := range values {
		for _, v := range append(strings.Split(value, "\n"), value) {
			if v = strings.TrimSpace(v); len(v) >= shortest && !k.values[v] {
				k.values[v] = true
				k.forms = append(k.forms, forms(v)...)
				k.replacer = nil
			}
		}
	}
}

// Hide gives the text without what is known to be secret, also where one is cut off at an end of a line or at "…".
func (k *Redactor) Hide(text string) string {
	if k == nil {
		return text
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.forms) == 0 {
		return text
	}
	if k.replacer == nil {
		k.prepare()
	}
	text = k.replacer.Replace(text)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		parts := strings.Split(line, cut)
		for j := range parts {
			parts[j] = k.hideEnds(parts[j])
		}
		lines[i] = strings.Join(parts, cut)
	}
	return strings.Join(lines, "\n")
}

// prepare sorts the forms, so that of two that begin alike the longer is found.
func (k *Redactor) prepare() {
	slices.SortFunc(k.forms, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	k.forms = slices.Compact(k.forms)
	pairs := make([]string, 0, 2*len(k.forms))
	for _, form := range k.forms {
		pairs = append(pairs, form, hidden)
	}
	k.replacer = strings.NewReplacer(pairs...)
}

// hideEnds hides the end of a secret at the beginning of a part, and the beginning of one at its end.
func (k *Redactor) hideEnds(part string) string {
	core := strings.TrimSpace(part)
	from := strings.Index(part, core)
	before, after := part[:from], part[from+len(core):]
	for _, form := range k.forms {
		if head := form[:shortest]; strings.Contains(core, head) {
			for n := min(len(form), len(core)); n >= shortest; n-- {
				if strings.HasSuffix(core, form[:n]) {
					core = core[:len(core)-n] + hidden
					break
				}
			}
		}
		if tail := form[len(form)-shortest:]; strings.Contains(core, tail) {
			for n := min(len(form), len(core)); n >= shortest; n-- {
				if strings.HasPrefix(core, form[len(form)-n:]) {
					core = hidden + core[n:]
					break
				}
			}
		}
	}
	return before + core + after
}

// Writer hides what is written to w. A secret must come in one write; drover writes whole lines.
func (k *Redactor) Writer(w io.Writer) *Writer { return &Writer{k, w} }

// Writer is an io.Writer that hides.
type Writer struct {
	known *Redactor
	to    io.Writer
}

// Write gives the length of what it was given, as an io.Writer has to.
func (w *Writer) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.to, w.known.Hide(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Unwrap gives what is written to in the end, for those who ask whether it is a terminal.
func (w *Writer) Unwrap() io.Writer { return w.to }
