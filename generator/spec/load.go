package spec

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"drover/generator/untrusted"
)

// The apiVersion and kind of a spec that this drover reads.
const (
	APIVersion = "drover/v1"
	Kind       = "Cluster"
)

// Load reads the spec in the file at path: strictly, with defaults filled in,
// and validated. All there is to say about it comes at once. The cluster is
// only to be used if the diagnostics hold no error.
func Load(path string) (Cluster, Diagnostics) {
	data, err := untrusted.ReadFile(path)
	if err != nil {
		return Cluster{}, Diagnostics{unreadable(path, err)}
	}
	c, d := examine(path, data)
	d.readManifests(path, &c)
	return c, d.finish()
}

func unreadable(path string, err error) Diagnostic {
	d := Diagnostic{File: path, Severity: Error}
	var cause *fs.PathError
	switch {
	case path == "-":
		d.Message = "a spec is read from a file, and - is none"
		d.Suggestion = "for what is piped in, write -f /dev/stdin"
	case errors.Is(err, fs.ErrNotExist):
		d.Message = "there is no such file"
		d.Suggestion = "name the spec with -f FILE (default: cluster.yaml in this directory), or write a first one with drover init"
	case errors.Is(err, fs.ErrPermission):
		d.Message = "you may not read this file"
		d.Suggestion = "give yourself the right to: chmod u+r " + path
	case errors.Is(err, untrusted.ErrDirectory):
		d.Message = "this is a directory, where one spec file is needed"
		d.Suggestion = "name a file in it, such as " + strings.TrimRight(path, "/") + "/cluster.yaml"
	case errors.Is(err, untrusted.ErrOutside):
		d.Message = "this is a symbolic link to a file outside of the checkout, and a spec from a checkout is read from there only"
		d.Suggestion = "put the spec itself in the place of the link, or name the file that it leads to with -f"
	case errors.Is(err, untrusted.ErrNotRegular):
		d.Message = "this is a device, a pipe or a socket, where a file is needed"
		d.Suggestion = "for what is piped in, write -f /dev/stdin"
	case errors.Is(err, untrusted.ErrTooLarge):
		d.Message = fmt.Sprintf("the file has more than %d bytes, more than any spec", untrusted.MostBytes)
		d.Suggestion = "check that -f names the right file"
	default:
		d.Message = "reading the spec failed: " + err.Error()
		if errors.As(err, &cause) {
			d.Message = "reading the spec failed: " + cause.Err.Error()
		}
		d.Suggestion = "see whether the file can be read at all, such as with cat"
	}
	return d
}

// Parse is Load for a spec that is in memory; name stands for it in diagnostics. What the spec names beside it is not read.
func Parse(name string, data []byte) (Cluster, Diagnostics) {
	c, d := examine(name, data)
	return c, d.finish()
}

// saysItIsOurs is what a file that a person wrote as a spec says of itself, however mistaken the rest is. Of any other
// file nothing is shown: it may be a person's own, such as ~/.netrc, and a continuous integration's log may be public.
var saysItIsOurs = lazily(`(?i)api[-_ ]?version["']?[ \t]*:[ \t]*["']?drover`)

// examine does all that Parse does, and gives the decoder that knows what is
// wrong and where everything is.
func examine(name string, data []byte) (Cluster, *decoder) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	d := &decoder{
		source: newSource(name, string(data)), foreign: !saysItIsOurs.MatchString(string(data)),
		index: map[string]place{}, failed: map[string]bool{}, failedBelow: map[string]bool{}, anchors: map[string]ast.Node{},
	}
	var c Cluster
	c.setDefaults()
	if body := d.document(data); body != nil && d.isOurs(body) {
		d.decode(body, &c)
		d.missingFields()
		derive(&c, d.has)
		validate(d, &c)
	}
	return c, d
}

// document gives the one YAML document in data, or nil when there is none.
func (d *decoder) document(data []byte) ast.Node {
	if !d.isText() {
		return nil
	}
	file, err := untrusted.ParseYAML(data, parser.AllowDuplicateMapKey())
	if err != nil {
		d.syntaxError(err)
		return nil
	}
	var bodies []ast.Node
	for _, doc := range file.Docs {
		switch doc.Body.(type) {
		case nil, *ast.DirectiveNode, *ast.CommentGroupNode:
		default:
			bodies = append(bodies, doc.Body)
		}
	}
	switch len(bodies) {
	case 0:
		d.add(Diagnostic{
			Severity: Error, Message: "the file holds no spec: it is empty",
			Suggestion: "start with these lines: " + firstLines,
		})
		return nil
	case 1:
		return bodies[0]
	}
	d.errorAt("", "write one cluster a file, and remove what begins here", spanOf(bodies[1]),
		fmt.Sprintf("the file holds %d YAML documents, where a spec is one", len(bodies)))
	return nil
}

// groupVersion is how Kubernetes and its neighbors write an apiVersion.
var groupVersion = lazily(`^([a-z0-9.-]{1,60}/)?v[0-9][a-z0-9]{0,10}$`)

const firstLines = "apiVersion: drover/v1, kind: Cluster, metadata: {name: NAME}, spec: …; or write a whole spec with drover init"

func (d *decoder) isText() bool {
	for n, line := range d.lines {
		bad := strings.IndexByte(line, 0)
		if bad < 0 && !utf8.ValidString(line) {
			bad = len(line) - len(strings.ToValidUTF8(line, ""))
			for i := range line {
				if r, size := utf8.DecodeRuneInString(line[i:]); r == utf8.RuneError && size == 1 {
					bad = i
					break
				}
			}
		}
		if bad >= 0 {
			column := utf8.RuneCountInString(line[:bad]) + 1
			d.errorAt("", "save it as UTF-8 text, and check that -f names the right file", span{n + 1, column, 1},
				"the file is not text: this is not a UTF-8 character")
			return false
		}
	}
	return true
}

// syntaxError says what keeps the file from being YAML.
func (d *decoder) syntaxError(err error) {
	var limit *untrusted.LimitError
	if errors.As(err, &limit) {
		d.errorAt("", "no spec is like that; check that -f names the right file", span{limit.Line, limit.Column, 1}, limit.Message)
		return
	}
	var syntax *yaml.SyntaxError
	if !errors.As(err, &syntax) || syntax.Token == nil {
		d.add(Diagnostic{Severity: Error, Message: "the file is not YAML: " + err.Error(), Suggestion: "check that -f names the right file"})
		return
	}
	at := spanOfToken(syntax.Token)
	if at.line < 1 || at.line > len(d.lines) {
		at = span{line: 1, column: 1, width: 1}
	}
	at.width = 1
	if before, _, has := strings.Cut(d.lines[at.line-1], "\u00a0"); has {
		at.column = utf8.RuneCountInString(before) + 1
	}
	if d.foreign {
		d.errorAt("", "start a spec with these lines: "+firstLines, at, "the file is not YAML, and does not say that it is a spec")
		return
	}
	message, suggestion := explainSyntax(syntax.Message, d.lines[at.line-1])
	d.errorAt("", suggestion, at, message)
}

// explainSyntax puts a message of the YAML parser in words that say what to do.
func explainSyntax(message, line string) (string, string) {
	indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	switch {
	case strings.Contains(indent, "\t"):
		return "a tab indents this line, and YAML is indented by spaces only", "replace each tab by two spaces"
	case strings.Contains(line, "\u00a0"):
		return "this line holds a no-break space, which looks like a space and is none to YAML", "type the spaces of this line anew; such ones come from web pages"
	case strings.Contains(line, "{{"):
		return "this is a template, not YAML: {{ has no meaning in a spec", "write the value itself, or fill in the template before drover reads it"
	case strings.Contains(message, "mapping value is not allowed"):
		return "a second \": \" on one line, or a line that is indented too far", `put a text that holds ": " in quotes, or indent this line as the one above it`
	case strings.Contains(message, "value is not allowed in this context"):
		return "this line is indented as none of the lines above it is", "indent it by as many spaces as its neighbors have"
	case strings.Contains(message, "could not find end character"):
		return "a text is opened by a quote that is never closed", "close it with the same quote"
	case strings.Contains(message, "must be specified"), strings.Contains(message, "flow map"):
		return "a list or mapping is opened by a bracket, here or above, and not closed", "close [ with ] and { with }, with commas between the items"
	case strings.Contains(message, "reserved character"):
		return "a text may not begin with this character", "put the text in quotes"
	case strings.Contains(message, "unexpected key name"), strings.Contains(message, "non-map value"):
		return "this is not a field with a value", "put a space after the colon: name: value"
	}
	return "this is not YAML: " + message, "compare the line with its neighbors: name: value, indented by spaces"
}

// notOurs suggests what to do about a file of another tool.
func notOurs(apiVersion, otherwise string) string {
	if strings.HasPrefix(apiVersion, "eksctl.io/") {
		return "this file is eksctl's; drover init --from-eksctl FILE writes a spec from it"
	}
	return otherwise
}

// isOurs tells whether the document says that it is a spec. About a file that
// is something else there is only this to say.
func (d *decoder) isOurs(body ast.Node) bool {
	pairs, isMapping := mapping(body)
	if !isMapping {
		is := kindOf(body)
		if _, isScalar := scalarText(body); isScalar && d.foreign {
			is = "one text"
		}
		d.errorAt("", "start with these lines: "+firstLines, spanOf(body), "a spec is a mapping of fields, and this is "+is)
		return false
	}
	for _, want := range []struct{ key, value string }{{"apiVersion", APIVersion}, {"kind", Kind}} {
		for _, p := range pairs {
			if keyOf(p) != want.key {
				continue
			}
			got, isText := p.Value.(*ast.StringNode)
			if isText && got.Value != want.value && (!d.foreign || groupVersion.MatchString(got.Value)) {
				d.errorAt(want.key, notOurs(got.Value, fmt.Sprintf("write %s: %s, and check that -f names the right file", want.key, want.value)),
					spanOf(p.Value), fmt.Sprintf("this is not a spec that this drover reads: its %s is %q", want.key, got.Value))
				return false
			}
		}
	}
	if d.foreign {
		d.errorAt("apiVersion", "start with these lines: "+firstLines, spanOf(body), "this is not a spec that this drover reads: it has no apiVersion of drover")
	}
	return !d.foreign
}
