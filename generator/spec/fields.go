package spec

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml/ast"
)

// fieldSet is what the YAML form of a struct has.
type fieldSet struct {
	byName   map[string]int
	names    []string // sorted
	required []string // those that may not be left out, in the order of the struct
}

var fieldSets sync.Map // reflect.Type -> fieldSet

// fieldsOf reads the yaml tags of a struct. A field without omitempty is required.
func fieldsOf(t reflect.Type) fieldSet {
	if have, ok := fieldSets.Load(t); ok {
		return have.(fieldSet)
	}
	set := fieldSet{byName: map[string]int{}}
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		if name == "-" { // it is not written in a spec
			continue
		}
		set.byName[name] = i
		set.names = append(set.names, name)
		if !strings.Contains(options, "omitempty") {
			set.required = append(set.required, name)
		}
	}
	slices.Sort(set.names)
	fieldSets.Store(t, set)
	return set
}

// unknownField says what a field should have been, and gives the name that
// was most likely meant.
func (d *decoder) unknownField(p *ast.MappingValueNode, in reflect.Type, path string) string {
	name := keyOf(p)
	fields := fieldsOf(in)
	if d.full() {
		d.errorAt(join(path, name), "", spanOf(p.Key), "")
		return ""
	}
	if secretive[in] {
		d.hide(p.Value)
	}
	d.learnAnchors(p.Value)
	near := nearest(name, fields.names)
	help := "the fields here are " + allOf(fields.names)
	owners := ownersOf(name)
	if path == "" && slices.Contains(allOwners()[name], "spec") {
		owners = []string{"spec"}
	}
	switch {
	case refersToSecret(in):
		help = secretHelp(path)
	case near != "" && (flatten(near) == flatten(name) || len(owners) == 0):
		help = "did you mean " + near + "?"
	case len(owners) > 0:
		help = name + " belongs in " + oneOf(owners) + "; see how it is indented"
	}
	whose := "a spec"
	if path != "" {
		whose = path
	}
	d.errorAt(join(path, name), help, spanOf(p.Key), fmt.Sprintf("%s has no field %q", whose, name))
	return near
}

// learnAnchors keeps the anchors in what is not decoded, so that an alias of
// one is not called unknown.
func (d *decoder) learnAnchors(n ast.Node) {
	ast.Walk(visitor(func(n ast.Node) {
		d.nodes++ // a merge key can bring a field in at a thousand places
		if anchor, isAnchor := n.(*ast.AnchorNode); isAnchor {
			d.anchors[anchor.Name.GetToken().Value] = anchor.Value
		}
	}), n)
}

type visitor func(ast.Node)

func (v visitor) Visit(n ast.Node) ast.Visitor { v(n); return v }

// ownersOf gives the paths of the parts of a spec that have a field of this
// name, as long as they are few enough to name.
func ownersOf(name string) []string {
	owners := slices.DeleteFunc(slices.Clone(allOwners()[name]), func(owner string) bool {
		return strings.Contains(owner, "[]") // items of lists have common words for fields, which suit anything
	})
	if len(owners) > 2 {
		return nil
	}
	return owners
}

var allOwners = sync.OnceValue(func() map[string][]string {
	owners := map[string][]string{}
	var walk func(t reflect.Type, path string)
	walk = func(t reflect.Type, path string) {
		switch {
		case t.Kind() == reflect.Pointer:
			walk(t.Elem(), path)
		case t.Kind() == reflect.Slice:
			walk(t.Elem(), path+"[]")
		case t.Kind() == reflect.Struct:
			for name, i := range fieldsOf(t).byName {
				whose := path
				if path == "" {
					whose = "the top level"
				}
				owners[name] = append(owners[name], whose)
				walk(t.Field(i).Type, join(path, name))
			}
		}
	}
	walk(reflect.TypeFor[Cluster](), "")
	for _, paths := range owners {
		slices.Sort(paths)
	}
	return owners
})

// notMapping says that a value stands where fields belong.
func (d *decoder) notMapping(n ast.Node, t reflect.Type, path string) {
	help := "indent its fields below it: " + allOf(fieldsOf(t).names)
	if t == reflect.TypeFor[GitCredentials]() {
		d.hide(n)
		d.errorAt(path, "write credentials: {vault: NAME/git}, with the name of a secret in the vault; or {env: GIT_TOKEN}, and set that variable where drover runs", spanOf(n),
			path+" names where a secret is; a spec never holds one")
		return
	}
	if refersToSecret(t) {
		d.hide(n)
		d.errorAt(path, secretHelp(path), spanOf(n),
			path+" names where a secret is; a spec never holds one")
		return
	}
	if like := writtenOut(t, path); like != "" {
		help = "write it like " + like
	}
	if seq, isList := n.(*ast.SequenceNode); isList && len(seq.Values) == 1 && !seq.IsFlowStyle {
		help = "remove the dash: " + last(path) + " is one mapping, not a list"
	}
	d.errorAt(path, help, spanOf(n), fmt.Sprintf("%s has fields of its own, and this is %s", path, kindOf(n)))
}

// writtenOut is a part of a spec with the fields that it needs, as far as they
// have examples, or "" if it needs none.
func writtenOut(t reflect.Type, path string) string {
	if t.Kind() != reflect.Struct {
		return ""
	}
	var fields []string
	for _, name := range fieldsOf(t).required {
		if example, ok := examples[anyIndex(join(path, name))]; ok {
			fields = append(fields, example)
		}
	}
	if len(fields) == 0 {
		return ""
	}
	return "{" + strings.Join(fields, ", ") + "}"
}

var listSeparator = lazily(`\s*,\s*|\s+`)

// refersToSecret is true of the parts of a spec that name where a secret is.
func refersToSecret(t reflect.Type) bool {
	return t == reflect.TypeFor[SecretRef]() || t == reflect.TypeFor[EnvRef]()
}

func secretHelp(path string) string {
	path = anyIndex(path)
	help := "name the environment variable that holds it, where drover runs: {" + examples[path+".env"] + "}"
	if example, ok := examples[path+".vault"]; ok {
		help += ", or the secret in the vault that does: {" + example + "}"
	}
	return help
}

// asList shows a value written as the list that it should be.
func (d *decoder) asList(n ast.Node, t reflect.Type, path string) string {
	item := writtenOut(t.Elem(), path+"[]")
	if item == "" {
		item = "…"
	}
	if pairs, isMapping := mapping(n); isMapping {
		if t.Elem().Kind() == reflect.Struct && !slices.ContainsFunc(pairs, func(p *ast.MappingValueNode) bool {
			_, known := fieldsOf(t.Elem()).byName[keyOf(p)]
			return known
		}) {
			return "write each as an item, with its name in it: - " + item
		}
		return "put a dash before each item: - …"
	}
	written, _ := scalarText(n)
	if t.Elem().Kind() == reflect.Struct || len(written) > 40 {
		return "write one item a line below it, each with a dash: - " + item
	}
	items := listSeparator.get().Split(strings.TrimSpace(written), -1)
	if known := choices[anyIndex(path)+"[]"]; len(known) > 0 && !slices.ContainsFunc(items, func(s string) bool { return nearest(s, known) != "" }) {
		return fmt.Sprintf("name some in brackets, such as %s: [%s]", last(path), strings.Join(known, ", "))
	}
	return fmt.Sprintf("put it in brackets: %s: [%s]", last(path), strings.Join(items, ", "))
}

// secretive are the parts of a spec where a person may write a secret by mistake.
var secretive = map[reflect.Type]bool{
	reflect.TypeFor[Alerts](): true, reflect.TypeFor[Slack](): true, reflect.TypeFor[PagerDuty](): true,
	reflect.TypeFor[Webhook](): true, reflect.TypeFor[WebhookCheck](): true, reflect.TypeFor[SecretRef](): true, reflect.TypeFor[EnvRef](): true, reflect.TypeFor[GitCredentials](): true,
	reflect.TypeFor[ChatReceiver](): true, reflect.TypeFor[PagerReceiver](): true, reflect.TypeFor[EventReceiver](): true, reflect.TypeFor[MailReceiver](): true,
}

// hide keeps every value below a node out of the excerpts.
func (d *decoder) hide(n ast.Node) {
	if pairs, isMapping := mapping(n); isMapping {
		for _, p := range pairs {
			d.hide(p.Value)
		}
		return
	}
	if seq, isList := n.(*ast.SequenceNode); isList {
		for _, item := range seq.Values {
			d.hide(item)
		}
		return
	}
	at := spanOf(n)
	if literal, isBlock := n.(*ast.LiteralNode); isBlock {
		for i := range strings.Count(literal.Value.Value, "\n") + 2 {
			d.redact(span{line: at.line + i, column: 1, width: 1 << 16})
		}
		return
	}
	d.redact(span{line: at.line, column: at.column, width: 1 << 16})
}
