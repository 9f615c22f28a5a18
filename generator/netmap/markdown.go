package netmap

import (
	"fmt"
	"io"
	"net/netip"

	"drover/generator/markdown"
)

// Markdown writes the plans for a comment on a pull request: with several clusters first all networks, then each plan.
func (m Map) Markdown(w io.Writer) error {
	d := markdown.New(markdown.Text(m.title()))
	if len(m.Clusters) > 1 {
		var rows [][]markdown.Inline
		for _, c := range m.Clusters {
			rows = append(rows, []markdown.Inline{code(c.Network), markdown.Text(addresses(c.Network)), markdown.Code(c.Name),
				markdown.Textf("%s %s", c.Platform, c.Region), markdown.Code(c.File)})
		}
		d.Table([]string{"network", "addresses", "cluster", "where", "file"}, rows, 1)
	}
	for _, c := range m.Clusters {
		c.markdown(d)
	}
	var free [][]markdown.Inline
	for _, f := range m.NextFree {
		block := markdown.Text("none: these specs use or reserve all of the private ranges")
		if f.Block != nil {
			block = code(*f.Block)
		}
		free = append(free, []markdown.Inline{markdown.Textf("/%d", f.Bits), block})
	}
	d.Table([]string{"size", "next free block"}, free)
	return d.Write(w, "drover network")
}

func code(p netip.Prefix) markdown.Inline { return markdown.Code(p.String()) }

// either is a range, or nothing.
func either(p *netip.Prefix) markdown.Inline {
	if p == nil {
		return markdown.Inline{}
	}
	return code(*p)
}

func (c Cluster) markdown(d *markdown.Document) {
	d.Heading(fmt.Sprintf("%s, %s %s: %s, %s addresses", c.Name, c.Platform, c.Region, c.Network, addresses(c.Network)))
	d.Paragraph(markdown.Text(c.Unplanned))
	var none markdown.Inline
	var rows [][]markdown.Inline
	add := func(what string, public, data, blue, green markdown.Inline) {
		rows = append(rows, []markdown.Inline{markdown.Text(what), public, data, blue, green})
	}
	for _, z := range c.Zones {
		add(fmt.Sprintf("zone %d", z.Zone), code(z.Public), code(z.Data), code(z.Blue), code(z.Green))
	}
	if c.Services != nil {
		add("services", none, none, code(c.Services.Blue), code(c.Services.Green))
	} else {
		add("services", none, none, markdown.Text("IPv6, by EKS"), markdown.Text("IPv6, by EKS"))
		if len(c.Zones) > 0 {
			add("IPv6, each", markdown.Text("a /64"), none, markdown.Text("a /64"), markdown.Text("a /64"))
		}
	}
	for _, z := range c.Zones {
		if z.BluePods != nil {
			add(fmt.Sprintf("pods, zone %d", z.Zone), none, none, either(z.BluePods), either(z.GreenPods))
		}
		if z.Transit != nil {
			add(fmt.Sprintf("transit gateway, zone %d", z.Zone), none, either(z.Transit), none, none)
		}
		if z.Firewall != nil {
			add(fmt.Sprintf("NAT and firewall, zone %d", z.Zone), either(z.NAT), either(z.Firewall), none, none)
		}
	}
	d.Table([]string{"", "public", "data", "blue", "green"}, rows)
	d.Table([]string{"beside them", "range"}, c.markdownBeside())
}

// markdownBeside are the ranges that are no color's.
func (c Cluster) markdownBeside() (rows [][]markdown.Inline) {
	for _, r := range []struct {
		what string
		p    *netip.Prefix
	}{{"room to grow", c.Growth}, {"pods", c.Pods}, {"VPN clients", c.VPNClients}} {
		if r.p != nil {
			rows = append(rows, []markdown.Inline{markdown.Text(r.what), code(*r.p)})
		}
	}
	for _, r := range c.Reserved {
		rows = append(rows, []markdown.Inline{markdown.Text("kept clear: " + r.Name), code(r.CIDR)})
	}
	return rows
}
