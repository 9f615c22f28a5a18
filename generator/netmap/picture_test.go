package netmap_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"drover/generator/fleet"
	"drover/generator/netmap"
)

// hostile are texts that would do something if they became more than text.
var hostile = []string{
	`</text><script>alert(1)</script>`, `"><rect onload="x`, "a & b", "]]>", "\x00\x1b[31m", "<!--", "&#x3c;", "&lt;", "'", "\r\n", "\xff", "\ufffe", "⎈",
}

// Every text of a spec that is in the picture stays text, whatever it is.
func TestNoTextBecomesAnythingElseInAPicture(t *testing.T) {
	t.Parallel()
	check := pictureCheck(t)
	for _, text := range hostile {
		check(t, text)
	}
}

func FuzzNoTextBecomesAnythingElseInAPicture(f *testing.F) {
	for _, text := range hostile {
		f.Add(text)
	}
	f.Fuzz(pictureCheck(f))
}

// pictureCheck draws a fleet, and a cluster that is connected to others, once full of a text and once full of a harmless
// one that is as long. Both have to be the same pictures, but for the letters.
func pictureCheck(t testing.TB) func(*testing.T, string) {
	groups := [][]fleet.Member{members(t, "shop-prod", "minimal"), members(t, "connected")}
	return func(t *testing.T, text string) {
		for _, group := range groups {
			got, letters := outline(t, pictureWith(t, group, text))
			want, _ := outline(t, pictureWith(t, group, strings.Repeat("h", utf8.RuneCountInString(text))))
			if !slices.Equal(got, want) {
				t.Fatalf("with %q the picture is\n%s\nwant\n%s", text, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			if !strings.Contains(letters, shown(text)) {
				t.Fatalf("the picture says %q nowhere", text)
			}
		}
	}
}

// pictureWith is the picture of specs with a text in every free place.
func pictureWith(t *testing.T, group []fleet.Member, text string) io.Reader {
	t.Helper()
	for i := range group {
		c := &group[i].Cluster
		c.Metadata.Name, c.Spec.Region = text, text
		for j := range c.Spec.Network.Reserved {
			c.Spec.Network.Reserved[j].Name = text
		}
		for j := range c.Spec.Network.Peerings {
			c.Spec.Network.Peerings[j].Name = text
		}
	}
	m, err := netmap.Of(group)
	if err != nil {
		t.Fatal(err)
	}
	var picture bytes.Buffer
	if err := m.SVG(&picture); err != nil {
		t.Fatal(err)
	}
	return &picture
}

// outline is what a reader of XML finds: the tags, with the number of letters between them, and the letters.
func outline(t *testing.T, from io.Reader) (shape []string, letters string) {
	t.Helper()
	for decoder := xml.NewDecoder(from); ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return shape, letters
		}
		if err != nil {
			t.Fatalf("the picture is no XML: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			shape = append(shape, fmt.Sprint(token.Name.Local, token.Attr))
		case xml.EndElement:
			shape = append(shape, "/"+token.Name.Local)
		case xml.CharData:
			shape = append(shape, strconv.Itoa(utf8.RuneCount(token)))
			letters += string(token)
		default:
			t.Fatalf("the picture holds a %T", token)
		}
	}
}

// shown is text as XML can hold it: what is no character of XML's becomes U+FFFD.
func shown(text string) string {
	return strings.Map(func(r rune) rune {
		if r == 0x9 || r == 0xA || r == 0xD || r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 {
			return r
		}
		return '\uFFFD'
	}, text)
}
