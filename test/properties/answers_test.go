package properties

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"

	"drover/generator/markdown"
	"drover/generator/untrusted"
	"drover/orchestrator/history"
	"drover/orchestrator/journal"
)

// smuggled are texts that would do something in a comment of GitHub, GitLab or Azure DevOps.
var smuggled = append([]string{
	"@acme/admins", "a @b c", "#1", "GH-1", "!1", ":tada:", "</details>", "<details>", "</td></tr></table>", "```sh\nrm -rf /\n```", "~~~", "[x]: http://a", "[x]", "1) a", "=", "===",
	"http://evil.example.com", "ftp://a", "mailto:a@b.c", "WWW.evil.example.com", "a www.b.c", "<https://a>", "<img src=x onerror=alert(1)>", "/close", "\\@a", "&commat;a", "| --- |", "$$a$$",
	"##[error]a", "::add-mask::a",
}, markup...)

// inCode is code, in which no mention or reference becomes a link.
var inCode = regexp.MustCompile(`(?s)<code>.*?</code>`)

func TestNoTextOfAnAnswerBecomesMarkdown(t *testing.T) {
	t.Parallel()
	for _, s := range smuggled {
		t.Run(s, func(t *testing.T) {
			t.Parallel()
			answerCheck(t, s)
		})
	}
}

func FuzzNoTextOfAnAnswerBecomesMarkdown(f *testing.F) {
	for _, s := range smuggled {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { answerCheck(t, s) })
}

// answerCheck holds an answer full of a text against that full of a harmless word: the page has to be the same.
func answerCheck(t *testing.T, s string) {
	t.Helper()
	const harmless = "harmless"
	line := strings.Join(strings.Fields(untrusted.Printable(s)), " ")
	if line == "" || len(line) > 300 || strings.Contains(line, harmless) {
		return
	}
	got := page(t, answer(t, s))
	want := strings.ReplaceAll(page(t, answer(t, harmless)), harmless, string(util.EscapeHTML([]byte(line))))
	if plain(got) != plain(want) {
		t.Fatalf("with %q the page is\n%s\nwant\n%s", s, got, want)
	}
	if outside := plain(inCode.ReplaceAllString(got, "")); strings.ContainsAny(outside, "@#") {
		t.Errorf("with %q there is a mention or a reference in\n%s", s, outside)
	}
}

// numbered is a character by its number, which HTML that Markdown passes on as it is may have.
var numbered = regexp.MustCompile(`&#(\d+);`)

// plain is a page with each character written in one way only, and no code around those that are in it for safety.
func plain(page string) string {
	page = numbered.ReplaceAllStringFunc(page, func(s string) string {
		n, err := strconv.Atoi(s[2 : len(s)-1])
		if err != nil {
			return s
		}
		return string(util.EscapeHTML([]byte(string(rune(n)))))
	})
	return strings.NewReplacer("<code>@</code>", "@", "<code>#</code>", "#").Replace(page)
}

// answer has a text in every place that a text can be in.
func answer(t *testing.T, s string) []byte {
	t.Helper()
	text, code := markdown.Text(s), markdown.Code(s)
	d := markdown.New(markdown.Join(markdown.Text("Of "), code))
	d.Heading(s)
	d.Paragraph(text)
	d.Paragraph(markdown.Join(markdown.Text("behind a word "), text))
	d.Table([]string{s, "b"}, [][]markdown.Inline{{text, code}, {markdown.Bold(text), markdown.Join(code, text)}}, 1)
	d.Folded(s, []string{"a"}, [][]markdown.Inline{{text}, {code}})
	var out bytes.Buffer
	if err := d.Write(&out, "drover plan"); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func page(t *testing.T, source []byte) string {
	t.Helper()
	var out bytes.Buffer
	if err := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe())).Convert(source, &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// The tables of a report are tables, and what a check was answered is text in one of their cells.
func TestAReportIsReadAsTables(t *testing.T) {
	t.Parallel()
	report := history.Report{Cluster: "shop", PastRotation: history.PastRotation{ID: "r1", From: "blue", To: "green", Outcome: journal.Done, Left: []string{"a|b"}},
		Checks: []history.ReportedCheck{{Phase: "verify", Check: "http-1", Verdicts: map[string]int{"pass": 2}, Detail: "answered | <script>alert(1)</script> @acme"}}}
	var out bytes.Buffer
	if err := report.Markdown(&out); err != nil {
		t.Fatal(err)
	}
	got := page(t, out.Bytes())
	for want, times := range map[string]int{"<table>": 3, "<script": 0, "answered | &lt;script&gt;alert(1)&lt;/script&gt; <code>@</code>acme</td>": 1, "<code>a|b</code></td>": 1, "<td>2 pass</td>": 1} {
		if n := strings.Count(got, want); n != times {
			t.Errorf("%q is there %d times, want %d:\n%s", want, n, times, got)
		}
	}
}
