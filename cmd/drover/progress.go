package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"drover/generator/untrusted"
	"drover/orchestrator/cluster"
	"drover/orchestrator/journal"
)

// progress tells a person what happens: one line that changes on a terminal,
// plain lines elsewhere.
type progress struct {
	mu      sync.Mutex
	w       io.Writer
	screen  io.Writer // what w writes to in the end; it alone is told to erase a line
	width   int       // of the terminal; 0 where there is none
	verbose bool
	started time.Time // of the phase under way
	pending string    // its first line, held back until it takes long enough to do something
}

var _ cluster.Observer = (*progress)(nil)

func newProgress(w io.Writer, verbose bool) *progress {
	p := &progress{w: w, screen: inmost(w), verbose: verbose}
	if f, ok := p.screen.(*os.File); ok && isTerminal(f) {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			p.width = width
		}
	}
	return p
}

// inmost is what is written to in the end.
func inmost(w io.Writer) io.Writer {
	for {
		outer, ok := w.(interface{ Unwrap() io.Writer })
		if !ok {
			return w
		}
		w = outer.Unwrap()
	}
}

// lines says how each kind of event reads; a kind that is not here is for the
// journal only.
var lines = map[journal.Kind]func(journal.Event) string{
	journal.RotationStarted: func(e journal.Event) string {
		return fmt.Sprintf("rotation %s: %s to %s, Kubernetes %s", e.Rotation, e.From, e.To, e.Version)
	},
	journal.PhaseDone:   phaseLine,
	journal.PhaseFailed: phaseLine,
	journal.Applied: func(e journal.Event) string {
		return strings.TrimRight(fmt.Sprintf("  %s applied: %s", e.Root, e.Detail), ": ")
	},
	journal.Destroyed: func(e journal.Event) string { return "  " + e.Root + " destroyed" },
	journal.Weights: func(e journal.Event) string {
		return "  traffic " + trafficText(e.Weights) + ", as DNS serves it"
	},
	journal.Verdict:   func(e journal.Event) string { return fmt.Sprintf("  %-12s %s: %s", e.Verdict, e.Check, e.Detail) },
	journal.Activated: func(e journal.Event) string { return "  " + string(e.To) + " is active" },
	journal.PhaseReopened: func(e journal.Event) string {
		return fmt.Sprintf("  %s runs again: %s", e.Phase, e.Detail)
	},
	journal.EffectFailed: func(e journal.Event) string { return fmt.Sprintf("  %s: %s", e.Phase, e.Detail) },
	journal.Attached:     func(e journal.Event) string { return "  saved in the store: " + e.Detail + " of " + e.Root },
	journal.Approval:     func(e journal.Event) string { return fmt.Sprintf("  %s approved by %s", e.Phase, e.By) },
	journal.Held:         func(e journal.Event) string { return fmt.Sprintf("  %s %s: %s", e.Hold, by(e.By), e.Detail) },
	journal.Released:     func(e journal.Event) string { return "  resumed by " + e.By },
	journal.BackDecided:  func(e journal.Event) string { return "  all traffic goes back: " + e.Detail },
	journal.RequestRefused: func(e journal.Event) string {
		return "  refused: " + e.Detail
	},
	journal.WindowIgnored: func(e journal.Event) string {
		return fmt.Sprintf("  %s starts outside the window, requested by %s", e.Phase, e.By)
	},
	journal.Cleared:   func(e journal.Event) string { return eachNamed("  "+e.Root+" released ", e) },
	journal.Kept:      func(e journal.Event) string { return eachNamed("  left in "+e.Root+": ", e) },
	journal.Leftovers: func(e journal.Event) string { return "  left over: " + e.Detail },
	journal.RotationFinished: func(e journal.Event) string {
		return fmt.Sprintf("rotation %s: %s", e.Rotation, e.Outcome)
	},
}

// eachNamed is a line for each thing that an event is about.
func eachNamed(before string, e journal.Event) string {
	return before + strings.Join(e.Named(), "\n"+before)
}

func phaseLine(e journal.Event) string {
	detail := e.Detail
	if e.Outcome == journal.Failed {
		detail = "" // the error says it once, at the end
	}
	return strings.TrimRight(fmt.Sprintf("%s %-16s %6.1fs  %s", mark(e.Outcome), e.Phase, e.Seconds, detail), " ")
}

// mark is a phase's outcome as one sign.
func mark(o journal.Outcome) string {
	switch o {
	case journal.Done:
		return "✓"
	case journal.Skipped:
		return "-"
	case journal.Failed, journal.RolledBack:
		return "✗"
	case journal.Waiting:
		return "…"
	}
	return " "
}

func (p *progress) Event(e journal.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e.Kind == journal.PhaseStarted {
		p.started, p.pending = time.Now(), e.Phase+": "+e.Detail
		return
	}
	if e.Kind == journal.PhaseDone {
		p.pending = ""
	}
	if line, ok := lines[e.Kind]; ok && (e.Kind != journal.Destroyed || e.Outcome != journal.Skipped) { // there was nothing to destroy
		p.flush()
		p.lasting(line(e))
	}
}

func (p *progress) Progress(message string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.flush()
	if p.width == 0 && !p.verbose && isPreflightStep(message) {
		return // a log needs no line for each question: the last one of the phase has all answers
	}
	p.passing(message)
}

// isPreflightStep tells the name of a question of preflight from what it found.
func isPreflightStep(message string) bool {
	step, is := strings.CutPrefix(message, "preflight: ")
	return is && !strings.ContainsAny(step, ":\n")
}

func (p *progress) Detail(message string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.flush()
	switch {
	case p.verbose:
		p.lasting("    " + message)
	case p.width > 0:
		p.passing(message)
	}
}

// flush says that a phase began, once there is something to see of it: a phase
// that had nothing to do needs no line but its last.
func (p *progress) flush() {
	if p.pending != "" {
		begun := p.pending
		p.pending = ""
		p.passing(begun)
	}
}

// passing is overwritten by what comes next on a terminal.
func (p *progress) passing(message string) {
	message, _, _ = strings.Cut(message, "\n")
	if p.width == 0 {
		p.print("  … " + message + "\n")
		return
	}
	line := fmt.Sprintf("  %s… %s", p.elapsed(), untrusted.Printable(message))
	if runes := []rune(line); len(runes) >= p.width {
		line = string(runes[:p.width-1])
	}
	p.erase()
	p.print(line)
}

func (p *progress) lasting(line string) {
	if p.width > 0 {
		p.erase()
	}
	p.print(line + "\n")
}

func (p *progress) elapsed() string {
	if p.started.IsZero() {
		return ""
	}
	return time.Since(p.started).Truncate(time.Second).String() + " "
}

// erase clears the line that the cursor is on.
func (p *progress) erase() { _, _ = io.WriteString(p.screen, "\r\x1b[K") }

// print cannot fail in a way that should stop a rotation.
func (p *progress) print(s string) { _, _ = io.WriteString(p.w, s) }
