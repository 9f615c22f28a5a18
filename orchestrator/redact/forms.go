package redact

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// forms are the ways in which a value shows in a text: as it is, escaped for a URL, for JSON or by Go, and in base64, alone
// or within something longer.
func forms(value string) []string {
	quoted := strconv.Quote(value)
	all := []string{value, url.QueryEscape(value), url.PathEscape(value), quoted[1 : len(quoted)-1], inJSON(value, true), inJSON(value, false)}
	for before := range 3 {
		core := inBase64(value, before)
		all = append(all, core, strings.NewReplacer("+", "-", "/", "_").Replace(core))
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(form string) bool { return len(form) < shortest })
}

func inJSON(value string, escapeHTML bool) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(escapeHTML)
	_ = encoder.Encode(value) // a text always has a JSON
	return strings.Trim(strings.TrimSpace(b.String()), `"`)
}

// inBase64 is what does not depend on the neighbors when so many bytes, counted by threes, come before the value.
func inBase64(value string, before int) string {
	text := base64.RawStdEncoding.EncodeToString(append(make([]byte, before), value...))
	if (before+len(value))%3 != 0 {
		text = text[:len(text)-1] // it also holds bits of what follows
	}
	return text[[]int{0, 2, 3}[before]:]
}
