package rehearsal

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"drover/rehearsal/load"
)

// columns is the most that a line of the course of requests has.
const columns = 60

// writeRequests tells the requests by kind of client, and then their course.
func (s Summary) writeRequests(b *strings.Builder) {
	r := s.Requests
	fmt.Fprintf(b, "\nRequests: %d, resolved through DNS; latency in milliseconds\n", r.Total)
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = io.WriteString(t, "client\tclients\tblue\tgreen\tfailed\tp50\tp95\tp99\tmax\t \n") // a strings.Builder takes everything
	row := func(name string, clients int, c load.Counts) {
		_, _ = fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%.1f\t%.1f\t%.1f\t%.1f\t \n", name, clients, c.Blue, c.Green, c.Failed,
			c.Latency.P50, c.Latency.P95, c.Latency.P99, c.Latency.Max)
	}
	clients := 0
	for _, k := range r.Kinds {
		row(sentence(k.Kind), k.Clients, k.Counts)
		clients += k.Clients
	}
	row("all", clients, r.Counts)
	_ = t.Flush()
	if len(r.Seconds) > 0 {
		writeCourse(b, r)
	}
	if s.Scans > 0 {
		fmt.Fprintf(b, "  scanners made another %d connections to public load balancers\n", s.Scans)
	}
	for _, failure := range r.Failures {
		fmt.Fprintf(b, "  failed %s\n", failure)
	}
}

// sentence is a kind as what several clients do.
func sentence(k load.Kind) string {
	verb, rest, _ := strings.Cut(string(k), " ")
	return strings.TrimSuffix(verb, "s") + " " + rest
}

// shades are green's share of the requests of a column, from none to all.
var shades = []rune("░▒▓█")

// writeCourse draws, for each kind, green's share over time.
func writeCourse(b *strings.Builder, r load.Requests) {
	width := (len(r.Seconds) + columns - 1) / columns
	fmt.Fprintf(b, "  green's share of the requests, one column per %d s (░ none, █ all, ! a request failed)\n", width)
	for _, k := range r.Kinds {
		var line []rune
		for from := 0; from < len(r.Seconds); from += width {
			var c load.Counts
			for _, second := range r.Seconds[from:min(from+width, len(r.Seconds))] {
				of := second.Kinds[k.Kind]
				c.Blue, c.Green, c.Failed = c.Blue+of.Blue, c.Green+of.Green, c.Failed+of.Failed
			}
			line = append(line, shade(c))
		}
		fmt.Fprintf(b, "  %-19s %s\n", sentence(k.Kind), string(line))
	}
}

func shade(c load.Counts) rune {
	sum := c.Blue + c.Green
	switch {
	case c.Failed > 0:
		return '!'
	case sum == 0:
		return ' '
	case c.Green == sum:
		return shades[len(shades)-1]
	case c.Green == 0:
		return shades[0]
	}
	return shades[1+2*c.Green/(sum+1)]
}
