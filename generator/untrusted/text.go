package untrusted

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Printable is s with an escape, such as \u202e, in place of each character that shows as something else than itself or
// as nothing: controls (terminals obey them), those that turn the direction of text, those without width, and the
// separators of lines and paragraphs of Unicode; and in place of one in each command that a pipeline would take from what
// a program writes. Line feeds and tabs stay. An escape is what JSON writes, so that JSON stays the same data.
func Printable(s string) string {
	if strings.IndexFunc(s, Hidden) < 0 && utf8.ValidString(s) && !strings.Contains(s, "##") && !strings.Contains(s, "::") {
		return s
	}
	return printable(s, &commands{})
}

// printable goes on where what was written before has ended.
func printable(s string, before *commands) string {
	var b strings.Builder
	for _, r := range s {
		switch begins := before.begins(r); {
		case !begins && !Hidden(r):
			b.WriteRune(r) // of a byte that is no character, the sign that stands for one
		case r > 0xffff:
			high, low := (r-0x10000)>>10+0xd800, (r-0x10000)&0x3ff+0xdc00
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// commands finds those that pipelines take out of what is written, and carry out: Azure's ##vso[task.setvariable …] and
// those of others of that form anywhere in a line, GitHub's ::add-mask:: where nothing but spaces is before it.
type commands struct {
	colon bool // the line has spaces and a colon
	said  bool // it has anything else
	signs int  // number signs just before; 2 for more
	word  bool // letters after those
}

// begins is true of the character without which a command would not be one.
func (c *commands) begins(r rune) bool {
	if r == '\n' {
		*c = commands{}
		return false
	}
	colons := c.colon && r == ':'
	blank := !c.colon && !c.said
	c.said = c.said || c.colon || r != ':' && !unicode.IsSpace(r)
	c.colon = blank && r == ':'
	bracket := r == '[' && c.signs == 2
	switch letter := 'a' <= r|0x20 && r|0x20 <= 'z'; {
	case letter && c.signs == 2:
		c.word = true
	case r == '#' && !c.word:
		c.signs = min(c.signs+1, 2)
	case r == '#':
		c.signs, c.word = 1, false
	default:
		c.signs, c.word = 0, false
	}
	return colons || bracket
}

// Hidden tells whether a character is not what a person sees, and Printable puts an escape in its place: categories Cc, Cf, Zl and Zp, and what fonts draw as nothing.
func Hidden(r rune) bool {
	switch {
	case r == '\n', r == '\t':
		return false
	case r < utf8.RuneSelf:
		return r < ' ' || r == 0x7f
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// Writer writes to w what is Printable. It is the boundary of a stream that a person reads.
func Writer(w io.Writer) *PrintableWriter { return &PrintableWriter{to: w} }

// PrintableWriter is an io.Writer of what is printable. Goroutines may share it.
type PrintableWriter struct {
	to   io.Writer
	mu   sync.Mutex
	rest []byte // of a character that the next write goes on with
	said commands
}

// Write returns the length of what it was given, as an io.Writer has to.
func (w *PrintableWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := append(w.rest, p...)
	end := len(text)
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if last := text[len(text)-n:]; utf8.RuneStart(last[0]) {
			if !utf8.FullRune(last) {
				end -= n
			}
			break
		}
	}
	w.rest = append([]byte(nil), text[end:]...)
	if _, err := io.WriteString(w.to, printable(string(text[:end]), &w.said)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Unwrap returns what is written to in the end, for those who ask whether it is a terminal.
func (w *PrintableWriter) Unwrap() io.Writer { return w.to }

// Clip is s in at most so many characters, an ellipsis in place of the rest.
func Clip(s string, most int) string {
	count, cut := 0, 0
	for i := range s {
		switch count++; {
		case count == most:
			cut = i
		case count > most:
			return s[:cut] + "…"
		}
	}
	return s
}
