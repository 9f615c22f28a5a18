package netmap

import (
	"fmt"
	"net/netip"

	"drover/generator/netplan"
	"drover/generator/untrusted"
)

// overview is a list of all networks, in the order of their addresses.
func (d *drawing) overview(m Map) {
	d.text(margin, d.y+10, "title", m.title())
	d.y += gapLarge
	columns := []int{0, 150, 250, 600, 720}
	for i, head := range []string{"network", "addresses", "cluster", "platform", "region"} {
		d.text(margin+columns[i], d.y, "head", head)
	}
	for _, c := range m.Clusters {
		d.y += 24
		d.text(margin+columns[0], d.y, "range", c.Network.String())
		for i, s := range []string{addresses(c.Network), c.Name, c.Platform, c.Region} {
			d.text(margin+columns[i+1], d.y, "plain", s)
		}
	}
	d.y += gapLarge + gapSmall
}

// cluster draws one plan: the network as it lies, then its subnets by zone,
// then what is beside the network.
func (d *drawing) cluster(c Cluster) {
	top := d.y
	card := d.body.Len()
	d.y += gapLarge
	d.text(margin+20, d.y, "title", c.Name)
	d.textTo(margin+inner-20, d.y, "sub", fmt.Sprintf("%s, %s", c.Platform, c.Region))
	d.y += 22
	d.text(margin+20, d.y, "sub", fmt.Sprintf("network %s, %s addresses", c.Network, addresses(c.Network)))
	d.y += gapLarge + 16
	d.strip(c)
	d.grid(c)
	d.beside(c)
	d.y += gapSmall
	d.under(card, float64(top), float64(d.y-top))
	d.y += gapLarge
}

// under puts the card below what was drawn on it since.
func (d *drawing) under(since int, top, height float64) {
	on := append([]byte{}, d.body.Bytes()[since:]...)
	d.body.Truncate(since)
	fmt.Fprintf(&d.body, `<rect x="%d" y="%.1f" width="%d" height="%.1f" rx="10" class="card"/>`+"\n", margin, top, inner, height)
	d.body.Write(on)
}

// strip draws the whole network to scale.
func (d *drawing) strip(c Cluster) {
	const left, length, high = margin + 20, inner - 40, 34
	at := func(p netip.Prefix) (x, w float64) {
		w = float64(length) / float64(uint64(1)<<(p.Bits()-c.Network.Bits()))
		return left + w*float64(indexIn(c.Network, p)), w
	}
	if c.Unplanned != "" {
		d.box(left, float64(d.y), length, high, "unplanned", c.Unplanned)
		d.text(left+10, d.y+21, "small", c.Unplanned)
		d.y += high + 16 + gapLarge
		return
	}
	blue, green := netplan.Halves(c.Network)
	for _, half := range []struct {
		name string
		p    netip.Prefix
	}{{"blue half", blue}, {"green half", green}} {
		x, w := at(half.p)
		fmt.Fprintf(&d.body, `<path class="bracket" d="M%.1f %d v-6 h%.1f v6"/>`+"\n", x+2, d.y-4, w-4)
		d.text(int(x)+2, d.y-16, "head", half.name)
		d.text(int(x)+76, d.y-16, "small", half.p.String())
	}
	d.box(left, float64(d.y), length, high, "kept", "kept free")
	draw := func(class, what string, p netip.Prefix) {
		x, w := at(p)
		d.box(x+0.5, float64(d.y), w-1, high, class, what+" "+p.String())
	}
	for _, z := range c.Zones {
		draw("blue", fmt.Sprintf("blue, zone %d", z.Zone), z.Blue)
		draw("green", fmt.Sprintf("green, zone %d", z.Zone), z.Green)
		draw("public", fmt.Sprintf("public, zone %d", z.Zone), z.Public)
		draw("data", fmt.Sprintf("data, zone %d", z.Zone), z.Data)
		if z.Firewall != nil {
			draw("firewall", fmt.Sprintf("firewall, zone %d", z.Zone), *z.Firewall)
			draw("public", fmt.Sprintf("NAT behind the firewall, zone %d", z.Zone), *z.NAT)
		}
		if z.Transit != nil {
			draw("transit", fmt.Sprintf("transit gateway, zone %d", z.Zone), *z.Transit)
		}
	}
	x, w := at(*c.Growth)
	d.box(x, float64(d.y), w, high, "kept", "room to grow "+c.Growth.String())
	label := "room to grow"
	switch {
	case c.Zones[0].Firewall != nil && c.Zones[0].Transit != nil:
		label = "" // a quarter of the room has none for words
	case c.Zones[0].Firewall != nil || c.Zones[0].Transit != nil:
		label = "to grow" // the subnets of either leave half the room
	}
	d.text(int(x)+10, d.y+21, "small", label)
	if more := netplan.MaxZones - len(c.Zones); more > 1 {
		for _, last := range []netip.Prefix{c.Zones[len(c.Zones)-1].Blue, c.Zones[len(c.Zones)-1].Green} {
			x, w := at(last)
			d.text(int(x+w)+10, d.y+21, "small", fmt.Sprintf("room for %d zones", more))
		}
	}
	d.y += high + 16
	for _, p := range []netip.Prefix{c.Zones[0].Blue, c.Zones[0].Public, c.Zones[0].Green, *c.Growth} {
		x, _ := at(p)
		d.text(int(x), d.y, "small", p.Addr().String())
	}
	d.y += gapLarge
}

// indexIn counts the ranges of p's size that lie before p in around.
func indexIn(around, p netip.Prefix) uint64 {
	n := func(a netip.Addr) uint64 {
		b := a.As4()
		return uint64(b[0])<<24 | uint64(b[1])<<16 | uint64(b[2])<<8 | uint64(b[3])
	}
	return (n(p.Addr()) - n(around.Addr())) >> (32 - p.Bits())
}

// columnAt gives where one of the four columns of the grid is.
func columnAt(i int) (x, w int) {
	w = (inner - 40 - label) / 4
	return margin + 20 + label + i*w, w - gapSmall/2
}

// headsOf says what is in the columns of the grid.
func headsOf(c Cluster) []string {
	switch {
	case c.Unplanned != "":
		return []string{"", "", "blue", "green"} // of no subnets
	case c.Pods != nil:
		return []string{"public", "data", "blue: nodes", "green: nodes"}
	}
	return []string{"public", "data", "blue: nodes and pods", "green: nodes and pods"}
}

// grid draws the subnets, a row for each zone.
func (d *drawing) grid(c Cluster) {
	for i, head := range headsOf(c) {
		x, _ := columnAt(i)
		d.text(x, d.y, "head", head)
	}
	d.y += gapSmall
	for _, z := range c.Zones {
		name := fmt.Sprintf("zone %d", z.Zone)
		d.text(margin+20, d.y+24, "head", name)
		for i, subnet := range []struct {
			class string
			p     netip.Prefix
		}{{"public", z.Public}, {"data", z.Data}, {"blue", z.Blue}, {"green", z.Green}} {
			x, w := columnAt(i)
			d.cell(x, d.y, w, subnet.class, subnet.class+", "+name, subnet.p)
		}
		d.y += cellHigh
	}
	d.services(c)
	d.pods(c)
	d.waysOut(c)
}

// services draws the ranges for services; those of a cluster of IPv6 are for EKS to take.
func (d *drawing) services(c Cluster) {
	d.text(margin+20, d.y+24, "head", "services")
	if c.Services == nil {
		x, _ := columnAt(2)
		d.text(x, d.y+24, "small", "IPv6, taken by EKS, as are addresses of pods: a /64 of each subnet")
		d.y += cellHigh
		return
	}
	x, w := columnAt(2)
	d.cell(x, d.y, w, "blue", "services of blue", c.Services.Blue)
	x, w = columnAt(3)
	d.cell(x, d.y, w, "green", "services of green", c.Services.Green)
	d.y += cellHigh
}

// pods draws the subnets that only pods have addresses of, if there are any.
func (d *drawing) pods(c Cluster) {
	for _, z := range c.Zones {
		if z.BluePods == nil {
			continue
		}
		d.text(margin+20, d.y+24, "head", fmt.Sprintf("pods %d", z.Zone))
		x, w := columnAt(2)
		d.cell(x, d.y, w, "blue", fmt.Sprintf("pods of blue, zone %d", z.Zone), *z.BluePods)
		x, w = columnAt(3)
		d.cell(x, d.y, w, "green", fmt.Sprintf("pods of green, zone %d", z.Zone), *z.GreenPods)
		d.y += cellHigh
	}
}

// waysOut draws the subnets that packets leave through, if there are any.
func (d *drawing) waysOut(c Cluster) {
	for _, z := range c.Zones {
		if z.Transit != nil {
			d.text(margin+20, d.y+24, "head", fmt.Sprintf("transit %d", z.Zone))
			x, w := columnAt(1)
			d.cell(x, d.y, w, "transit", fmt.Sprintf("transit gateway, zone %d", z.Zone), *z.Transit)
			d.y += cellHigh
		}
	}
	for _, z := range c.Zones {
		if z.Firewall == nil {
			continue
		}
		d.text(margin+20, d.y+24, "head", fmt.Sprintf("egress %d", z.Zone))
		x, w := columnAt(0)
		d.cell(x, d.y, w, "public", fmt.Sprintf("NAT behind the firewall, zone %d", z.Zone), *z.NAT)
		x, w = columnAt(1)
		d.cell(x, d.y, w, "firewall", fmt.Sprintf("firewall, zone %d", z.Zone), *z.Firewall)
		d.y += cellHigh
	}
}

// beside draws the ranges that are not of the network: VPN clients, and what
// the network keeps clear of; four in a row.
func (d *drawing) beside(c Cluster) {
	var all []Reserved
	if c.VPNClients != nil {
		all = append(all, Reserved{"VPN clients", *c.VPNClients})
	}
	all = append(all, c.Reserved...)
	for i, r := range all {
		if i%4 == 0 {
			if i == 0 {
				d.text(margin+20, d.y+30, "head", "outside")
			} else {
				d.y += cellHigh + 6
			}
		}
		x, w := columnAt(i % 4)
		d.box(float64(x), float64(d.y+6), float64(w), cellHigh-gapSmall/2, "outside", r.Name+" "+r.CIDR.String())
		d.text(x+10, d.y+23, "range", r.CIDR.String())
		d.text(x+10, d.y+38, "small", shortened(r.Name))
	}
	if len(all) > 0 {
		d.y += cellHigh + 6
	}
}

// shortened is a name that fits into a cell.
func shortened(s string) string {
	const most = 32
	if r := []rune(untrusted.Printable(s)); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
