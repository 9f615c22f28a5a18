package netmap

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// Table writes the plans for a terminal: with several clusters first all
// networks, then each plan by itself.
func (m Map) Table(w io.Writer) error {
	t := &table{w: tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)}
	if len(m.Clusters) > 1 {
		t.row("NETWORK\tADDRESSES\tCLUSTER\tPLATFORM\tREGION\tFILE")
		for _, c := range m.Clusters {
			t.row("%s\t%s\t%s\t%s\t%s\t%s", c.Network, addresses(c.Network), c.Name, c.Platform, c.Region, c.File)
		}
		t.row("")
		t.end()
	}
	for _, c := range m.Clusters {
		t.cluster(c)
	}
	for _, f := range m.NextFree {
		if f.Block == nil {
			t.row("next free /%d\tnone: these specs use or reserve all of the private ranges", f.Bits)
			continue
		}
		t.row("next free /%d\t%s", f.Bits, f.Block)
	}
	t.end()
	return t.err
}

// table keeps the first error of writing.
type table struct {
	w   *tabwriter.Writer
	err error
}

func (t *table) row(format string, values ...any) {
	if _, err := fmt.Fprintf(t.w, format+"\n", values...); t.err == nil {
		t.err = err
	}
}

// end ends a block of rows that line up.
func (t *table) end() {
	if err := t.w.Flush(); t.err == nil {
		t.err = err
	}
}

func (t *table) cluster(c Cluster) {
	if t.err != nil {
		return
	}
	t.row("%s, %s %s: %s, %s addresses", c.Name, c.Platform, c.Region, c.Network, addresses(c.Network))
	t.end()
	if c.Unplanned != "" {
		t.row("  %s", c.Unplanned)
		t.end()
	}
	t.row("  ZONE\tPUBLIC\tDATA\tBLUE\tGREEN")
	for _, z := range c.Zones {
		t.row("  %d\t%s\t%s\t%s\t%s", z.Zone, z.Public, z.Data, z.Blue, z.Green)
	}
	if len(c.Zones) > 0 && c.Services == nil {
		t.row("  IPv6, each\ta /64\t\ta /64\ta /64")
	}
	if c.Services == nil {
		t.row("  services\t\t\tIPv6, by EKS\tIPv6, by EKS")
	} else {
		t.row("  services\t\t\t%s\t%s", c.Services.Blue, c.Services.Green)
	}
	for _, z := range c.Zones {
		if z.BluePods != nil {
			t.row("  pods %d\t\t\t%s\t%s", z.Zone, z.BluePods, z.GreenPods)
		}
	}
	for _, z := range c.Zones {
		if z.Transit != nil {
			t.row("  transit %d\t\t%s\tof the transit gateway", z.Zone, z.Transit)
		}
	}
	for _, z := range c.Zones {
		if z.Firewall != nil {
			t.row("  firewall %d\t%s\t%s\tand its NAT gateway", z.Zone, z.Firewall, z.NAT)
		}
	}
	t.end()
	if c.Growth != nil {
		t.row("  room to grow\t%s", *c.Growth)
	}
	if c.Pods != nil {
		t.row("  pods\t%s", *c.Pods)
	}
	if c.VPNClients != nil {
		t.row("  VPN clients\t%s", *c.VPNClients)
	}
	for _, r := range c.Reserved {
		t.row("  kept clear\t%s\t%s", r.CIDR, r.Name)
	}
	t.row("")
	t.end()
}
