package markdown

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"drover/generator/untrusted"
)

// Inline is Markdown that fits into a line and into a cell of a table. It is made by the functions of this package only.
type Inline struct{ source string }

// longest is how many characters of one text are shown.
const longest = 1000

// Text shows a text as prose.
func Text(s string) Inline {
	var b strings.Builder
	text := []rune(line(s))
	for i, r := range text {
		switch {
		case r == '@', r == '#': // GitHub and GitLab make links of @name and #1 after Markdown is read, but not in code
			fmt.Fprintf(&b, "<code>&#%d;</code>", r)
		case markup(r) || begins(text, i):
			fmt.Fprintf(&b, "&#%d;", r) // which is never markup, not even in a cell of a table
		default:
			b.WriteRune(r)
		}
	}
	return Inline{b.String()}
}

// Textf is Text of what fmt.Sprintf makes.
func Textf(format string, values ...any) Inline { return Text(fmt.Sprintf(format, values...)) }

// Code shows a text as code; nothing as nothing.
func Code(s string) Inline {
	s = strings.TrimSpace(line(s))
	switch {
	case s == "":
		return Inline{}
	case !strings.ContainsAny(s, "`|\\"):
		return Inline{"`" + s + "`"}
	}
	var b strings.Builder
	for _, r := range s {
		if r < 0x7f && r != ' ' && !unicode.IsLetter(r) && !unicode.IsDigit(r) { // Markdown is read inside of the tag
			fmt.Fprintf(&b, "&#%d;", r)
		} else {
			b.WriteRune(r)
		}
	}
	return Inline{"<code>" + b.String() + "</code>"}
}

// Bold is what it is given, in bold.
func Bold(i Inline) Inline {
	if i.source == "" {
		return i
	}
	return Inline{"<strong>" + i.source + "</strong>"}
}

// Join puts one behind the other.
func Join(all ...Inline) Inline {
	var b strings.Builder
	for _, i := range all {
		b.WriteString(i.source)
	}
	return Inline{b.String()}
}

// line is a text in one line of a bounded length, every character of it seen, with at most one space at each end.
func line(s string) string {
	s = untrusted.Printable(s)
	words := strings.Join(strings.Fields(s), " ")
	if words == "" {
		return ""
	}
	if first, _ := utf8.DecodeRuneInString(s); unicode.IsSpace(first) {
		words = " " + words
	}
	words = untrusted.Clip(words, longest)
	if last, _ := utf8.DecodeLastRuneInString(s); unicode.IsSpace(last) {
		words += " "
	}
	return words
}

// markup is true of what may be markup anywhere in a line. Other punctuation keeps the source readable.
func markup(r rune) bool { return r < 0x7f && strings.ContainsRune("!$&*;<>?[\\]^_`{|}~", r) }

// begins is true of what is markup in some places only: a mark of a list or a command of GitLab's at the start, an address, an emoji's name.
func begins(text []rune, i int) bool {
	before := strings.TrimLeft(string(text[:i]), " ")
	next := ' '
	if i+1 < len(text) {
		next = text[i+1]
	}
	switch text[i] {
	case '-', '+', '=':
		return before == ""
	case '/':
		return before == "" && unicode.IsLetter(next)
	case '.', ')':
		return next == ' ' && strings.Trim(before, "0123456789") == "" || strings.HasSuffix(strings.ToLower(before), "w") // 1. is a list, www. an address
	case ':':
		return next != ' ' && (next < '0' || next > '9')
	}
	return false
}
