package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"drover/generator/cost"
)

// writeCost prints the estimate: what stands, line by line, and what a rotation adds.
func writeCost(w io.Writer, e cost.Estimate) error {
	if _, err := fmt.Fprintf(w, "\nCost, an estimate at AWS's list prices of %s in %s, in USD an hour, before tax and discounts:\n", e.PricesOf, e.Region); err != nil {
		return err
	}
	if !e.Regional {
		if _, err := fmt.Fprintf(w, "drover has no prices of %s: only what costs the same in every region is included, and the real cost is several times as high.\n", e.Region); err != nil {
			return err
		}
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, l := range e.Standing.Lines {
		if _, err := fmt.Fprintf(table, "  %s\t%8.4f\t%s × %s\n", l.Root, l.Hourly, number(l.Count), l.What); err != nil {
			return err
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "The cluster costs at least %.2f an hour (%.0f a month). A rotation adds a second color at %.2f an hour: %.2f for the %s in which both exist, without waiting for approvals.\n",
		e.Standing.Hourly, e.Standing.Hourly*hoursOfMonth, e.Color.Hourly, e.Rotation.Total, hours(e.Rotation.Hours))
	if err != nil {
		return err
	}
	if len(e.Unknown) > 0 {
		if _, err := fmt.Fprintf(w, "Not included, because drover has no price for it: %s.\n", strings.Join(e.Unknown, "; ")); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(w, "Not included, because it depends on usage: %s.\n", strings.Join(e.NotCounted, "; "))
	return err
}

// hoursOfMonth is what AWS's own calculator takes a month for.
const hoursOfMonth = 730

func hours(h float64) string { return fmt.Sprintf("%.1f hours", h) }

// number writes a count without a fraction that it does not have.
func number(n float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", n), ".0") }
