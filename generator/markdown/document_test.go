package markdown_test

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"

	"drover/generator/markdown"
)

// fewestRows is what fits at least, of rows of some fifty bytes.
const fewestRows = 800

func TestAnAnswerFitsIntoACommentAndSaysWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	const rows = 5000
	var many [][]markdown.Inline
	for range rows {
		many = append(many, []markdown.Inline{markdown.Text("create"), markdown.Code(`module.network.aws_subnet.this["public"]`)})
	}
	for name, fill := range map[string]func(*markdown.Document){
		"a table":        func(d *markdown.Document) { d.Table([]string{"action", "resource"}, many) },
		"a folded table": func(d *markdown.Document) { d.Folded("all", []string{"action", "resource"}, many) },
		"a table and more behind it": func(d *markdown.Document) {
			d.Table([]string{"a", "b"}, many)
			d.Heading("more")
			d.Table([]string{"a", "b"}, many)
		},
		"text of a size without bound": func(d *markdown.Document) {
			d.Paragraph(markdown.Text(strings.Repeat("x`|@", 1<<16)))
			d.Table([]string{"a", "b"}, many)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := markdown.New(markdown.Text("Plan"))
			fill(d)
			var out bytes.Buffer
			if err := d.Write(&out, "drover plan"); err != nil {
				t.Fatal(err)
			}
			text := out.String()
			if len(text) > markdown.Most || strings.Count(text, "\n| create") < fewestRows {
				t.Errorf("the answer has %d bytes and %d rows", len(text), strings.Count(text, "\n| create"))
			}
			if !strings.Contains(text, "more lines. `drover plan` shows all.\n") || strings.Count(text, "<details>") != strings.Count(text, "</details>") {
				t.Errorf("the answer ends with %q", text[len(text)-200:])
			}
		})
	}
}

func TestAnAnswerSaysHowManyRowsAreLeftOut(t *testing.T) {
	t.Parallel()
	d := markdown.New(markdown.Text("Plan"))
	row := []markdown.Inline{markdown.Text(strings.Repeat("x", 990))}
	d.Table([]string{"a"}, [][]markdown.Inline{row, row, row})
	for range 100 {
		d.Paragraph(row[0])
	}
	var out bytes.Buffer
	if err := d.Write(&out, "drover plan"); err != nil {
		t.Fatal(err)
	}
	shown := strings.Count(out.String(), strings.Repeat("x", 990))
	if want := "room for it: " + strconv.Itoa(103-shown) + " more lines"; !strings.Contains(out.String(), want) {
		t.Errorf("with %d of 103 shown it ends with %q", shown, out.String()[out.Len()-120:])
	}
}

func TestAnEmptyTableIsNotWritten(t *testing.T) {
	t.Parallel()
	d := markdown.New(markdown.Text("Plan"))
	d.Table([]string{"a"}, nil)
	d.Folded("a", []string{"a"}, nil)
	d.Paragraph(markdown.Code(""))
	var out bytes.Buffer
	if err := d.Write(&out, ""); err != nil || out.String() != "### Plan\n" {
		t.Errorf("it is %q (%v)", out.String(), err)
	}
}

// GitLab carries out a comment's lines such as /close and /approve.
func TestAParagraphIsNoQuickActionAndEndsWhereItsTextEnds(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"/close": "&#47;close", " /close": " &#47;close", "a/b /c": "a/b /c", "/20": "/20", "voilà": "voilà", "a ": "a "} {
		d := markdown.New(markdown.Text("Plan"))
		d.Paragraph(markdown.Text(text))
		var out bytes.Buffer
		if err := d.Write(&out, ""); err != nil || out.String() != "### Plan\n\n"+want+"\n" {
			t.Errorf("%q is %q (%v)", text, out.String(), err)
		}
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestAnAnswerThatCannotBeWrittenIsAnError(t *testing.T) {
	t.Parallel()
	if err := markdown.New(markdown.Text("Plan")).Write(broken{}, ""); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a closed pipe gives %v", err)
	}
}
