package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"drover/orchestrator/cluster"
	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
	"drover/orchestrator/store"
)

// watchPause is the time between two looks at the store.
const watchPause = 2 * time.Second

// follower reads what a journal has since the last time. It needs no lease and asks no cloud.
type follower struct {
	store *store.Store
	head  store.Head
	state journal.State
}

func follow(s *store.Store) *follower { return &follower{store: s, state: journal.Fold(nil)} }

// read returns the events since the last time.
func (f *follower) read(ctx context.Context) ([]journal.Event, error) {
	var records []store.Record
	var err error
	if f.head.Seq == 0 {
		records, err = f.store.Records(ctx)
	} else {
		records, err = f.store.Since(ctx, f.head)
	}
	if err != nil || len(records) == 0 {
		return nil, err
	}
	events, err := journal.Read(records)
	if err != nil {
		return nil, err
	}
	for _, e := range events {
		f.state.Add(e)
	}
	f.head = records[len(records)-1].Head()
	return events, nil
}

// screen is where frames go: one over the other on a terminal.
type screen struct {
	w       io.Writer
	control io.Writer // what w writes to in the end; it alone is told to move and to color
	size    func() (width, height int)
	color   bool
	shown   int // rows of the last frame
}

// screenOf is nil if w is no terminal.
func screenOf(w io.Writer) *screen {
	f, ok := inmost(w).(*os.File)
	if !ok || !isTerminal(f) || os.Getenv("TERM") == "dumb" {
		return nil
	}
	size := func() (int, int) {
		width, height, err := term.GetSize(int(f.Fd()))
		if err != nil || width < 1 || height < 1 {
			return 80, 24
		}
		return width, height
	}
	return &screen{w: w, control: f, size: size, color: os.Getenv("NO_COLOR") == ""}
}

// show replaces the last frame. The last line is left free, as a terminal that scrolls would lose count.
func (s *screen) show(rows []row, height int) {
	if s.shown > 0 {
		_, _ = fmt.Fprintf(s.control, "\x1b[%dA\r\x1b[J", s.shown)
	}
	rows = rows[:min(len(rows), max(1, height-1))]
	for _, r := range rows {
		for _, part := range r {
			if painted := s.color && part.paint != plain && strings.TrimSpace(part.text) != ""; painted {
				_, _ = io.WriteString(s.control, string(part.paint))
				_, _ = io.WriteString(s.w, part.text)
				_, _ = io.WriteString(s.control, unpaint)
				continue
			}
			_, _ = io.WriteString(s.w, part.text)
		}
		_, _ = io.WriteString(s.w, "\n")
	}
	s.shown = len(rows)
}

// watch shows a cluster until the rotation that it sees has ended, and returns how: nil if it is done, and if there is none.
// In a log, there is a line for each change.
func watch(ctx context.Context, s streams, o cluster.Options, view *screen) error {
	f := follow(o.Store)
	seen, behind := false, ""
	for first := true; ; first = false {
		events, err := f.read(ctx)
		switch {
		case err != nil && first:
			return err
		case err != nil && err.Error() != behind: // the store may be back with the next look
			behind = err.Error()
			_, _ = fmt.Fprintln(s.err, "cannot read the store, trying again: "+behind)
			if view != nil {
				view.shown = 0
			}
		case err == nil:
			behind = ""
		}
		if view != nil {
			width, height := view.size()
			view.show(frame(watched{o.Spec.Metadata.Name, f.state, o.Command}, o.Clock.Now(), width), height)
		} else {
			changed(s.out, o.Spec.Metadata.Name, f.state, events, first)
		}
		seen = seen || f.state.Rotation != nil
		if seen && f.state.Rotation == nil {
			return rotation.Ended(f.state)
		}
		if view == nil && !seen {
			return nil // a log of nothing has no end
		}
		if err := o.Clock.Sleep(ctx, watchPause); err != nil {
			return errors.Join(rotation.ErrInterrupted, err)
		}
	}
}

// changed writes a line for what is now, and then for each change.
func changed(w io.Writer, name string, state journal.State, events []journal.Event, first bool) {
	if first {
		what := "no rotation in progress"
		if r := state.Rotation; r != nil {
			what = fmt.Sprintf("rotation %s, %s to %s, in %s", r.ID, r.From, r.To, r.Phase)
		}
		weights := trafficText(state.Weights)
		if len(state.Weights) > 0 {
			weights = "traffic " + weights
		}
		_, _ = fmt.Fprintf(w, "%s: %s; %s\n", name, what, weights)
		return
	}
	for _, e := range events {
		line, has := lines[e.Kind]
		text := ""
		switch {
		case e.Kind == journal.PhaseStarted:
			text = fmt.Sprintf("▸ %-16s %s", e.Phase, e.Detail)
		case has && e.Kind != journal.Destroyed || has && e.Outcome != journal.Skipped:
			text = line(e)
		}
		if text != "" {
			_, _ = fmt.Fprintf(w, "%s %s\n", e.Time.UTC().Format("15:04:05"), text)
		}
	}
}
