package harness

import (
	"crypto/rand"
	"encoding/base64"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Canary is a secret that is in no text but where it leaked to: no two are alike.
func Canary() string { return rand.Text() + rand.Text() }

// piece is how many bytes of a canary, one after the other, are a leak of it. Chance does not bring so many.
const piece = 10

// NoCanary fails the test if a text has a canary or a piece of one: as it is, escaped as in URLs, JSON and Go, or in base64.
// It decodes whatever may be encoded, and knows nothing of how drover hides.
func NoCanary(t testing.TB, where, text string, canaries map[string]string) {
	t.Helper()
	if len(canaries) == 0 || strings.TrimSpace(text) == "" {
		t.Errorf("%s: there was nothing to search, or to search for", where)
	}
	for name, canary := range canaries {
		if len(canary) < piece {
			t.Fatalf("the canary %s is too short to be looked for", name)
		}
		if reading := leak(text, canary); reading != "" {
			t.Errorf("%s shows the secret %s, %s; it begins:\n%.2000s", where, name, reading, text)
		}
	}
}

// leak says how a canary is to be read in a text, if at all.
func leak(text, canary string) string {
	for _, r := range readings(text) {
		for from := 0; from+piece <= len(canary); from++ {
			if strings.Contains(r.text, canary[from:from+piece]) {
				return r.how
			}
		}
	}
	return ""
}

type reading struct{ how, text string }

// readings are a text as it is and decoded, and what is in base64 in each of them.
func readings(text string) []reading {
	all := []reading{
		{"as it is", text},
		{"escaped for a URL", percent.ReplaceAllStringFunc(strings.ReplaceAll(text, "+", " "), unescaped)},
		{"escaped for a URL's path", percent.ReplaceAllStringFunc(text, unescaped)},
		{"escaped for JSON", escape.ReplaceAllStringFunc(text, unquoted)},
	}
	for _, r := range slices.Clone(all) {
		all = append(all, reading{r.how + ", in base64", unbased(r.text)})
	}
	return all
}

var (
	percent = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)
	escape  = regexp.MustCompile(`\\(u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[^ux])`)
	based   = regexp.MustCompile(`[A-Za-z0-9+/_-]{8,}`)
)

func unescaped(s string) string {
	n, err := strconv.ParseUint(s[1:], 16, 8)
	if err != nil {
		return s
	}
	return string([]byte{byte(n)})
}

func unquoted(s string) string {
	if plain, err := strconv.Unquote(`"` + s + `"`); err == nil {
		return plain
	}
	return s[1:] // as in \/ and \'
}

// unbased decodes every run of the letters of base64, from each of the places where it may begin.
func unbased(text string) string {
	var b strings.Builder
	for _, run := range based.FindAllString(text, -1) {
		run = strings.NewReplacer("-", "+", "_", "/").Replace(run)
		for from := range 4 {
			data, _ := base64.RawStdEncoding.DecodeString(run[from:]) // what comes before an error is decoded all the same
			b.Write(data)
			b.WriteString("\n")
		}
	}
	return b.String()
}
