// Package kills rotates a cluster with real Terraform against a simulated account, with state and store in its bucket,
// and kills what runs again and again: drover, Terraform, both, or both with the whole working directory. The next
// process starts in another directory. It must never help drover on: what goes on is the next `drover rotate`.
package kills

import (
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"drover/test/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

const (
	// mostStarts is above what a rotation takes that is killed four times after each of its records.
	mostStarts = 400
	// mostRotations is above what it takes until every record was followed by a kill of each kind.
	mostRotations = 8
	// leaseWait is how long to wait where the lease is that of a process which was killed.
	leaseWait = 5 * time.Second
)

// settings are what the environment asks for: a seeded tenth, or all.
func settings(t *testing.T) *matrix {
	t.Helper()
	part, seed := uint64(10), uint64(1)
	if os.Getenv("DROVER_ALL_KILLS") != "" {
		part = 1
	}
	if text := os.Getenv("DROVER_KILL_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("DROVER_KILL_SEED is %q; write a number", text)
		}
	}
	return newMatrix(seed, part)
}

// One rotation of the sample has a tenth of the kills. All of them take as many rotations as there are kinds: most records
// come once in each.
func TestARotationThatIsKilledAgainAndAgainIsDoneOrRolledBack(t *testing.T) {
	t.Parallel()
	m := settings(t)
	if *update {
		m.had = readTally(t).times
	}
	s := newStage(t, m)
	if r := s.drover("apply", "--auto-approve"); r.Code != 0 {
		t.Fatalf("apply exited %d\n%s", r.Code, r.Stderr)
	}
	s.from, s.to = "blue", "green"
	s.version("1.36")
	for range mostRotations {
		before := m.total()
		if ended := s.rotation(); ended == "done" {
			s.from, s.to = s.to, s.from
		}
		if t.Failed() || m.part > 1 || m.total() == before {
			break
		}
	}
}

// rotation has one rotation killed until it ends, and holds it to what was promised.
func (s *stage) rotation() (ended string) {
	s.t.Helper()
	inventory, starts, kills, adopted := s.inventory(), s.starts, s.matrix.total(), s.adopted
	if before, _ := s.deletions.twice(); len(before) > 0 {
		s.t.Logf("deleted twice before the rotation: %v", before)
	}
	run, had := newMatrix(s.matrix.seed, s.matrix.part), &matrix{times: less(s.matrix.times, nil)}
	clients := startClients(s.t, s.env, "herd.example.com")
	code, said := -1, ""
	for code != 0 && code != 4 && s.starts-starts < mostStarts {
		code, said = s.rotate()
		switch code {
		case 6:
			time.Sleep(leaseWait)
		case -1:
			code = s.endedBeforeItWasKilled()
		}
	}
	failed, asked := clients()
	ended = map[int]string{0: "done", 4: "rolled back"}[code]
	s.t.Logf("%s after %d processes and %d kills; %d requests, %d failed", ended, s.starts-starts, s.matrix.total()-kills, asked, failed)
	if ended == "" {
		s.t.Fatalf("the rotation did not end; the last process exited %d and said\n%s", code, said)
	}
	if failed > 0 || asked < 100 {
		s.t.Errorf("%d of %d requests failed", failed, asked)
	}
	again, deleted := s.deletions.twice()
	if lost := s.matrix.terraformKilled(builds) - had.terraformKilled(builds); lost > 0 && s.adopted == adopted {
		s.t.Errorf("Terraform was killed %d times while it made %s, and nothing was taken over after it", lost, s.to)
	}
	if len(again) > 0 || (code == 0 && deleted < 10) {
		s.t.Errorf("of %d that were deleted, these were twice: %v", deleted, again)
	}
	s.leavesWhatWas(code, inventory)
	locks := s.locks()
	if len(locks) > 0 {
		s.t.Errorf("locks are left: %v", locks)
	}
	if s.t.Failed() || !*update {
		return ended
	}
	run.first, run.times = s.matrix.first, less(s.matrix.times, had.times)
	page := readTally(s.t)
	page.add(run)
	page.runs = append(page.runs, []string{strconv.FormatUint(s.matrix.seed, 10), strconv.Itoa(s.starts - starts), strconv.Itoa(run.total()), ended,
		strconv.FormatInt(asked, 10), strconv.FormatInt(failed, 10), strconv.Itoa(deleted), strconv.Itoa(len(again)), strconv.Itoa(len(locks)), strconv.Itoa(s.adopted - adopted)})
	page.write(s.t)
	return ended
}

// endedBeforeItWasKilled is 0 where the rotation was done when the kill came: the moment between its last phase and the end
// of the process is short, but it is there, and the next `rotate --again` would begin another rotation.
func (s *stage) endedBeforeItWasKilled() int {
	s.t.Helper()
	if s.phase != last {
		return -1
	}
	if now := s.status(); now.Active != s.to || now.Rotation != nil {
		return -1
	}
	s.t.Logf("the rotation was done when process %d was killed", s.starts)
	return 0
}

// standing is what drover says of the cluster.
type standing struct {
	Active   string
	Rotation *json.RawMessage
	said     harness.Result
}

func (s *stage) status() (now standing) {
	s.t.Helper()
	now.said = s.drover("status", "--output", "json")
	if err := json.Unmarshal([]byte(now.said.Stdout), &now); err != nil {
		s.t.Errorf("status --output json: %v\n%s%s", err, now.said.Stdout, now.said.Stderr)
	}
	return now
}

// leavesWhatWas compares what is there with what was, from a directory that holds the spec alone.
func (s *stage) leavesWhatWas(code int, before map[string]int) {
	s.t.Helper()
	active, gone := s.to, s.from
	if code == 4 {
		active, gone = s.from, s.to
	}
	if code == 0 { // a color that was rolled back stays to be looked at
		if got, want := s.clusters(), []string{"herd-" + active}; !slices.Equal(got, want) {
			s.t.Errorf("the account has the clusters %v, want %v", got, want)
		}
		if left := s.ofColor(gone); len(left) > 0 {
			s.t.Errorf("left of %s: %v", gone, left)
		}
		after := s.inventory()
		if len(before) < 5 {
			s.t.Errorf("the inventory sees next to nothing: %v", before)
		}
		for _, kind := range differences(before, after) {
			s.t.Errorf("%s: there were %d, and are %d", kind, before[kind], after[kind])
		}
	}
	if len(s.ofColor(active)) == 0 {
		s.t.Errorf("nothing has the tags of %s: the search for what is left sees nothing", active)
	}
	s.move()
	if now := s.status(); now.Active != active || now.Rotation != nil {
		s.t.Errorf("status from another directory is %s\n%s", now.said.Stdout, now.said.Stderr)
	}
	if r := s.drover("plan", "--output", "json"); code == 0 && !strings.Contains(r.Stdout, `"takes": "nothing"`) {
		s.t.Errorf("after it, a plan takes something:\n%s%s", r.Stdout, r.Stderr)
	}
}

// less is what was counted since.
func less(times, before map[string]map[kind]int) map[string]map[kind]int {
	since := map[string]map[kind]int{}
	for record, row := range times {
		for k, n := range row {
			if n -= before[record][k]; n > 0 {
				if since[record] == nil {
					since[record] = map[kind]int{}
				}
				since[record][k] = n
			}
		}
	}
	return since
}
