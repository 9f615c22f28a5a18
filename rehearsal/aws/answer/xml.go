package answer

import (
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// Element is a structure of EC2's XML, or of the query protocol's, by the names that the API model gives its members. A value is a string, bool,
// int, Element, or a list of strings or Elements; an empty string, list or Element is left out.
type Element map[string]any

// WriteEC2 writes the result of an EC2 action.
func WriteEC2(w http.ResponseWriter, action string, result Element) {
	b := elements{&strings.Builder{}, "item"}
	fmt.Fprintf(b.to, `%s<%sResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>rehearsal</requestId>`, xml.Header, action)
	b.all(result)
	fmt.Fprintf(b.to, "</%sResponse>", action)
	w.Header().Set("Content-Type", "text/xml;charset=UTF-8")
	_, _ = w.Write([]byte(b.to.String())) // the client is gone; there is nobody to tell
}

// WriteQuery writes the result of an action of a service that speaks the query protocol, in its XML namespace.
func WriteQuery(w http.ResponseWriter, namespace, action string, result Element) {
	b := elements{&strings.Builder{}, "member"}
	fmt.Fprintf(b.to, `%s<%sResponse xmlns="%s"><%sResult>`, xml.Header, action, namespace, action)
	b.all(result)
	fmt.Fprintf(b.to, "</%sResult><ResponseMetadata><RequestId>rehearsal</RequestId></ResponseMetadata></%sResponse>", action, action)
	w.Header().Set("Content-Type", "text/xml")
	_, _ = w.Write([]byte(b.to.String())) // the client is gone; there is nobody to tell
}

// elements is XML under way.
type elements struct {
	to   *strings.Builder
	item string // how an element of a list is called
}

func (b elements) all(e Element) {
	for _, name := range slices.Sorted(maps.Keys(e)) {
		b.one(name, e[name])
	}
}

func (b elements) one(name string, value any) {
	switch v := value.(type) {
	case string:
		if v != "" {
			fmt.Fprintf(b.to, "<%s>%s</%s>", name, escaped(v), name)
		}
	case Element:
		if len(v) > 0 {
			fmt.Fprintf(b.to, "<%s>", name)
			b.all(v)
			fmt.Fprintf(b.to, "</%s>", name)
		}
	case []string:
		writeList(b, name, v)
	case []Element:
		writeList(b, name, v)
	default:
		fmt.Fprintf(b.to, "<%s>%v</%s>", name, v, name)
	}
}

func writeList[T any](b elements, name string, list []T) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(b.to, "<%s>", name)
	for _, item := range list {
		b.one(b.item, item)
	}
	fmt.Fprintf(b.to, "</%s>", name)
}

func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a strings.Builder takes everything
	return b.String()
}
