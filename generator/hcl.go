package generator

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// Values reach HCL as tokens only: those of a literal are made by hclwrite
// from a cty value, so that nothing in a string can end it or be evaluated.

// attribute is one argument; group begins a new group, after an empty line.
type attribute struct {
	name  string
	value hclwrite.Tokens
}

// gap is an empty line between groups of arguments.
var gap = attribute{}

func text(s string) hclwrite.Tokens    { return hclwrite.TokensForValue(cty.StringVal(s)) }
func integer(n int) hclwrite.Tokens    { return hclwrite.TokensForValue(cty.NumberIntVal(int64(n))) }
func boolean(b bool) hclwrite.Tokens   { return hclwrite.TokensForValue(cty.BoolVal(b)) }
func word(name string) hclwrite.Tokens { return hclwrite.TokensForIdentifier(name) }

// reference is a path of names, such as module.cluster.host.
func reference(names ...string) hclwrite.Tokens {
	t := hcl.Traversal{hcl.TraverseRoot{Name: names[0]}}
	for _, name := range names[1:] {
		t = append(t, hcl.TraverseAttr{Name: name})
	}
	return hclwrite.TokensForTraversal(t)
}

// texts is a list of strings.
func texts(items []string) hclwrite.Tokens {
	elements := make([]hclwrite.Tokens, len(items))
	for i, item := range items {
		elements[i] = text(item)
	}
	return list(elements)
}

// integers is a list of whole numbers.
func integers(items []int) hclwrite.Tokens {
	elements := make([]hclwrite.Tokens, len(items))
	for i, item := range items {
		elements[i] = integer(item)
	}
	return list(elements)
}

// widest is how long a list may be in one line, in bytes.
const widest = 90

// list is a list of values: on one line, or with a line for each if it is long.
func list(elements []hclwrite.Tokens) hclwrite.Tokens {
	length := 0
	for _, e := range elements {
		length += len(e.Bytes()) + 2
	}
	if length <= widest {
		return hclwrite.TokensForTuple(elements)
	}
	tokens := hclwrite.Tokens{token(hclsyntax.TokenOBrack, "["), token(hclsyntax.TokenNewline, "\n")}
	for _, e := range elements {
		tokens = append(tokens, e...)
		tokens = append(tokens, token(hclsyntax.TokenComma, ","), token(hclsyntax.TokenNewline, "\n"))
	}
	return append(tokens, token(hclsyntax.TokenCBrack, "]"))
}

// object is an object with names that drover chose, in this order.
func object(attributes ...attribute) hclwrite.Tokens {
	tokens := opened(len(attributes))
	for _, a := range attributes {
		tokens = pair(tokens, word(a.name), a.value)
	}
	return append(tokens, token(hclsyntax.TokenCBrace, "}"))
}

// mapping is a map with names of a person's choice, sorted. They are always
// in quotes: a bare one could be a keyword.
func mapping[T any](items map[string]T, value func(T) hclwrite.Tokens) hclwrite.Tokens {
	tokens := opened(len(items))
	for _, name := range slices.Sorted(maps.Keys(items)) {
		tokens = pair(tokens, text(name), value(items[name]))
	}
	return append(tokens, token(hclsyntax.TokenCBrace, "}"))
}

// anything is what JSON can hold, numbers as json.Number.
func anything(value any) hclwrite.Tokens {
	switch value := value.(type) {
	case map[string]any:
		return mapping(value, anything)
	case []any:
		elements := make([]hclwrite.Tokens, len(value))
		for i, item := range value {
			elements[i] = anything(item)
		}
		return list(elements)
	case string:
		return text(value)
	case bool:
		return boolean(value)
	case json.Number:
		if n, err := cty.ParseNumberVal(value.String()); err == nil {
			return hclwrite.TokensForValue(n)
		}
	}
	return hclwrite.TokensForValue(cty.NullVal(cty.DynamicPseudoType))
}

// opened begins an object of so many pairs, as hclwrite.TokensForObject does.
// That one also formats what it made, and the file is formatted as a whole: for
// objects in objects it would be done over and over.
func opened(pairs int) hclwrite.Tokens {
	tokens := hclwrite.Tokens{token(hclsyntax.TokenOBrace, "{")}
	if pairs > 0 {
		tokens = append(tokens, token(hclsyntax.TokenNewline, "\n"))
	}
	return tokens
}

func pair(tokens, name, value hclwrite.Tokens) hclwrite.Tokens {
	tokens = append(tokens, name...)
	tokens = append(tokens, token(hclsyntax.TokenEqual, "="))
	tokens = append(tokens, value...)
	return append(tokens, token(hclsyntax.TokenNewline, "\n"))
}

func token(kind hclsyntax.TokenType, text string) *hclwrite.Token {
	return &hclwrite.Token{Type: kind, Bytes: []byte(text)}
}

// block appends a block with its arguments to a body.
func block(in *hclwrite.Body, kind string, labels []string, attributes ...attribute) *hclwrite.Body {
	body := in.AppendNewBlock(kind, labels).Body()
	fill(body, attributes...)
	return body
}

func fill(body *hclwrite.Body, attributes ...attribute) {
	for _, a := range attributes {
		if a.name == "" {
			body.AppendNewline()
			continue
		}
		body.SetAttributeRaw(a.name, a.value)
	}
}

// source renders what a function writes, as terraform fmt would have it.
func source(write func(body *hclwrite.Body)) []byte {
	file := hclwrite.NewEmptyFile()
	file.Body().AppendNewline() // below the header
	write(file.Body())
	return file.Bytes()
}
