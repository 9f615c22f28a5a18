package spec

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
	"golang.org/x/text/width"

	"drover/generator/untrusted"
)

// widest is the longest line that an excerpt shows, in characters.
const widest = 160

// span is a stretch of one line; line and column count from 1, in characters.
type span struct{ line, column, width int }

// source is the text of a spec file, by lines.
type source struct {
	name     string
	lines    []string
	redacted []span
}

// lineEnds are those that YAML knows.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

func newSource(name string, text string) *source {
	return &source{name: name, lines: strings.Split(lineEnds.Replace(text), "\n")}
}

// redact keeps a stretch out of every excerpt: it may be a secret that a
// person wrote where only the name of one belongs.
func (s *source) redact(at span) { s.redacted = append(s.redacted, at) }

// excerpt shows the lines of spans, in the order of the file, with carets.
func (s *source) excerpt(spans []span) string {
	spans = slices.Clone(spans)
	slices.SortStableFunc(spans, func(a, b span) int { return a.line - b.line })
	var b strings.Builder
	above := 0
	for len(spans) > 0 {
		n := 1
		for n < len(spans) && spans[n].line == spans[0].line {
			n++
		}
		if number := spans[0].line; number >= 1 && number <= len(s.lines) {
			if above > 0 && above+1 < number {
				b.WriteString("  ...\n")
			}
			above = number
			s.excerptLine(&b, spans[:n])
		}
		spans = spans[n:]
	}
	return b.String()
}

// excerptLine shows one line, or the stretch of it around the first span, with
// carets below each span.
func (s *source) excerptLine(b *strings.Builder, spans []span) {
	number := spans[0].line
	line := []rune(s.visible(number))
	start := min(spans[0].column-1, len(line))
	from := 0
	if len(line) > widest && start > widest/2 {
		from = start - widest/2
	}
	to := min(len(line), from+widest)
	under := make([]bool, to-from+1) // the last is what is missing at the end of the line
	for _, at := range spans {
		for i := at.column - 1; i < at.column-1+at.width; i++ {
			if i >= from && i <= to && (i < to || i == at.column-1) {
				under[i-from] = true
			}
		}
	}
	fmt.Fprintf(b, "%5d | %s\n      | %s\n", number, string(line[from:to]), carets(line[from:to], under))
}

// carets is the line below a text: they stand where a terminal puts the
// characters, of which some are two cells wide, and some none.
func carets(text []rune, under []bool) string {
	var b strings.Builder
	for i, marked := range under {
		with, cells := " ", 1
		if i < len(text) {
			cells = cellsOf(text[i])
		}
		if i < len(text) && text[i] == '\t' {
			with = "\t"
		}
		if marked {
			with = "^"
		}
		if marked && (i == 0 || !under[i-1]) {
			cells = max(cells, 1) // what is marked begins with one caret at least
		}
		b.WriteString(strings.Repeat(with, cells))
	}
	return strings.TrimRight(b.String(), " \t")
}

// cellsOf is how many cells of a terminal a character takes.
func cellsOf(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	default:
		return 1
	}
}

// visible is a line as a terminal may show it: no control characters, and
// nothing that was redacted.
func (s *source) visible(number int) string {
	line := []rune(s.lines[number-1])
	for i, r := range line {
		if untrusted.Hidden(r) || r == utf8.RuneError {
			line[i] = '·'
		}
	}
	for _, hide := range s.redacted {
		if hide.line != number {
			continue
		}
		from := min(hide.column-1, len(line))
		for i := from; i < min(from+hide.width, len(line)); i++ {
			line[i] = '*'
		}
	}
	return string(line)
}

// spanOf gives where a node is written. A mapping is where its first key is.
func spanOf(n ast.Node) span {
	switch n := n.(type) {
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return spanOf(n.Values[0].Key)
		}
	case *ast.MappingValueNode:
		return spanOf(n.Key)
	}
	return spanOfToken(n.GetToken())
}

func spanOfToken(t *token.Token) span {
	if t == nil || t.Position == nil {
		return span{}
	}
	text := strings.TrimSpace(t.Origin)
	if first, _, many := strings.Cut(text, "\n"); many {
		text = strings.TrimRight(first, " \r")
	}
	return span{line: t.Position.Line, column: t.Position.Column, width: max(1, utf8.RuneCountInString(text))}
}
