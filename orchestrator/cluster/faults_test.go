package cluster

import (
	"bytes"
	"cmp"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
	"drover/orchestrator/verify"
)

// docs/faults.md is what the tests below see: each fault in each phase of a rotation, in the simulated world.
var (
	faultsPage   = filepath.Join("..", "..", "docs", "faults.md")
	updateFaults = flag.Bool("update-faults", false, "write docs/faults.md anew")
)

// worldFault is something that goes wrong in the simulated world, for a time or for good.
type worldFault struct {
	name, does string
	lasts      time.Duration // 0: for good
	begins     func(*world)
	ends       func(*world)
}

// failing has calls fail.
func failing(why string, calls ...string) (begins, ends func(*world)) {
	return func(w *world) {
			for _, call := range calls {
				w.fail[call] = errors.New(why)
			}
		}, func(w *world) {
			for _, call := range calls {
				delete(w.fail, call)
			}
		}
}

func verdict(v verify.Verdict) (begins, ends func(*world)) {
	return func(w *world) { w.verdicts["green"] = v }, func(w *world) { delete(w.verdicts, "green") }
}

// of makes a fault of what begins and ends it.
func (f worldFault) of(begins, ends func(*world)) worldFault {
	f.begins, f.ends = begins, ends
	return f
}

func worldFaults() []worldFault {
	platformCalls := []string{"cluster", "quota", "weights", "ask weights", "confirmed", "written", "flows", "targets", "existing", "leftovers", "account"}
	return []worldFault{
		worldFault{name: "green fails", does: "every check of green fails, for good"}.of(verdict(verify.Fail)),
		worldFault{name: "green fails for a minute", does: "every check of green fails for a minute", lasts: time.Minute}.of(verdict(verify.Fail)),
		worldFault{name: "green is silent", does: "no check of green gets an answer, for good"}.of(verdict(verify.Error)),
		worldFault{name: "green is silent for a minute", does: "no check of green gets an answer for a minute", lasts: time.Minute}.of(verdict(verify.Error)),
		worldFault{name: "AWS is down for two minutes", does: "every call of the platform's API fails for two minutes", lasts: 2 * time.Minute}.of(failing("AWS answered 500", platformCalls...)),
		worldFault{name: "AWS is down", does: "every call of the platform's API fails for two hours", lasts: 2 * time.Hour}.of(failing("AWS answered 500", platformCalls...)),
		worldFault{name: "no metrics", does: "load balancers cannot be measured for two hours", lasts: 2 * time.Hour}.of(failing("CloudWatch answered 500", "flows")),
		worldFault{name: "name servers are down", does: "no authoritative server answers for two minutes", lasts: 2 * time.Minute}.of(failing("no answer", "confirm")),
		worldFault{name: "Terraform fails", does: "every plan and apply of Terraform fails for two hours", lasts: 2 * time.Hour}.of(
			failing("Terraform exited 1", "plan green", "plan blue", "plan traffic", "plan foundation", "apply green", "apply blue", "apply traffic")),
		worldFault{name: "clients stay with blue", does: "all connections go to blue for three hours, whatever DNS says", lasts: 3 * time.Hour}.of(
			func(w *world) { w.busy["blue"] = 100_000 }, func(w *world) { w.busy["blue"] = 0 }),
		{name: "weights by hand", does: "a person sends all traffic back to blue in Route 53, once", begins: func(w *world) {
			if len(w.dns) == 2 && w.standing["blue"] {
				w.dns = map[string]int{"blue": 100, "green": 0}
			}
		}},
		{name: "drover is killed", does: "the process is killed at the third call after the phase began; another machine goes on", begins: func(w *world) { w.killAt = w.effects + 3 }},
	}
}

// outcomeOf is what became of a rotation that a fault met.
type outcomeOf struct {
	ended   string
	took    time.Duration
	message string
}

// offBeat keeps the end of a fault away from the moments at which drover looks, which are whole seconds after its beginning.
const offBeat = 3100 * time.Millisecond

// mostRuns is how often a schedule starts drover, an hour after it ended.
const mostRuns = 4

// meets runs a rotation that a fault meets in a phase, as a schedule would: again, an hour later, until it has ended or a
// person is needed.
func meets(t *testing.T, w *world, f worldFault, phase string) (met bool, o outcomeOf) {
	t.Helper()
	applied(t, w)
	newVersion(w)
	began, runs := time.Now(), 0
	var begin, end time.Time
	for runs < mostRuns {
		runs++
		options := w.options()
		options.Observer = onEvent{do: func(e journal.Event) {
			if met || e.Kind != journal.PhaseStarted || e.Phase != phase {
				return
			}
			met, begin = true, time.Now()
			w.mu.Lock()
			f.begins(w)
			w.mu.Unlock()
			if f.lasts > 0 {
				time.AfterFunc(f.lasts+offBeat, func() { w.mu.Lock(); defer w.mu.Unlock(); f.ends(w) })
			}
		}}
		err := Rotate(t.Context(), options)
		end = time.Now()
		if w.dead {
			w.revive()
			o.message = cmp.Or(o.message, "killed; another process went on")
			continue
		}
		var waiting *rotation.Waiting
		var back *rotation.RolledBack
		if err == nil || errors.As(err, &back) || errors.As(err, &waiting) {
			o.ended, o.message = ended(w, err), cmp.Or(o.message, said(err))
			break
		}
		o.ended, o.message = ended(w, err), cmp.Or(o.message, said(err))
		time.Sleep(time.Hour)
	}
	if runs > 1 && o.ended == "done" {
		o.ended = "done, by a later run"
	}
	if met {
		began = begin
	}
	o.took = end.Sub(began)
	time.Sleep(4 * time.Hour) // no fault is left behind
	return met, o
}

// ended says how a rotation stands, by what serves.
func ended(w *world, err error) string {
	var waiting *rotation.Waiting
	var back *rotation.RolledBack
	state := w.state()
	serves := fmt.Sprintf("green has %d %%", w.dns["green"])
	switch w.dns["green"] {
	case 0:
		serves = "blue serves"
	case 100:
		serves = "green serves"
	}
	switch {
	case err == nil:
		return "done"
	case errors.As(err, &back):
		return "rolled back"
	case errors.As(err, &waiting):
		return "held for a person; " + serves
	case state.Rotation == nil:
		return "given up before anything changed; " + serves
	}
	return "stopped, the next run tries again; " + serves
}

var (
	rotationIDs = regexp.MustCompile(`[0-9]{8}t[0-9]{6}-[0-9a-f]{6}`)
	clockTimes  = regexp.MustCompile(`[0-9]{2}:[0-9]{2}:[0-9]{2}`)
)

// said is an error in a line of the table; empty without one.
func said(err error) string {
	if err == nil {
		return ""
	}
	text, _, _ := strings.Cut(err.Error(), "\n")
	text = clockTimes.ReplaceAllString(rotationIDs.ReplaceAllString(text, "ID"), "TIME")
	text = strings.NewReplacer("|", "\\|", "<", "&lt;", "`", "'").Replace(text)
	if runes := []rune(text); len(runes) > 240 {
		return string(runes[:240]) + "…"
	}
	return text
}

// row is a line of the table of a fault.
func row(t *testing.T, f worldFault, phase string) (line string) {
	t.Helper()
	inWorld(t, func(t *testing.T, w *world) {
		met, o := meets(t, w, f, phase)
		if !met {
			t.Errorf("%s in %s: the phase did not begin", f.name, phase)
		}
		line = strings.TrimRight(fmt.Sprintf("| %s | %s | %s | %s", phase, o.ended, o.took.Round(time.Second), o.message), " ") + " |"
	})
	return line
}

// gist is what of a line is held: the phase, the outcome, and the phase or the kind of the message. Times and the rest are for
// people, and may differ by a moment.
func gist(line string) string {
	cells := strings.SplitN(line, "|", 5)
	if len(cells) < 5 {
		return ""
	}
	kind, _, _ := strings.Cut(cells[4], ":")
	if _, id, is := strings.Cut(kind, "rotation ID "); is {
		kind = id
	}
	return strings.Join([]string{cells[1], cells[2], strings.Trim(kind, " |")}, "|")
}

// faultPhases are those that something can go wrong in; gates without approvals are over at once.
func faultPhases() (names []string) {
	for _, p := range rotation.Phases {
		if p.Name != rotation.ApproveShift && p.Name != rotation.ApproveDestroy && p.Name != rotation.Handover && p.Name != rotation.Bootstrap {
			names = append(names, p.Name)
		}
	}
	return names
}

// The page says what each fault leads to. A sample of it is held by every run of the tests, all of it where DROVER_FAULTS is
// whole, and -update-faults writes it anew.
func TestThePageOfFaultsIsWhatHappens(t *testing.T) {
	t.Parallel()
	whole := *updateFaults || os.Getenv("DROVER_FAULTS") == "whole"
	page, err := os.ReadFile(faultsPage)
	if err != nil && !*updateFaults {
		t.Fatal(err)
	}
	phases := faultPhases()
	var made bytes.Buffer
	made.WriteString(faultsHead)
	for i, f := range worldFaults() {
		fmt.Fprintf(&made, "\n## %s\n\n%s.\n\n| in | outcome | after | message |\n| --- | --- | --- | --- |\n", f.name, strings.ToUpper(f.does[:1])+f.does[1:])
		_, section, _ := strings.Cut(string(page), "\n## "+f.name+"\n")
		section, _, _ = strings.Cut(section, "\n## ")
		for j, phase := range phases {
			if !whole && j != i%len(phases) {
				continue
			}
			line := row(t, f, phase)
			made.WriteString(line + "\n")
			if !*updateFaults && !slices.ContainsFunc(strings.Split(section, "\n"), func(had string) bool { return gist(had) == gist(line) }) {
				t.Errorf("docs/faults.md has no such line of %s; go test ./orchestrator/cluster -run PageOfFaults -update-faults writes it anew:\n%s", f.name, line)
			}
		}
	}
	if *updateFaults {
		must(t, os.WriteFile(faultsPage, made.Bytes(), 0o644))
	}
}

const faultsHead = `# Faults

What a rotation does when something goes wrong in one of its phases. A test writes this page from rotations in a simulated world:
drover's own engine, checks and journal, with a platform, Terraform and name servers in memory, and a clock that waits for nobody.
Each rotation has three steps of one minute (10, 50 and 100 %), soaks for five minutes, and keeps ` + "`onFailure: rollback`" + `. drover is
started again an hour after it ended, as by a schedule, until the rotation has ended or a person is needed. *after* is the time
from the fault to the end, so more than an hour means another run; *serves* is what DNS answers then. The message is that of the first run that did not
end well.

` + "`drover rehearse --fault`" + ` breaks things in a simulated account with real Terraform: see [the rehearsal](rehearsal.md#breaking-things).
`
