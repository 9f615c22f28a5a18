package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"drover/generator/spec"
	"drover/orchestrator/cluster"
	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
	"drover/orchestrator/store"
	"drover/orchestrator/store/storetest"
)

var watchedFrom = time.Date(2026, 11, 29, 11, 47, 50, 0, time.UTC)

// told are events a minute apart.
func toldOf(events ...journal.Event) []journal.Event {
	for i := range events {
		events[i].Rotation, events[i].Time = "20261129t114750-a12c40", watchedFrom.Add(time.Duration(i)*time.Minute)
	}
	return events
}

func standing() []journal.Event {
	return []journal.Event{
		{Kind: journal.Applied, Root: "blue", Version: "1.35"},
		{Kind: journal.Weights, Weights: color.Weights{color.Blue: 100, color.Green: 0}},
		{Kind: journal.Activated, To: color.Blue},
	}
}

func rotating() []journal.Event {
	plan := &journal.Plan{Steps: []int{20, 100}, Interval: 5 * time.Minute, Soak: time.Hour, KeepBlue: 24 * time.Hour, Approvals: []string{"shift"}}
	return append(standing(),
		journal.Event{Kind: journal.RotationStarted, From: color.Blue, To: color.Green, Version: "1.36", Plan: plan},
		journal.Event{Kind: journal.Driving},
		journal.Event{Kind: journal.PhaseStarted, Phase: "preflight"},
		journal.Event{Kind: journal.PhaseDone, Phase: "preflight", Outcome: journal.Done, Seconds: 64, Detail: "account 123456789012, quotas suffice"},
		journal.Event{Kind: journal.PhaseStarted, Phase: "render"},
		journal.Event{Kind: journal.PhaseDone, Phase: "render", Outcome: journal.Done, Seconds: 0.4},
		journal.Event{Kind: journal.PhaseStarted, Phase: "build"},
	)
}

func verified() []journal.Event {
	value := 0.0123
	return append(rotating(),
		journal.Event{Kind: journal.PhaseDone, Phase: "build", Outcome: journal.Done, Seconds: 199.6, Detail: "green stands at 1.36"},
		journal.Event{Kind: journal.PhaseStarted, Phase: "bootstrap"},
		journal.Event{Kind: journal.PhaseDone, Phase: "bootstrap", Outcome: journal.Skipped, Detail: "nothing to apply"},
		journal.Event{Kind: journal.PhaseStarted, Phase: "verify"},
		journal.Event{Kind: journal.Checked, Phase: "verify", Root: "green", Verdicts: []journal.Result{
			{Check: "b", Name: "prometheus-1", Verdict: "fail", Value: &value, Unit: "s", Detail: "0.0123 s is above 0.01 s\nsecond line"},
			{Check: "a", Name: "http-1", Verdict: "pass", Detail: "/healthz answered 200"},
			{Check: "c", Name: "command-1", Verdict: "inconclusive", Detail: "\x1b[2Jno data"},
		}},
	)
}

func TestFramesOfARotation(t *testing.T) {
	t.Parallel()
	done := func(phase string) journal.Event {
		return journal.Event{Kind: journal.PhaseDone, Phase: phase, Outcome: journal.Done}
	}
	begin := func(phase string) journal.Event { return journal.Event{Kind: journal.PhaseStarted, Phase: phase} }
	weigh := func(blue, green int) journal.Event {
		return journal.Event{Kind: journal.Weights, Weights: color.Weights{color.Blue: blue, color.Green: green}}
	}
	for name, c := range map[string]struct {
		events []journal.Event
		width  int
	}{
		"nothing":  {nil, 80},
		"standing": {standing(), 80},
		"building": {rotating(), 80},
		"checks":   {verified(), 80},
		"narrow":   {verified(), 40},
		"gate":     {append(verified(), done("verify"), begin("approve-shift")), 80},
		"shift":    {append(verified(), done("verify"), done("approve-shift"), begin("shift"), weigh(80, 20)), 80},
		"held":     {append(verified(), journal.Event{Kind: journal.Held, Hold: journal.Paused, By: "dana", Detail: "lunch"}), 80},
		"stopped":  {append(rotating(), journal.Event{Kind: journal.PhaseFailed, Phase: "build", Outcome: journal.Failed, Seconds: 12, Detail: "no quota"}), 80},
		"back":     {append(verified(), journal.Event{Kind: journal.BackDecided, Detail: "prometheus-1: fail"}), 80},
		"over": {append(verified(), journal.Event{Kind: journal.RotationFinished, Outcome: journal.RolledBack, Detail: "prometheus-1: fail",
			From: color.Blue, To: color.Green}), 80},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			events := toldOf(c.events...)
			now := watchedFrom.Add(time.Duration(len(events))*time.Minute + 30*time.Second)
			w := watched{"shop", journal.Fold(events), func(verb string) string { return "`drover " + verb + " -f shop.yaml -o infra`" }}
			var text strings.Builder
			for _, r := range frame(w, now, c.width) {
				line := ""
				for _, part := range r {
					line += part.text
				}
				if n := utf8.RuneCountInString(line); n > c.width || strings.ContainsAny(line, "\x1b\n") {
					t.Errorf("a line has %d characters, or controls: %q", n, line)
				}
				text.WriteString(strings.TrimRight(line, " ") + "\n")
			}
			golden := filepath.Join("testdata", "watch-"+name+".txt")
			if *updateGolden {
				if err := os.WriteFile(golden, []byte(text.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if page, err := os.ReadFile("../../docs/rotations.md"); name == "shift" && (err != nil || !strings.Contains(string(page), "```\n"+string(want)+"```\n")) {
				t.Errorf("docs/rotations.md does not show this frame (%v)", err)
			}
			if text.String() != string(want) {
				t.Errorf("the frame is\n%s\nwant\n%s", text.String(), want)
			}
		})
	}
}

func TestAFrameReplacesTheLastOneAndFitsTheWindow(t *testing.T) {
	t.Parallel()
	rows := []row{{{good, "✓"}, {plain, " build"}}, {{plain, "second"}}, {{plain, "third"}}}
	for name, c := range map[string]struct {
		color  bool
		height int
		want   string
	}{
		"in color":         {true, 24, "\x1b[32m✓\x1b[0m build\nsecond\nthird\n\x1b[3A\r\x1b[J\x1b[32m✓\x1b[0m build\nsecond\nthird\n"},
		"with NO_COLOR":    {false, 24, "✓ build\nsecond\nthird\n\x1b[3A\r\x1b[J✓ build\nsecond\nthird\n"},
		"in a low window":  {false, 3, "✓ build\nsecond\n\x1b[2A\r\x1b[J✓ build\nsecond\n"},
		"in a tiny window": {false, 1, "✓ build\n\x1b[1A\r\x1b[J✓ build\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			s := &screen{w: &out, control: &out, color: c.color}
			s.show(rows, c.height)
			s.show(rows, c.height)
			if out.String() != c.want {
				t.Errorf("the screen gets %q, want %q", out.String(), c.want)
			}
		})
	}
}

// script is a clock during whose pauses a rotation goes on, on another machine.
type script struct {
	lease *store.Lease
	steps [][]journal.Event
	fails func(pause int) // breaks the store for a while, or mends it
	pause int
}

func (*script) Now() time.Time { return watchedFrom.Add(time.Hour) }

func (s *script) Sleep(ctx context.Context, _ time.Duration) error {
	if s.pause == len(s.steps) {
		return errors.New("the watch goes on after the end")
	}
	for _, e := range s.steps[s.pause] {
		data, err := json.Marshal(e)
		if err != nil {
			return err
		}
		if _, err := s.lease.Append(ctx, data); err != nil {
			return err
		}
	}
	s.pause++
	if s.fails != nil {
		s.fails(s.pause)
	}
	return nil
}

// watching is a store with a rotation that has begun.
func watching(t *testing.T, memory *storetest.Memory, steps ...[]journal.Event) (cluster.Options, *script) {
	t.Helper()
	opened := store.Open(memory, "shop", store.Options{})
	lease, err := opened.Acquire(t.Context(), store.Holder{Host: "h", Command: "drover rotate"})
	if err != nil {
		t.Fatal(err)
	}
	clock := &script{lease: lease, steps: append([][]journal.Event{toldOf(rotating()...)}, steps...)}
	if err := clock.Sleep(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	return cluster.Options{Spec: spec.Cluster{Metadata: spec.Metadata{Name: "shop"}}, SpecFile: "shop.yaml", Out: "infra", Store: opened, Clock: clock}, clock
}

func TestInALogAWatchIsALineForEachChange(t *testing.T) {
	t.Parallel()
	end := toldOf(
		journal.Event{Kind: journal.PhaseFailed, Phase: "build", Outcome: journal.Failed, Seconds: 12, Detail: "no quota"},
		journal.Event{Kind: journal.BackDecided, Detail: "no quota"},
		journal.Event{Kind: journal.RotationFinished, Outcome: journal.RolledBack, Detail: "no quota", From: color.Blue, To: color.Green})
	o, _ := watching(t, &storetest.Memory{}, nil, end)
	var out bytes.Buffer
	err := watch(t.Context(), streams{out: &out, err: &out}, o, nil)
	if exitCode(err) != exitRolledBack {
		t.Errorf("the watch ends with %v", err)
	}
	const want = `shop: rotation 20261129t114750-a12c40, blue to green, in build; traffic blue 100 %, green 0 %
11:47:50 ✗ build              12.0s
11:48:50   all traffic goes back: no quota
11:49:50 rotation 20261129t114750-a12c40: rolled-back
`
	if out.String() != want {
		t.Errorf("the log is\n%s\nwant\n%s", out.String(), want)
	}
}

func TestOnATerminalAWatchEndsWithTheRotation(t *testing.T) {
	t.Parallel()
	o, _ := watching(t, &storetest.Memory{}, toldOf(journal.Event{Kind: journal.RotationFinished, Outcome: journal.Done, From: color.Blue, To: color.Green}))
	var out bytes.Buffer
	view := &screen{w: &out, control: &out, size: func() (int, int) { return 60, 30 }}
	if err := watch(t.Context(), streams{out: &out, err: &out}, o, view); err != nil {
		t.Error(err)
	}
	if frames := strings.Split(out.String(), "\r\x1b[J"); len(frames) != 2 || !strings.Contains(frames[0], "▸ build") || !strings.Contains(frames[1], "✓ rotation 20261129t114750-a12c40: done") {
		t.Errorf("the screen gets %q", out.String())
	}
}

func TestAWatchOutlivesAStoreThatIsAwayForAWhile(t *testing.T) {
	t.Parallel()
	memory := &storetest.Memory{}
	o, clock := watching(t, memory, nil, nil, nil, toldOf(journal.Event{Kind: journal.RotationFinished, Outcome: journal.Done, From: color.Blue, To: color.Green}))
	clock.fails = func(pause int) {
		memory.Fault = nil
		if pause == 2 || pause == 3 {
			memory.Fault = func(storetest.Call) storetest.Fault { return storetest.Refused }
		}
	}
	var out, told bytes.Buffer
	if err := watch(t.Context(), streams{out: &out, err: &told}, o, nil); err != nil {
		t.Error(err)
	}
	if strings.Count(told.String(), "cannot read the store, trying again") != 1 {
		t.Errorf("told %q", told.String())
	}
}

func TestAWatchOfNothingEndsInALog(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	o := cluster.Options{Spec: spec.Cluster{Metadata: spec.Metadata{Name: "shop"}}, Store: store.Open(&storetest.Memory{}, "shop", store.Options{}), Clock: &script{}}
	if err := watch(t.Context(), streams{out: &out, err: &out}, o, nil); err != nil || out.String() != "shop: no rotation in progress; no weights confirmed yet\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
}

var _ rotation.Clock = (*script)(nil)
