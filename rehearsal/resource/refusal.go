package resource

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// Refusal is an error of the simulated API. In a table its message may name members in braces, {VpcId} or
// {Lifecycle.DeleteAfterDays}, of the request and of the resource; {Type|lower} has no capitals.
type Refusal struct{ Code, Message string }

func (r *Refusal) Error() string { return r.Code + ": " + r.Message }

// Refuse makes a refusal outside of a table.
func Refuse(code, format string, args ...any) *Refusal {
	return &Refusal{Code: code, Message: fmt.Sprintf(format, args...)}
}

// of fills a table's refusal in.
func (r Refusal) of(documents ...Document) error {
	return &Refusal{Code: r.Code, Message: expand(r.Message, documents...)}
}

var braces = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{[A-Za-z0-9_.]+(\|lower)?\}`) })

// expand puts members in place of their names in braces: those of the first document that has one.
func expand(template string, documents ...Document) string {
	return braces().ReplaceAllStringFunc(template, func(name string) string {
		path, lower := strings.CutSuffix(name[1:len(name)-1], "|lower")
		for _, d := range documents {
			value := d.At(path)
			switch {
			case value != nil && lower:
				return strings.ToLower(fmt.Sprint(value))
			case value != nil:
				return fmt.Sprint(value)
			}
		}
		return ""
	})
}
