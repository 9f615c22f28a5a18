package untrusted

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestWhatIsNotSeenIsShownAsAnEscape(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"shop-prod, ✓ größer, 東京":       "shop-prod, ✓ größer, 東京",
		"a\tb\nc":                       "a\tb\nc",
		"\x1b[2J\x1b]0;title\a":         `\u001b[2J\u001b]0;title\u0007`,
		"ok\rerror":                     `ok\u000derror`,
		"\u009b31m":                     `\u009b31m`,
		"abc\u202efdp.exe\u2066":        `abc\u202efdp.exe\u2066`,
		"ad\u200bmin\u200d\ufeff\u00ad": `ad\u200bmin\u200d\ufeff\u00ad`,
		"a\u2028b\u2029\u0085":          `a\u2028b\u2029\u0085`,
		"\U000e0041\u3164\ufe0f":        `\udb40\udc41\u3164\ufe0f`,
		"\x7f\x00":                      `\u007f\u0000`,
		"bad \xff\xfe":                  "bad \ufffd\ufffd",

		"a ##vso[task.setvariable variable=PATH]/tmp": `a ##vso\u005btask.setvariable variable=PATH]/tmp`,
		"##a##vso[x] ##[add-mask]a":                   `##a##vso\u005bx] ##\u005badd-mask]a`,
		"::add-mask::a\n \u3000\t::stop-commands::x":  `:\u003aadd-mask::a` + "\n \u3000\t" + `:\u003astop-commands::x`,
		"\x1b::error::": `\u001b::error::`, "a ::1, ## a [b], #[c], : :": "a ::1, ## a [b], #[c], : :",
	} {
		if got := Printable(text); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
}

// FuzzPrintable holds that nothing hidden is left, that JSON says the same as before, and that writing in parts changes
// nothing.
func FuzzPrintable(f *testing.F) {
	for _, s := range []string{"", "a", "\x1b[31m", "\u202e", "é\xff\u200b", "\U000e0041", strings.Repeat("东\u200d", 9), "##vso[a]", "\n::a::##", ":::"} {
		f.Add(s, 1)
	}
	f.Fuzz(func(t *testing.T, s string, cut int) {
		got := Printable(s)
		for _, r := range got {
			if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)) {
				t.Fatalf("%q is shown with %q", s, r)
			}
		}
		if Printable(got) != got {
			t.Fatalf("%q is not shown as itself", got)
		}
		data, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var before, after string
		if err := json.Unmarshal(data, &before); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(Printable(string(data))), &after); err != nil || before != after {
			t.Fatalf("JSON of %q is then that of %q (%v)", before, after, err)
		}
		if !utf8.ValidString(s) {
			return // a cut may make two characters of one that is not right
		}
		cut = min(max(cut, 0), len(s))
		var b bytes.Buffer
		w := Writer(&b)
		for _, part := range []string{s[:cut], s[cut:]} {
			if n, err := w.Write([]byte(part)); n != len(part) || err != nil {
				t.Fatalf("writing gives %d, %v", n, err)
			}
		}
		if b.String() != got {
			t.Fatalf("cut at %d, %q is written as %q", cut, s, b.String())
		}
	})
}

func TestALongTextIsClipped(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"short": "short", "exactly10!": "exactly10!", "more than 10": "more than…", "éééééééééé": "éééééééééé", "ééééééééééé": "ééééééééé…"} {
		if got := Clip(text, 10); got != want {
			t.Errorf("%q is clipped to %q, want %q", text, got, want)
		}
	}
}
