package netmap_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"drover/generator/fleet"
	"drover/generator/netmap"
	"drover/generator/untrusted"
)

// hostile are texts that would do something if they became more than text.
var hostile = []string{
	`</text><script>alert(1)</script>`, `"><rect onload="x`, "a & b", "]]>", "\x00\x1b[31m", "<!--", "&#x3c;", "&lt;", "'", "\r\n", "\xff", "\ufffe", "⎈",
	"a\u202eb", "a\u200bb", "a\u2028b", "\x9b31m",
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
			want, _ := outline(t, pictureWith(t, group, strings.Repeat("h", utf8.RuneCountInString(untrusted.Printable(text)))))
			if !slices.Equal(got, want) {
				t.Fatalf("with %q the picture is\n%s\nwant\n%s", text, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			if !strings.Contains(letters, shown(untrusted.Printable(text))) {
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

// drawn is the picture of specs.
func drawn(t *testing.T, group []fleet.Member) string {
	t.Helper()
	m, err := netmap.Of(group)
	if err != nil {
		t.Fatal(err)
	}
	var picture strings.Builder
	if err := m.SVG(&picture); err != nil {
		t.Fatal(err)
	}
	return picture.String()
}

// WCAG 2.2 asks for 4.5 between a text of this size and what is behind it.
func TestEveryTextStandsOutFromWhatIsBehindIt(t *testing.T) {
	t.Parallel()
	picture := drawn(t, members(t, "shop-prod"))
	color := regexp.MustCompile(`(?m)^(\S+(?:, \.\w+)?) \{.*fill: #([0-9a-f]{6})`)
	fills := map[string]float64{}
	for _, m := range color.FindAllStringSubmatch(picture, -1) {
		fills[m[1]] = luminance(t, m[2])
	}
	for _, on := range []string{".blue", ".green", ".public", ".data", ".firewall", ".transit", ".outside, .unplanned", ".kept", ".card", ".page"} {
		for _, text := range []string{"text", ".small", ".head"} {
			if fills[on] == 0 || (fills[on]+0.05)/(fills[text]+0.05) < 4.5 {
				t.Errorf("the contrast of %s on %s is %.1f", text, on, (fills[on]+0.05)/(fills[text]+0.05))
			}
		}
	}
}

// luminance is that of a color: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(hex, 16, 24)
	if err != nil {
		t.Fatal(err)
	}
	linear := func(shift int) float64 {
		c := float64(n>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(16) + 0.7152*linear(8) + 0.0722*linear(0)
}

// A picture says in words what it shows, explains the colors that are in it and
// no others, and calls nothing by a name that is another's.
func TestAPictureExplainsWhatIsInIt(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ has, lacks []string }{
		"minimal": {
			[]string{"tiny has the network 10.40.0.0/16: 10.40.0.0/17 for blue, 10.40.128.0/17 for green.</desc>", "blue: nodes and pods"},
			[]string{">egress firewall<", ">transit gateway<", ">outside the network<"},
		},
		"connected": {[]string{">transit gateway<", `class="transit"`, ">blue: nodes<"}, []string{"nodes and pods"}},
		"adopted": {
			[]string{"the subnets are adopted, and their owner&#39;s to plan.</desc>"},
			[]string{"blue half", ">outside the network<", ">kept free<", ">public<", "nodes and pods"},
		},
	} {
		picture := drawn(t, members(t, name))
		for _, want := range row.has {
			if !strings.Contains(picture, want) {
				t.Errorf("the picture of %s does not hold %q", name, want)
			}
		}
		for _, not := range row.lacks {
			if strings.Contains(picture, not) {
				t.Errorf("the picture of %s holds %q", name, not)
			}
		}
	}
}

// The longest name that a cluster can have ends before the next column: a letter of this size is less than 8.5 wide.
func TestTheLongestNameFitsIntoTheOverview(t *testing.T) {
	t.Parallel()
	group := members(t, "shop-prod", "minimal")
	group[0].Cluster.Metadata.Name = strings.Repeat("m", 40)
	cell := regexp.MustCompile(`<text x="(\d+)" y="(\d+)" class="plain">([^<]*)<`)
	cells := cell.FindAllStringSubmatch(drawn(t, group), -1)
	for i, c := range cells[:len(cells)-1] {
		x, err := strconv.Atoi(c[1])
		next, err2 := strconv.Atoi(cells[i+1][1])
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		if c[2] == cells[i+1][2] && float64(x)+8.5*float64(len(c[3])) > float64(next) {
			t.Errorf("%q at %d reaches what is at %d", c[3], x, next)
		}
	}
}
