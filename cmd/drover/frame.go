package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"drover/generator/spec"
	"drover/generator/untrusted"
	"drover/orchestrator/color"
	"drover/orchestrator/history"
	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
)

// paint is how a part of a line is shown. Nothing is told by it alone.
type paint string

const (
	plain   paint = ""
	good    paint = "\x1b[32m"
	bad     paint = "\x1b[31m"
	active  paint = "\x1b[33m"
	bold    paint = "\x1b[1m"
	unpaint       = "\x1b[0m"
)

// span is a part of a line.
type span struct {
	paint paint
	text  string
}

// row is a line of a frame.
type row []span

// watched is what a frame shows of a cluster.
type watched struct {
	cluster string
	state   journal.State
	command func(verb string) string // the line to paste for a verb
}

// frame is a cluster and its rotation on a terminal, in lines no longer than width. It is the same for the same journal and time.
func frame(w watched, now time.Time, width int) []row {
	s := w.state
	at := s.Colors[s.Active]
	rows := []row{{{bold, w.cluster}, {plain, fmt.Sprintf("  %s is active, Kubernetes %s", s.Active, at.Version)}, {plain, "  " + now.UTC().Format("15:04:05 MST")}}}
	if s.Active == "" {
		rows = []row{{{bold, w.cluster}, {plain, "  not built yet"}, {plain, "  " + now.UTC().Format("15:04:05 MST")}}}
	}
	rows = append(rows, bars(s.Weights)...)
	r := s.Rotation
	if r == nil {
		return cut(append(rows, row{}, ended(s)), width)
	}
	rows = append(rows, row{}, row{{plain, fmt.Sprintf("rotation %s  %s to %s, Kubernetes %s, for %s", r.ID, r.From, r.To, r.Version, since(r.StartedAt, now))}})
	rows = append(rows, phaseRows(r, now)...)
	rows = append(rows, checkRows(r, now)...)
	rows = append(rows, row{})
	rows = append(rows, whatNow(w, r, now)...)
	return cut(rows, width)
}

// ended is the newest rotation in a line.
func ended(s journal.State) row {
	if len(s.Past) == 0 {
		return row{{plain, "no rotation yet"}}
	}
	last := s.Past[len(s.Past)-1]
	how := good
	if last.Outcome != journal.Done {
		how = bad
	}
	text := fmt.Sprintf(" rotation %s: %s", last.ID, last.Outcome)
	if last.Reason != "" {
		text += ": " + last.Reason
	}
	return row{{how, mark(last.Outcome)}, {plain, text}}
}

const barWidth = 20

// bars are the weights as DNS serves them.
func bars(weights color.Weights) []row {
	var rows []row
	for _, c := range []color.Color{color.Blue, color.Green} {
		weight, has := weights[c]
		if !has {
			continue
		}
		full := (weight*barWidth + 99) / 100 // any weight at all is seen
		rows = append(rows, row{{plain, fmt.Sprintf("  %-5s %3d %%  %s%s", c, weight, strings.Repeat("█", full), strings.Repeat("░", barWidth-full))}})
	}
	return rows
}

func phaseRows(r *journal.Rotation, now time.Time) []row {
	var rows []row
	for _, p := range rotation.Phases {
		had := r.Phases[p.Name]
		sign, how, detail, took := mark(had.Outcome), plain, had.Detail, had.Seconds
		switch {
		case had.Outcome == journal.Done:
			how = good
		case had.Outcome == journal.Failed:
			how = bad
		case had.Outcome == "" && had.Starts > 0:
			sign, how, detail, took = "▸", active, p.Does, now.Sub(had.BeganAt).Seconds()
		case had.Outcome == "":
			rows = append(rows, row{{plain, "  " + p.Name}})
			continue
		}
		length := time.Duration(took * float64(time.Second)).Round(time.Second).String()
		rows = append(rows, row{{how, sign}, {plain, fmt.Sprintf(" %-16s %8s  %s", p.Name, length, firstLine(detail))}})
	}
	return rows
}

// checkRows are the verdicts of the last round in the journal. A round that says what the one before it said is written every few
// minutes.
func checkRows(r *journal.Rotation, now time.Time) []row {
	w := r.Watch
	if len(w.Results) == 0 {
		return nil
	}
	rows := []row{{}, {{plain, fmt.Sprintf("checks of %s, %s ago", r.To, since(w.At, now))}}}
	results := slices.SortedFunc(maps.Values(w.Results), func(a, b journal.Result) int {
		return strings.Compare(a.Name+a.Check, b.Name+b.Check)
	})
	for _, result := range results {
		how := bad
		switch result.Verdict {
		case "pass":
			how = good
		case "inconclusive":
			how = active
		}
		text := fmt.Sprintf(" %s", result.Name)
		if result.Value != nil {
			text += strings.TrimRight(fmt.Sprintf("  %.4g %s", *result.Value, result.Unit), " ")
		}
		if result.Detail != "" {
			text += "  " + firstLine(result.Detail)
		}
		rows = append(rows, row{{plain, "  "}, {how, fmt.Sprintf("%-12s", result.Verdict)}, {plain, text}})
	}
	return rows
}

// whatNow is what is waited for, and what a person can do.
func whatNow(w watched, r *journal.Rotation, now time.Time) []row {
	var rows []row
	if left := timeLeft(r, now); left != "" {
		rows = append(rows, row{{plain, left}})
	}
	if h := r.Hold; h != nil {
		rows = append(rows, row{{active, string(h.Why)}, {plain, " " + by(h.By) + ": " + firstLine(h.Reason)}})
	}
	if b := r.Back; b != nil {
		rows = append(rows, row{{active, "going back"}, {plain, " " + by(b.By) + ": " + firstLine(b.Reason)}})
	}
	gate, atGate := strings.CutPrefix(r.Phase, "approve-")
	switch {
	case r.Hold != nil:
		rows = append(rows, row{{plain, "continue: " + w.command("resume") + ", then " + w.command("rotate")}})
	case atGate && r.Plan.Asks(gate) && r.Approved[gate].By == "":
		rows = append(rows, row{{active, "waits for approval of " + gate}, {plain, ": " + w.command("approve "+gate)}})
	case r.Stopped:
		rows = append(rows, row{{bad, "stopped"}, {plain, "; fix the cause, then resume: " + w.command("rotate")}})
	case r.Back == nil:
		rows = append(rows, row{{plain, "hold:     " + w.command("pause")}})
	}
	if r.Back == nil && !r.Draining && !r.Destroying {
		rows = append(rows, row{{plain, "go back:  " + w.command("rollback")}})
	}
	return rows
}

// timeLeft says how long the phase under way takes, or may take.
func timeLeft(r *journal.Rotation, now time.Time) string {
	had := r.Phases[r.Phase]
	switch {
	case r.Back != nil || had.Outcome != "" || had.Starts == 0:
		return ""
	case r.Phase == rotation.ApproveDestroy && r.Plan.KeepBlue > 0:
		if until := r.Phases[rotation.Shift].FinishedAt.Add(r.Plan.KeepBlue); now.Before(until) {
			return fmt.Sprintf("%s is kept for %s, until %s", r.From, history.Age(until.Sub(now)), until.UTC().Format("2006-01-02 15:04 MST"))
		}
	case r.Phase == rotation.Soak:
		return fmt.Sprintf("watched for %s of %s", spec.Duration(r.Watch.Watched.Round(time.Second)), spec.Duration(r.Plan.Soak))
	case r.Phase == rotation.Shift:
		return fmt.Sprintf("each step is watched for %s", spec.Duration(r.Plan.Interval))
	}
	for _, p := range rotation.Phases {
		if limit := p.Deadline(r.Plan); p.Name == r.Phase && limit > 0 {
			if left := had.BeganAt.Add(limit).Sub(now); left > 0 {
				return fmt.Sprintf("%s may take another %s", p.Name, history.Age(left))
			}
		}
	}
	return ""
}

func since(t, now time.Time) string { return history.Age(max(0, now.Sub(t))) }

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// cut has every row fit a line of the terminal, and shows every character as what it is.
func cut(rows []row, width int) []row {
	for i, r := range rows {
		left := width
		for j := range r {
			text := untrusted.Printable(strings.ReplaceAll(r[j].text, "\t", " "))
			if utf8.RuneCountInString(text) > left {
				text = untrusted.Clip(text, left)
			}
			r[j].text = text
			left -= utf8.RuneCountInString(text)
		}
		rows[i] = r
	}
	return rows
}
