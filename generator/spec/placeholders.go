package spec

import (
	"fmt"
	"slices"
	"strings"
)

// Side is the color that a check judges, as the texts of checks name it.
type Side struct {
	Color   string
	Other   string // the other color
	Cluster string // the color's name on the platform
	Host    string // its own host name
}

// placeholders are what the texts of a check may carry in double braces.
var placeholders = []string{"color", "other", "cluster", "host"}

// Fill replaces every placeholder of a text of a check.
func (s Side) Fill(text string) string {
	if !strings.Contains(text, "{{") {
		return text
	}
	return strings.NewReplacer("{{color}}", s.Color, "{{other}}", s.Other, "{{cluster}}", s.Cluster, "{{host}}", s.Host).Replace(text)
}

// filled checks the placeholders of a text of a check. A program may have double braces of its own, such as the
// templates of docker and kubectl: there, only what is a single word is taken for a placeholder.
func (v *validator) filled(path, text string, program bool) {
	for _, name := range inBraces(text) {
		trimmed := strings.TrimSpace(name)
		switch {
		case slices.Contains(placeholders, name):
		case slices.Contains(placeholders, trimmed):
			v.wrong(path, fmt.Sprintf("%s has the placeholder {{%s}} with spaces in it", path, name), "write {{"+trimmed+"}}")
		case !program || isWord(trimmed):
			v.wrong(path, fmt.Sprintf("%s has the placeholder {{%s}}, which is not known", path, name), meantPlaceholder(trimmed))
		}
	}
}

// inBraces is what stands in double braces.
func inBraces(text string) (names []string) {
	for {
		_, rest, found := strings.Cut(text, "{{")
		name, after, closed := strings.Cut(rest, "}}")
		if !found || !closed {
			return names
		}
		if i := strings.LastIndex(name, "{{"); i >= 0 {
			name = name[i+2:]
		}
		names, text = append(names, name), after
	}
}

func isWord(text string) bool {
	return text != "" && strings.Trim(strings.ToLower(text), "abcdefghijklmnopqrstuvwxyz") == ""
}

func meantPlaceholder(name string) string {
	braced := make([]string, len(placeholders))
	for i, known := range placeholders {
		braced[i] = "{{" + known + "}}"
	}
	if near := nearest(name, placeholders); near != "" {
		return "did you mean {{" + near + "}}? It can be " + oneOf(braced)
	}
	return "write " + oneOf(braced)
}
