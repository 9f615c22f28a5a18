package netmap

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"net/netip"
	"strings"

	"drover/generator/netplan"
	"drover/generator/untrusted"
)

// The measures of the picture, in pixels.
const (
	width    = 1120
	margin   = 40
	inner    = width - 2*margin
	gapSmall = 12
	gapLarge = 36
	label    = 84 // the column with the names of the zones
	cellHigh = 46
)

// style holds colors and fonts. They are in the picture itself, so that it
// looks the same wherever it is shown.
const style = `
text { font-family: -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", Arial, sans-serif; fill: #1e293b; font-size: 13px }
.title { font-size: 22px; font-weight: 700 }
.sub { fill: #64748b }
.head { font-size: 12px; font-weight: 600; fill: #475569 }
.range { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 13px; font-weight: 600 }
.small { font-size: 11px; fill: #475569 }
.page { fill: #ffffff }
.card { fill: #f8fafc; stroke: #e2e8f0 }
.blue { fill: #bfdbfe; stroke: #2563eb }
.green { fill: #bbf7d0; stroke: #16a34a }
.public { fill: #fde68a; stroke: #d97706 }
.data { fill: #ddd6fe; stroke: #7c3aed }
.firewall { fill: #fecaca; stroke: #dc2626 }
.transit { fill: #a5f3fc; stroke: #0891b2 }
.outside, .unplanned { fill: #f1f5f9; stroke: #94a3b8 }
.kept { fill: #ffffff; stroke: #cbd5e1; stroke-dasharray: 4 3 }
.bracket { fill: none; stroke: #94a3b8 }
`

// drawing is a picture under construction, from the top down.
type drawing struct {
	body bytes.Buffer
	y    int
}

// SVG writes the plans as a picture.
func (m Map) SVG(w io.Writer) error {
	d := &drawing{y: margin}
	if len(m.Clusters) > 1 {
		d.overview(m)
	}
	for _, c := range m.Clusters {
		d.cluster(c)
	}
	d.legend()
	var head bytes.Buffer
	fmt.Fprintf(&head, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img">`+"\n", width, d.y, width, d.y)
	fmt.Fprintf(&head, "<title>%s</title>\n<desc>%s</desc>\n<style>%s</style>\n", escaped(m.title()), escaped(m.inWords()), style)
	fmt.Fprintf(&head, `<rect class="page" width="%d" height="%d"/>`+"\n", width, d.y)
	for _, part := range [][]byte{head.Bytes(), d.body.Bytes(), []byte("</svg>\n")} {
		if _, err := w.Write(part); err != nil {
			return fmt.Errorf("writing the picture: %w", err)
		}
	}
	return nil
}

func (m Map) title() string {
	if len(m.Clusters) == 1 {
		return "Address plan of " + m.Clusters[0].Name
	}
	return fmt.Sprintf("Address plans of %d clusters", len(m.Clusters))
}

// inWords is the picture for who cannot see it: each cluster in a sentence.
func (m Map) inWords() string {
	var b strings.Builder
	for i, c := range m.Clusters {
		if i > 0 {
			b.WriteByte(' ')
		}
		if c.Unplanned != "" {
			fmt.Fprintf(&b, "%s has the network %s: %s.", c.Name, c.Network, c.Unplanned)
			continue
		}
		blue, green := netplan.Halves(c.Network)
		fmt.Fprintf(&b, "%s has the network %s: %s for blue, %s for green.", c.Name, c.Network, blue, green)
	}
	return b.String()
}

// escaped is s as text of XML that shows as what it is, whatever s is.
func escaped(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(untrusted.Printable(s))) // a bytes.Buffer takes everything
	return b.String()
}

func (d *drawing) text(x, y int, class, s string) {
	fmt.Fprintf(&d.body, `<text x="%d" y="%d" class="%s">%s</text>`+"\n", x, y, class, escaped(s))
}

// textTo is text that ends at x.
func (d *drawing) textTo(x, y int, class, s string) {
	fmt.Fprintf(&d.body, `<text x="%d" y="%d" class="%s" text-anchor="end">%s</text>`+"\n", x, y, class, escaped(s))
}

// box is a rectangle; what it is shows when the pointer rests on it.
func (d *drawing) box(x, y, w, h float64, class, what string) {
	fmt.Fprintf(&d.body, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="3" class="%s"><title>%s</title></rect>`+"\n", x, y, w, h, class, escaped(what))
}

// cell is a box with a range in it.
func (d *drawing) cell(x, y, w int, class, what string, p netip.Prefix) {
	d.box(float64(x), float64(y), float64(w), cellHigh-gapSmall/2, class, what+" "+p.String())
	d.text(x+10, y+17, "range", p.String())
	d.text(x+10, y+32, "small", addresses(p)+" addresses")
}

// legend ends the picture with what its colors mean, as far as they are in it.
func (d *drawing) legend() {
	x, drawn := margin, d.body.String()
	for _, e := range []struct{ class, is string }{
		{"blue", "blue cluster"}, {"green", "green cluster"}, {"public", "public: load balancers, NAT"},
		{"data", "data: databases, endpoints"}, {"firewall", "egress firewall"}, {"transit", "transit gateway"},
		{"outside", "outside the network"}, {"kept", "kept free"},
	} {
		if !strings.Contains(drawn, `class="`+e.class+`"`) {
			continue
		}
		wide := 52 + 6*len(e.is)
		if x+wide > width {
			x, d.y = margin, d.y+gapLarge-gapSmall
		}
		d.box(float64(x), float64(d.y-11), 18, 14, e.class, e.is)
		d.text(x+26, d.y, "small", e.is)
		x += wide
	}
	d.y += margin
}
