package notify

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"drover/orchestrator/color"
	"drover/orchestrator/journal"
)

const rotationID = "20261129t114750-a12c40"

var begun = time.Date(2026, 11, 29, 11, 47, 50, 0, time.UTC)

func weights(blue, green int) color.Weights {
	return color.Weights{color.Blue: blue, color.Green: green}
}

// story numbers events as a journal would: a minute and a record apart.
func story(events ...journal.Event) []Entry {
	entries := make([]Entry, len(events))
	for i, e := range events {
		if e.Rotation == "" {
			e.Rotation = rotationID
		}
		e.Time = begun.Add(time.Duration(i) * time.Minute)
		entries[i] = Entry{Seq: int64(i + 2), Event: e}
	}
	return entries
}

func start(approvals ...string) []journal.Event {
	return []journal.Event{
		{Kind: journal.Activated, To: color.Blue},
		{Kind: journal.Weights, Weights: weights(100, 0)},
		{Kind: journal.RotationStarted, From: color.Blue, To: color.Green, Version: "1.36", Plan: &journal.Plan{Approvals: approvals}, By: "dana"},
	}
}

func teller() *Teller {
	return &Teller{Cluster: "shop", Command: func(verb string) string { return "`drover " + verb + "`" }}
}

// told are messages in one line each.
func told(messages []Message) []string {
	var all []string
	for _, m := range messages {
		line := m.On + ": " + strings.TrimPrefix(m.Title, "shop: ")
		if m.Over {
			line = "over: " + m.Key
		}
		all = append(all, line)
	}
	return all
}

func TestWhatPeopleAreToldOfARotation(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		events []journal.Event
		want   []string
	}{
		"a rotation with a gate": {
			append(start("shift"),
				journal.Event{Kind: journal.PhaseStarted, Phase: "approve-shift"},
				journal.Event{Kind: journal.Approval, Phase: "shift", By: "eve"},
				journal.Event{Kind: journal.PhaseDone, Phase: "approve-shift", Outcome: journal.Done},
				journal.Event{Kind: journal.Weights, Weights: weights(100, 0)}, // the same again
				journal.Event{Kind: journal.Weights, Weights: weights(80, 20)},
				journal.Event{Kind: journal.PhaseStarted, Phase: "approve-destroy"}, // nobody is asked
				journal.Event{Kind: journal.RotationFinished, Outcome: journal.Done, From: color.Blue, To: color.Green}),
			[]string{
				"started: rotation from blue to green started", "waiting: waiting for approval of shift", "over: shop/" + rotationID + "/waiting",
				"step: traffic blue 80 %, green 20 %", "done: rotation done, green is active", "over: shop/overdue",
			},
		},
		"a phase that failed, and went on": {
			append(start(),
				journal.Event{Kind: journal.PhaseFailed, Phase: "build", Detail: "no quota"},
				journal.Event{Kind: journal.Driving},
				journal.Event{Kind: journal.PhaseStarted, Phase: "build"},
				journal.Event{Kind: journal.PhaseDone, Phase: "build", Outcome: journal.Done}),
			[]string{"started: rotation from blue to green started", "failed: build failed", "over: shop/" + rotationID + "/failed"},
		},
		"an unhealthy color is told once": {
			append(start(),
				journal.Event{Kind: journal.PhaseFailed, Phase: "soak", Detail: "http: 503"},
				journal.Event{Kind: journal.BackDecided, Detail: "http: 503"},
				journal.Event{Kind: journal.RotationFinished, Outcome: journal.RolledBack, Detail: "http: 503", From: color.Blue, To: color.Green}),
			[]string{
				"started: rotation from blue to green started", "rolled-back: going back to blue", "rolled-back: rolled back, blue is active",
				"over: shop/" + rotationID + "/failed",
			},
		},
		"a rotation that changed nothing fails once": {
			append(start(),
				journal.Event{Kind: journal.PhaseStarted, Phase: "preflight"},
				journal.Event{Kind: journal.PhaseFailed, Phase: "preflight", Detail: "no quota"},
				journal.Event{Kind: journal.RotationFinished, Outcome: journal.Failed, Detail: "no quota", From: color.Blue, To: color.Green}),
			[]string{"started: rotation from blue to green started", "failed: rotation failed in preflight"},
		},
		"a freeze waits for a person": {
			append(start(),
				journal.Event{Kind: journal.PhaseFailed, Phase: "soak", Detail: "http: 503"},
				journal.Event{Kind: journal.Held, Hold: journal.Asking, Detail: "http: 503"},
				journal.Event{Kind: journal.Released, By: "eve"}),
			[]string{"started: rotation from blue to green started", "waiting: the rotation is waiting for a decision", "over: shop/" + rotationID + "/waiting"},
		},
		"a first build": {
			[]journal.Event{{Kind: journal.Driving}, {Kind: journal.Weights, Weights: weights(100, 0)}, {Kind: journal.Activated, To: color.Blue}},
			nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := told(teller().Take(story(c.events...), true)); !slices.Equal(got, c.want) {
				t.Errorf("told %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestAMessageSaysWhatToRun(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		events []journal.Event
		want   string
	}{
		"gate": {append(start("shift"), journal.Event{Kind: journal.PhaseStarted, Phase: "approve-shift"}),
			"Traffic is at blue 100 %, green 0 %.\nLook at `drover status`, then run `drover approve shift` and `drover rotate`. To give up instead, run `drover rollback`."},
		"failure": {append(start(), journal.Event{Kind: journal.PhaseFailed, Phase: "build", Detail: "no quota"}),
			"no quota\nTraffic is at blue 100 %, green 0 %.\nFix the cause, then run `drover rotate`; it resumes at build. To give up instead, run `drover rollback`."},
		"failure after the first deletion": {append(start(), journal.Event{Kind: journal.DestroyIntended, Root: "blue"}, journal.Event{Kind: journal.PhaseFailed, Phase: "destroy", Detail: "timeout"}),
			"timeout\nTraffic is at blue 100 %, green 0 %.\nFix the cause, then run `drover rotate`; it resumes at destroy."},
		"hold": {append(start(), journal.Event{Kind: journal.Held, Hold: journal.Paused, By: "eve", Detail: "lunch"}),
			"lunch\nDecided by eve.\nTraffic is at blue 100 %, green 0 %.\nTo continue, run `drover resume` and `drover rotate`. To give up instead, run `drover rollback`."},
		"end": {append(start(), journal.Event{Kind: journal.Leftovers, Detail: "vol-1"}, journal.Event{Kind: journal.RotationFinished, Outcome: journal.Done}),
			"green has all traffic, at Kubernetes 1.36. blue is destroyed.\nLeft over of blue: 1. `drover report` lists them."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var last Message
			for _, m := range teller().Take(story(c.events...), true) {
				if !m.Over {
					last = m
				}
			}
			if got := last.body(); got != c.want {
				t.Errorf("the message is\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// However a journal is cut into parts, by kills or by the time at which it is read, the messages and their ids are the same.
func TestMessagesDoNotDependOnWhoReadsTheJournal(t *testing.T) {
	t.Parallel()
	entries := story(append(start("shift", "destroy"),
		journal.Event{Kind: journal.PhaseFailed, Phase: "build", Detail: "no quota"},
		journal.Event{Kind: journal.Driving},
		journal.Event{Kind: journal.PhaseDone, Phase: "build"},
		journal.Event{Kind: journal.PhaseStarted, Phase: "approve-shift"},
		journal.Event{Kind: journal.Approval, Phase: "shift", By: "eve"},
		journal.Event{Kind: journal.Weights, Weights: weights(0, 100)},
		journal.Event{Kind: journal.PhaseFailed, Phase: "soak", Detail: "503"},
		journal.Event{Kind: journal.BackDecided, Detail: "503"},
		journal.Event{Kind: journal.RotationFinished, Outcome: journal.RolledBack})...)
	want := teller().Take(entries, true)
	if len(want) < 8 {
		t.Fatalf("only %d messages", len(want))
	}
	ids := map[string]bool{}
	for _, m := range want {
		if ids[m.ID] {
			t.Errorf("two messages have the id %s", m.ID)
		}
		ids[m.ID] = true
	}
	for cut := range len(entries) + 1 {
		parts := teller()
		got := append(parts.Take(entries[:cut], false), parts.Take(entries[cut:], true)...)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("cut at %d, the messages are %q, want %q", cut, told(got), told(want))
		}
	}
}

func TestWhatOthersWroteIsBoundedAndVisible(t *testing.T) {
	t.Parallel()
	detail := "\x1b[31m\u202e" + strings.Repeat("x", 100_000)
	messages := teller().Take(story(append(start(), journal.Event{Kind: journal.PhaseFailed, Phase: "build", Detail: detail})...), true)
	text := messages[len(messages)-1].Text
	if len(text) > 2*mostText || strings.ContainsAny(text, "\x1b\u202e") || !strings.HasPrefix(text, `\u001b[31m\u202e`) {
		t.Errorf("the text is %d bytes: %.60q", len(text), text)
	}
}

func TestAReminderIsTheSameAllDay(t *testing.T) {
	t.Parallel()
	at := func(h int) Message {
		return Overdue("shop", "blue", "31d", 0, "`drover rotate`", begun.Add(time.Duration(h)*time.Hour))
	}
	if a, b, c := at(0).ID, at(12).ID, at(13).ID; a != b || a == c {
		t.Errorf("the ids are %s, %s half a day later, and %s on the next day", a, b, c)
	}
	if name := fmt.Sprint(markName(at(0), "slack")); outdated(name, "", begun.Add(6*24*time.Hour)) || !outdated(name, "", begun.Add(9*24*time.Hour)) {
		t.Error("it is remembered for a week, and no longer")
	}
}
