package rehearsal

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"drover/orchestrator/journal"
	"drover/rehearsal/aws/inventory"
	"drover/rehearsal/aws/moto"
)

// WriteText prints the summary for people.
func (s Summary) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "\nRehearsal of %s, Kubernetes %s to %s: %s in %s\n", s.Cluster, s.From, s.To, s.Outcome, minutes(s.Seconds))
	if s.Reason != "" {
		fmt.Fprintf(&b, "%s\n", s.Reason)
	}
	s.writePhases(&b)
	writeWeights(&b, "Weights that DNS served", s.Weights)
	s.writeArrivals(&b)
	if s.Management != nil {
		writeWeights(&b, "Weights of the management interfaces", s.Management)
	}
	s.writeRequests(&b)
	s.writeMeasured(&b)
	s.Handover.write(&b)
	s.writeFaults(&b)
	s.writeInventory(&b)
	s.writeNotes(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

func (s Summary) writePhases(b *strings.Builder) {
	b.WriteString("\nPhases\n")
	fmt.Fprintf(b, "  %-16s %8s\n", "apply", minutes(s.ApplySeconds))
	for _, p := range s.Phases {
		outcome := string(p.Outcome)
		if p.Outcome == journal.Done {
			outcome = ""
		}
		fmt.Fprintln(b, strings.TrimRight(fmt.Sprintf("  %-16s %8s  %s", p.Name, minutes(p.Seconds), outcome), " "))
	}
	fmt.Fprintf(b, "  %-16s %8s\n", "whole rotation", minutes(s.RotateSeconds))
}

// writeWeights draws green's share as a bar, from the moment that DNS served it.
func writeWeights(b *strings.Builder, title string, list []Weights) {
	const width = 20
	fmt.Fprintf(b, "\n%s\n", title)
	b.WriteString("      from   blue  green                         answers: blue  green\n")
	for _, w := range list {
		filled := 0
		if sum := w.Blue + w.Green; sum > 0 {
			filled = w.Green * width / sum
		}
		bar := strings.Repeat("█", filled) + strings.Repeat("░", width-filled)
		fmt.Fprintf(b, "  %8s   %4d   %4d   %s   %11d  %5d\n", minutes(w.Seconds), w.Blue, w.Green, bar, w.Answers.Blue, w.Answers.Green)
	}
}

// writeFaults says what was broken on purpose, if anything was.
func (s Summary) writeFaults(b *strings.Builder) {
	if len(s.Faults) == 0 {
		return
	}
	b.WriteString("\nFaults")
	if s.Seed != 0 {
		fmt.Fprintf(b, ", with seed %d", s.Seed)
	}
	b.WriteString("\n")
	for _, f := range s.Faults {
		switch {
		case f.Seconds < 0:
			fmt.Fprintf(b, "  %-44s was not injected\n", f.When)
		case f.Problem != "":
			fmt.Fprintf(b, "  %-44s %s\n", f.When, f.Problem)
		default:
			fmt.Fprintf(b, "  %-44s at %s for %s, %d hits\n", f.When, minutes(f.Seconds), minutes(f.Lasted), f.Hits)
		}
	}
}

// writeInventory counts the kinds whose number differs before and after, and all, and names what is left over. Every kind
// is in the JSON.
func (s Summary) writeInventory(b *strings.Builder) {
	before, after := byKind(s.Inventory.Before), byKind(s.Inventory.After)
	kinds := []string{}
	for _, r := range slices.Concat(s.Inventory.Before, s.Inventory.After) {
		if !slices.Contains(kinds, r.Kind) {
			kinds = append(kinds, r.Kind)
		}
	}
	slices.Sort(kinds)
	b.WriteString("\nResources in the account, as its API lists them\n")
	rows := &strings.Builder{}
	rows.WriteString("\tbefore\tblue\tgreen\tafter\tblue\tgreen\t \n")
	var sumBefore, sumAfter count
	equal := 0
	for _, kind := range kinds {
		was, is := before[kind], after[kind]
		sumBefore, sumAfter = sumBefore.plus(was), sumAfter.plus(is)
		if was.all == is.all {
			equal++ // a color's resources took the place of the other's
			continue
		}
		fmt.Fprintf(rows, "%s\t%d\t%s\t%s\t%d\t%s\t%s\t \n", kind, was.all, shown(was.blue), shown(was.green), is.all, shown(is.blue), shown(is.green))
	}
	fmt.Fprintf(rows, "all\t%d\t%s\t%s\t%d\t%s\t%s\t \n", sumBefore.all, shown(sumBefore.blue), shown(sumBefore.green),
		sumAfter.all, shown(sumAfter.blue), shown(sumAfter.green))
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = io.WriteString(t, rows.String()) // a strings.Builder takes everything
	_ = t.Flush()
	if equal > 0 {
		fmt.Fprintf(b, "  %d kinds have as many resources as before and are not listed (--output json lists all).\n", equal)
	}
	if len(s.Inventory.Leftovers) == 0 {
		b.WriteString("  Nothing of the old color is left.\n")
		return
	}
	fmt.Fprintf(b, "  Left over of the old color: %d\n", len(s.Inventory.Leftovers))
	for _, r := range s.Inventory.Leftovers {
		fmt.Fprintf(b, "    %s %s\n", r.Kind, r.ID)
	}
}

type count struct{ all, blue, green int }

func (c count) plus(o count) count { return count{c.all + o.all, c.blue + o.blue, c.green + o.green} }

func byKind(list []inventory.Resource) map[string]count {
	kinds := map[string]count{}
	for _, r := range list {
		c := kinds[r.Kind]
		c.all++
		switch r.Color {
		case "blue":
			c.blue++
		case "green":
			c.green++
		}
		kinds[r.Kind] = c
	}
	return kinds
}

func shown(n int) string {
	if n == 0 {
		return "·"
	}
	return fmt.Sprint(n)
}

// writeNotes says what was simulated and by whom, and what is different from the real thing.
func (s Summary) writeNotes(b *strings.Builder) {
	b.WriteString("\nWhat was simulated\n")
	var motos, ours, parts []string
	for _, c := range s.Calls {
		if c.Moto > 0 {
			motos = append(motos, fmt.Sprintf("%s %d", c.Service, c.Moto))
		}
		if c.Rehearsal > 0 {
			ours = append(ours, fmt.Sprintf("%s %d", c.Service, c.Rehearsal))
			parts = append(parts, c.Parts...)
		}
	}
	fmt.Fprintf(b, "  AWS API, by moto %s (calls by service): %s\n", moto.Version, strings.Join(motos, ", "))
	fmt.Fprintf(b, "  AWS API, by drover (calls by service): %s\n", strings.Join(ours, ", "))
	fmt.Fprintf(b, "    drover simulates: %s\n", strings.Join(parts, ", "))
	fmt.Fprintf(b, "    %d calls were checked against AWS's own API models in %.2f s; %d were refused, as AWS would do\n", s.Validation.Checked, s.Validation.Seconds, s.Validation.Refused)
	b.WriteString("  DNS from the simulated Route 53, an HTTPS ingress for each load balancer and its CloudWatch metrics, by drover\n")
	s.writeControlPlanes(b)
	if s.OwnSeconds > 0 && s.RotateSeconds > 0 {
		fmt.Fprintf(b, "  drover's part, including the clients, took %.1f s of processor time: %.1f %% of the rotation's time\n",
			s.OwnSeconds, 100*s.OwnSeconds/s.RotateSeconds)
	}
	if len(s.Notes) > 0 {
		b.WriteString("\nDifferences from your spec\n")
		for _, note := range s.Notes {
			fmt.Fprintf(b, "  %s\n", note)
		}
	}
	if s.dir != "" {
		fmt.Fprintf(b, "\nAll files are in %s.\n", s.dir)
	}
}

func (s Summary) writeControlPlanes(b *strings.Builder) {
	k := s.Kubernetes
	if k == nil {
		b.WriteString("  not simulated: the Kubernetes API and the workloads (--kubernetes=off)\n")
		return
	}
	fmt.Fprintf(b, "  nodes and pods, by kwok; no containers run\n")
	if f := s.GitOps; f != nil {
		fmt.Fprintf(b, "    this includes the pods of your applications and those of %s\n", strings.Join(f.Played, " and "))
		b.WriteString("    an ingress responds only while a Service of its color has the node port and a ready pod\n")
		b.WriteString("  Argo CD's Redis, by an in-memory server\n")
	}
	if len(k.StandIns) > 0 {
		fmt.Fprintf(b, "  stand-ins for your workloads, in every cluster: %s\n", strings.Join(k.StandIns, ", "))
	}
	fmt.Fprintf(b, "\nWhat was real\n  the control planes: etcd, kube-apiserver and controllers of Kubernetes %s, emulating %s\n", k.Release, strings.Join(k.Minors, " and "))
	s.GitOps.write(b)
	if k.As != "" {
		fmt.Fprintf(b, "  drover called them as %s\n", k.As)
	}
}

// minutes writes seconds as a person reads them: 12.3 s, 4 m 05 s.
func minutes(seconds float64) string {
	if seconds < 60 {
		return fmt.Sprintf("%.1f s", seconds)
	}
	whole := int(seconds + 0.5)
	return fmt.Sprintf("%d m %02d s", whole/60, whole%60)
}
