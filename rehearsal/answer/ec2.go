package answer

import (
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// Element is a structure of EC2's XML, by the names that the API model gives its members. A value is a string, bool,
// int, Element, or a list of strings or Elements; an empty string, list or Element is left out.
type Element map[string]any

// WriteEC2 writes the result of an EC2 action.
func WriteEC2(w http.ResponseWriter, action string, result Element) {
	var b strings.Builder
	fmt.Fprintf(&b, `%s<%sResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>rehearsal</requestId>`, xml.Header, action)
	result.write(&b)
	fmt.Fprintf(&b, "</%sResponse>", action)
	w.Header().Set("Content-Type", "text/xml;charset=UTF-8")
	_, _ = w.Write([]byte(b.String())) // the client is gone; there is nobody to tell
}

func (e Element) write(b *strings.Builder) {
	for _, name := range slices.Sorted(maps.Keys(e)) {
		write(b, name, e[name])
	}
}

func write(b *strings.Builder, name string, value any) {
	switch v := value.(type) {
	case string:
		if v != "" {
			fmt.Fprintf(b, "<%s>%s</%s>", name, escaped(v), name)
		}
	case Element:
		if len(v) > 0 {
			fmt.Fprintf(b, "<%s>", name)
			v.write(b)
			fmt.Fprintf(b, "</%s>", name)
		}
	case []string:
		writeList(b, name, v)
	case []Element:
		writeList(b, name, v)
	default:
		fmt.Fprintf(b, "<%s>%v</%s>", name, v, name)
	}
}

func writeList[T any](b *strings.Builder, name string, list []T) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(b, "<%s>", name)
	for _, item := range list {
		write(b, "item", item)
	}
	fmt.Fprintf(b, "</%s>", name)
}

func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a strings.Builder takes everything
	return b.String()
}
