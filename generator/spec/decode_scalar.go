package spec

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
)

var textType = reflect.TypeFor[encoding.TextUnmarshaler]()

// isText tells whether a value is written as a text of its own form.
func isText(t reflect.Type) bool { return reflect.PointerTo(t).Implements(textType) }

// text decodes a Duration or a Size.
func (d *decoder) text(n ast.Node, v reflect.Value, path string) {
	what, example := "a duration", "90s, 5m, 36h or 14d"
	if v.Type() == reflect.TypeFor[Size]() {
		what, example = "a size", "80Gi, 512Mi or 2Ti"
	}
	written, isScalar := scalarText(n)
	if !isScalar {
		d.errorAt(path, "write it as "+example, spanOf(n), fmt.Sprintf("%s is %s, and this is %s", path, what, kindOf(n)))
		return
	}
	if err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(written)); err != nil {
		help := "write a whole number and its unit, such as " + example
		if better := repair(written, v.Type()); better == written {
			help = "write a smaller number"
		} else if better != "" {
			help = "write " + better
		}
		d.errorAt(path, help, spanOf(n), fmt.Sprintf("%s is %s, and %q is not one", path, what, written))
	}
}

// spelledUnits are the ways in which people write the units of a duration.
var spelledUnits = map[string][]string{
	"ms": {"ms", "msec", "millis", "milliseconds"},
	"s":  {"s", "sec", "secs", "second", "seconds"},
	"m":  {"m", "min", "mins", "minute", "minutes"},
	"h":  {"h", "hr", "hrs", "hour", "hours"},
	"d":  {"d", "day", "days"},
}

var numbered = lazily(`^\s*([0-9]+)\s*([A-Za-z]*)\s*$`)

// repair guesses what a person meant by a duration or size in another form.
func repair(written string, t reflect.Type) string {
	m := numbered.FindStringSubmatch(written)
	if m == nil {
		return ""
	}
	unit := strings.ToLower(m[2])
	if t == reflect.TypeFor[Size]() {
		for _, u := range []string{"g", "m", "t"} {
			if unit == u || unit == u+"b" || unit == u+"ib" || unit == u+"i" {
				return m[1] + strings.ToUpper(u) + "i"
			}
		}
		if unit == "" {
			return m[1] + "Gi, if it was meant as gibibytes"
		}
		return ""
	}
	if n, err := strconv.Atoi(m[1]); err == nil && strings.HasPrefix("weeks", unit) && unit != "" {
		return strconv.Itoa(n*7) + "d"
	}
	for u, names := range spelledUnits {
		if slices.Contains(names, unit) {
			return m[1] + u
		}
	}
	if strings.Trim(m[1], "0") == "" {
		return "0s"
	}
	if unit == "" {
		return m[1] + "s, " + m[1] + "m, " + m[1] + "h or " + m[1] + "d, as you mean it"
	}
	return ""
}

var wholeNumber = lazily(`^(0|-?[1-9][0-9]*)$`)

// nearlyWhole is a whole number with something around it: quotes, a percent
// sign, a unit in letters, or a fraction of nothing.
var nearlyWhole = lazily(`^(0|[1-9][0-9]{0,8})(%|\.0*| *[a-zA-Z]{2,})?$`)

// numberHelp is what to write where a whole number belongs.
func numberHelp(n ast.Node, written string) string {
	if seq, isList := n.(*ast.SequenceNode); isList && len(seq.Values) > 0 {
		return fmt.Sprintf("write how many, without a list, such as %d", len(seq.Values))
	}
	if m := nearlyWhole.FindStringSubmatch(written); m != nil {
		return "write " + m[1]
	}
	return "write digits alone, such as 3"
}

// scalar decodes a text, a number or a truth value.
func (d *decoder) scalar(n ast.Node, v reflect.Value, path string) {
	written, isScalar := scalarText(n)
	bad := func(what, help string) {
		d.errorAt(path, help, spanOf(n), fmt.Sprintf("%s is %s, and this is %s", path, what, kindOf(n)))
	}
	switch v.Kind() {
	case reflect.String:
		d.plainText(n, v, path, written, isScalar)
	case reflect.Int:
		number, err := strconv.Atoi(written)
		if _, isInt := n.(*ast.IntegerNode); !isInt || !wholeNumber.MatchString(written) || err != nil {
			bad("a whole number", numberHelp(n, written))
			return
		}
		v.SetInt(int64(number))
	case reflect.Float64:
		number, err := strconv.ParseFloat(written, 64)
		_, isInt := n.(*ast.IntegerNode)
		_, isFloat := n.(*ast.FloatNode)
		if !isInt && !isFloat || err != nil {
			bad("a number", "write digits without quotes, such as 0.1")
			return
		}
		v.SetFloat(number)
	case reflect.Bool:
		truth, isBool := n.(*ast.BoolNode)
		if !isBool {
			bad("true or false", "write true or false, without quotes")
			return
		}
		v.SetBool(truth.Value)
	default:
		panic("spec: no decoding for " + v.Type().String())
	}
}

// mayBeEmpty are the texts that say something when they are empty.
var mayBeEmpty = lazily(`\.taints\[\d+\]\.value$|labels\..*$`)

func (d *decoder) plainText(n ast.Node, v reflect.Value, path, written string, isScalar bool) {
	switch n := n.(type) {
	case *ast.StringNode, *ast.LiteralNode:
		if strings.TrimSpace(written) == "" && !mayBeEmpty.MatchString(path) {
			d.errorAt(path, emptyHelp(v.Type(), path), spanOf(n), path+" is empty")
			return
		}
		if len(written) > mostText {
			d.errorAt(path, "write a shorter one", spanOf(n), fmt.Sprintf("%s has %d bytes, more than %d", path, len(written), mostText))
			return
		}
		v.SetString(written)
	default:
		if !isScalar {
			d.notOneText(n, path)
			return
		}
		help := fmt.Sprintf("put it in quotes: %q", written)
		if known := choices[anyIndex(path)]; len(known) > 0 {
			help = "write " + oneOf(known) // in quotes it would be as wrong
		}
		d.errorAt(path, help, spanOf(n),
			fmt.Sprintf("%s is a text, and to YAML this is %s", path, kindOf(n)))
	}
}

// notOneText says that a list or a mapping stands where a text belongs. In a list
// in brackets, YAML as it is read here takes any colon for that of a mapping.
func (d *decoder) notOneText(n ast.Node, path string) {
	at, help := spanOf(n), fmt.Sprintf("write one value: %s: …", last(path))
	if item := d.itemAt(at); strings.HasSuffix(path, "]") && colonInside.MatchString(item) {
		at.width, help = utf8.RuneCountInString(item), fmt.Sprintf("it holds a colon, so quote it: %q", item)
	}
	d.errorAt(path, help, at, fmt.Sprintf("%s is a text, and this is %s", path, kindOf(n)))
}

// colonInside is text that a person took for one word, such as an ARN.
var colonInside = lazily(`^[^\s"'{}\[\]]+:[^\s"'{}\[\]]*$`)

// itemAt is what is written at a place, up to where an item of a list in brackets ends.
func (s *source) itemAt(at span) string {
	if at.line < 1 || at.line > len(s.lines) {
		return ""
	}
	line := []rune(s.visible(at.line))
	text := string(line[min(at.column-1, len(line)):])
	if end := strings.IndexAny(text, ",]"); end >= 0 {
		text = text[:end]
	}
	return strings.TrimSpace(text)
}

// scalarText is what a scalar says, as it is written: 1.30 stays 1.30.
func scalarText(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode, *ast.NullNode:
		return strings.TrimSpace(n.GetToken().Value), true
	}
	return "", false
}

// kindOf says what a node is, in words.
func kindOf(n ast.Node) string {
	switch n := n.(type) {
	case *ast.StringNode:
		if len(n.Value) > 40 {
			return "a text"
		}
		return fmt.Sprintf("the text %q", n.Value)
	case *ast.LiteralNode:
		return "a text of several lines"
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return "the number " + strings.TrimSpace(n.GetToken().Value)
	case *ast.BoolNode:
		return "the truth value " + n.GetToken().Value
	case *ast.SequenceNode:
		return "a list"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.NullNode:
		return "nothing"
	}
	return "something else"
}

// last is the last name of a path.
func last(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }
