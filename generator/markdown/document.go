package markdown

import (
	"fmt"
	"io"
	"strings"
)

// Most is the largest answer, in bytes. GitHub takes 65,536 characters for a comment; the rest is for what a pipeline puts
// around the answer.
const Most = 60_000

// forEnd is kept free for what closes an answer that was cut.
const forEnd = 400

// Document is an answer under way.
type Document struct {
	b    strings.Builder
	left int // rows and paragraphs that have no place
}

// New begins an answer with its heading.
func New(title Inline) *Document {
	d := &Document{}
	d.block("### " + title.source)
	return d
}

// Heading begins a part.
func (d *Document) Heading(title string) { d.block("#### " + Text(title).source) }

// Paragraph writes a paragraph.
func (d *Document) Paragraph(i Inline) {
	if i.source != "" {
		d.block(i.source)
	}
}

// Table writes a table, if it has rows. Numbers are columns that line up on the right, counted from 0.
func (d *Document) Table(heads []string, rows [][]Inline, numbers ...int) {
	if len(rows) == 0 {
		return
	}
	head, rule := "|", "|"
	for i, h := range heads {
		head += " " + Text(h).source + " |"
		side := " --- |"
		for _, n := range numbers {
			if n == i {
				side = " ---: |"
			}
		}
		rule += side
	}
	if !d.block(head + "\n" + rule) {
		d.left += len(rows) - 1 // block counted one
		return
	}
	for i, row := range rows {
		text := "|"
		for n := range heads {
			cell := ""
			if n < len(row) {
				cell = row[n].source
			}
			text += " " + cell + " |"
		}
		if d.b.Len()+len(text)+1 > Most-forEnd {
			d.left += len(rows) - i
			return
		}
		d.b.WriteString(text + "\n")
	}
}

// Folded writes a table below a line that opens it.
func (d *Document) Folded(summary string, heads []string, rows [][]Inline) {
	if len(rows) == 0 {
		return
	}
	if !d.block("<details><summary>" + Text(summary).source + "</summary>") {
		d.left += len(rows) - 1
		return
	}
	d.Table(heads, rows)
	d.b.WriteString("\n</details>\n") // which forEnd has room for
}

// block writes lines of their own, or counts them as left out.
func (d *Document) block(text string) bool {
	if d.left > 0 || d.b.Len()+len(text)+2 > Most-forEnd {
		d.left++
		return false
	}
	if d.b.Len() > 0 {
		d.b.WriteString("\n")
	}
	d.b.WriteString(text + "\n")
	return true
}

// Write writes the answer. All is the command that shows what had no place in it.
func (d *Document) Write(w io.Writer, all string) error {
	text := d.b.String()
	if d.left > 0 {
		text += fmt.Sprintf("\nLeft out, because a comment has no room for it: %d more lines. %s shows all.\n", d.left, Code(all).source)
	}
	_, err := io.WriteString(w, text)
	return err
}
