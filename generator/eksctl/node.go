package eksctl

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"drover/generator/untrusted"
)

// node is a part of a ClusterConfig: where it is, what it says, and whether
// anything was done with it. Methods take nil for what is not there.
type node struct {
	path   string
	line   int
	text   string // of a scalar
	scalar bool
	names  []string // of the fields, in the order of the file
	fields map[string]*node
	items  []*node
	used   bool
}

// read parses the ClusterConfig in data.
func read(file string, data []byte) (*node, error) {
	parsed, err := untrusted.ParseYAML(data)
	if err != nil {
		return nil, fmt.Errorf("reading the ClusterConfig: %s is not YAML: %w", file, withoutExcerpt(err))
	}
	for _, doc := range parsed.Docs {
		if doc.Body == nil {
			continue
		}
		r := &reader{anchors: map[string]ast.Node{}, left: 50_000}
		root := r.node(doc.Body, "")
		if kind := root.get("kind"); kind.string() == "ClusterConfig" {
			root.get("apiVersion").use()
			return root, nil
		}
	}
	return nil, fmt.Errorf("%s holds no ClusterConfig of eksctl: a file with kind: ClusterConfig is needed", file)
}

// withoutExcerpt is an error of the parser without the lines that it shows: nobody said that they are a ClusterConfig.
func withoutExcerpt(err error) error {
	var syntax *yaml.SyntaxError
	if !errors.As(err, &syntax) || syntax.Token == nil {
		return err
	}
	return fmt.Errorf("line %d, column %d is a mistake", syntax.Token.Position.Line, syntax.Token.Position.Column)
}

// reader makes nodes of a YAML document, with aliases followed.
type reader struct {
	anchors map[string]ast.Node
	left    int // nodes that may still be made: a file can repeat itself endlessly by aliases
}

func (r *reader) node(n ast.Node, path string) *node {
	r.left--
	if r.left < 0 || n == nil {
		return &node{path: path, scalar: true}
	}
	out := &node{path: path, fields: map[string]*node{}}
	if t := n.GetToken(); t != nil {
		out.line = t.Position.Line
	}
	switch n := n.(type) {
	case *ast.AnchorNode:
		r.anchors[n.Name.GetToken().Value] = n.Value
		return r.node(n.Value, path)
	case *ast.AliasNode:
		name := n.Value.GetToken().Value
		target := r.anchors[name]
		delete(r.anchors, name) // an anchor cannot hold itself
		out := r.node(target, path)
		r.anchors[name] = target
		return out
	case *ast.TagNode:
		return r.node(n.Value, path)
	case *ast.MappingNode:
		for _, p := range n.Values {
			r.field(out, p)
		}
	case *ast.MappingValueNode:
		r.field(out, n)
	case *ast.SequenceNode:
		for i, item := range n.Values {
			out.items = append(out.items, r.node(item, fmt.Sprintf("%s[%d]", path, i)))
		}
	case *ast.NullNode:
	case *ast.StringNode:
		out.text, out.scalar = n.Value, true
	case *ast.LiteralNode:
		out.text, out.scalar = n.Value.Value, true
	default:
		out.text, out.scalar = strings.TrimSpace(n.GetToken().Value), true
	}
	return out
}

func (r *reader) field(of *node, p *ast.MappingValueNode) {
	name := strings.Trim(strings.TrimSpace(p.Key.String()), `"'`)
	path := name
	if of.path != "" {
		path = of.path + "." + name
	}
	child := r.node(p.Value, path)
	if t := p.Key.GetToken(); t != nil {
		child.line = t.Position.Line
	}
	if of.fields[name] == nil {
		of.names = append(of.names, name)
	}
	of.fields[name] = child
}

// get follows names; nil is what is not there.
func (n *node) get(names ...string) *node {
	for _, name := range names {
		if n == nil {
			return nil
		}
		n = n.fields[name]
	}
	return n
}

// use says that something was done with all of n.
func (n *node) use() {
	if n == nil {
		return
	}
	n.used = true
	for _, name := range n.names {
		n.fields[name].use()
	}
	for _, item := range n.items {
		item.use()
	}
}

// touched tells whether anything was done with a part of n.
func (n *node) touched() bool {
	if n.used {
		return true
	}
	for _, name := range n.names {
		if n.fields[name].touched() {
			return true
		}
	}
	for _, item := range n.items {
		if item.touched() {
			return true
		}
	}
	return false
}

// string takes the text of a scalar.
func (n *node) string() string {
	if n == nil || !n.scalar {
		return ""
	}
	n.used = true
	return n.text
}

// truth takes true or false; "" is neither.
func (n *node) truth() (value, given bool) {
	switch strings.ToLower(n.string()) {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	return false, false
}

// number takes a whole number.
func (n *node) number() (int, bool) {
	value, err := strconv.Atoi(n.string())
	return value, err == nil
}

// strings takes a list of texts.
func (n *node) strings() []string {
	if n == nil {
		return nil
	}
	var out []string
	for _, item := range n.items {
		if s := item.string(); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// texts takes a mapping of names to texts.
func (n *node) texts() map[string]string {
	if n == nil {
		return nil
	}
	out := map[string]string{}
	for _, name := range n.names {
		out[name] = n.fields[name].string()
	}
	return out
}

// list gives the items of n.
func (n *node) list() []*node {
	if n == nil {
		return nil
	}
	return n.items
}
