package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/journal"
	"drover/orchestrator/terraform"
	"drover/rehearsal/fault"
	"drover/rehearsal/load"
)

// RunOptions say what to rehearse.
type RunOptions struct {
	Binary    string // the drover program
	SpecFile  string
	Spec      spec.Cluster      // what the file says, with defaults
	ToVersion string            // empty is the next minor
	Dir       string            // keeps everything; empty is a temporary one that is removed
	Progress  io.Writer         // for people
	Faults    []fault.Injection // what is broken during the rotation
	Seed      uint64            // that decided what is random of them
	// Kubernetes gives each EKS cluster a control plane, whose programs are fetched or built if they are not there.
	Kubernetes bool
	// Repository is a directory that is served as the repository which the spec's gitops names, and which Argo CD then follows
	// in every cluster. Empty: gitops is left out.
	Repository string
	// Commands runs the spec's command checks on this machine. Otherwise they are left out: a spec may come from anybody.
	Commands bool
	// Calls is a file that takes the kinds of API calls that are made; empty: none does.
	Calls string
	// Report is a file that takes the page of the rotation, as `drover report` writes it; empty: none does.
	Report string
	// From is the address that the clusters' network sees of drover's machine. The zero address: one inside of it.
	From netip.Addr
}

// answersWithin is how long the new cluster may take to answer over DNS after apply says that it is there.
const answersWithin = time.Minute

// Run applies a spec in a cloud of its own, rotates it to another version of Kubernetes under load, and says what
// happened. An error means that nothing could be rehearsed; a rotation that failed is in the summary.
func Run(ctx context.Context, o RunOptions) (s Summary, err error) {
	if err := silenceable(o.Faults, o.Kubernetes); err != nil {
		return s, err
	}
	options, err := optionsFor(ctx, o.Spec, o.Kubernetes, o.Repository, o.Progress)
	if err != nil {
		return s, err
	}
	r := &run{RunOptions: o, began: time.Now(), notes: []string{}}
	defer func() { err = errors.Join(err, r.cleanUp(ctx)) }()
	if err := r.prepare(ctx); err != nil {
		return s, err
	}
	options.Dir, options.Log, options.Calls = r.dir, r.log, o.Calls
	options.comesFrom(o.From)
	r.say("starting the simulated cloud (moto, DNS, ingress)")
	if r.cloud, err = Start(ctx, options); err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, r.cloud.Close()) }()
	if err := r.seed(ctx); err != nil {
		return s, err
	}
	if err := r.build(ctx); err != nil {
		return s, err
	}
	return r.rotate(ctx)
}

// run is one rehearsal under way.
type run struct {
	RunOptions
	began    time.Time
	dir      string
	made     bool // dir is ours to remove
	log      *os.File
	cloud    *Cloud
	report   *os.File
	specFile string // the copy
	out      string
	edits    []edit   // what is different from the user's spec
	notes    []string // the same for people
	breaker  *breaker // during the rotation
	built    time.Duration
}

func (r *run) say(format string, args ...any) {
	_, _ = fmt.Fprintf(r.Progress, "rehearsal: "+format+"\n", args...) // a closed terminal must not stop it
}

// prepare makes the directory.
func (r *run) prepare(ctx context.Context) (err error) {
	if r.ToVersion == "" {
		if r.ToVersion, err = nextMinor(r.Spec.Spec.Kubernetes.Version); err != nil {
			return err
		}
	}
	if r.dir = r.Dir; r.dir == "" {
		if r.dir, err = freshDir(ctx); err != nil {
			return err
		}
		r.made = true
	}
	if r.dir, err = filepath.Abs(r.dir); err != nil {
		return fmt.Errorf("finding the rehearsal's directory: %w", err)
	}
	if err := os.MkdirAll(r.dir, 0o700); err != nil {
		return fmt.Errorf("creating the rehearsal's directory: %w", err)
	}
	if r.log, err = os.Create(filepath.Join(r.dir, "rehearsal.log")); err != nil {
		return fmt.Errorf("creating the rehearsal's log: %w", err)
	}
	if err := r.openReport(); err != nil {
		return err
	}
	r.specFile, r.out = filepath.Join(r.dir, "cluster.yaml"), filepath.Join(r.dir, rootsDir)
	return nil
}

// seed makes what the spec expects to find, and the copy of the spec, which names that.
func (r *run) seed(ctx context.Context) error {
	made, err := r.cloud.seed(ctx, r.Spec)
	if err != nil {
		return err
	}
	copied, err := r.manifests()
	if err != nil {
		return err
	}
	r.edits = slices.Concat(shorten(r.Spec, answering{kubernetes: r.Kubernetes, commands: r.Commands, gitops: r.Repository != ""}), made, copied)
	r.notes = notes(r.edits)
	if a := r.cloud.agents; a != nil {
		r.notes = append(r.notes, a.source.Notes...)
	}
	if r.Kubernetes {
		r.notes = append(r.notes, r.emulation()...)
	}
	return r.writeSpec(r.edits)
}

func (r *run) writeSpec(edits []edit) error {
	data, err := os.ReadFile(r.SpecFile)
	if err != nil {
		return fmt.Errorf("reading the spec: %w", err)
	}
	edited, err := apply(data, edits)
	if err != nil {
		return err
	}
	if err := os.WriteFile(r.specFile, edited, 0o600); err != nil {
		return fmt.Errorf("writing the rehearsal's copy of the spec: %w", err)
	}
	return nil
}

func (r *run) cleanUp(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), killsWithin)
	defer cancel()
	// One that a drover which had to be killed has left: its cloud is gone.
	var err error
	if r.out != "" {
		err = terraform.KillAtWork(ctx, r.out)
	}
	if r.log != nil {
		err = errors.Join(err, r.log.Close())
	}
	err = errors.Join(err, r.closeReport())
	if r.made {
		err = errors.Join(err, os.RemoveAll(r.dir))
	}
	if err != nil {
		return fmt.Errorf("cleaning up after the rehearsal: %w", err)
	}
	return nil
}

// build applies the spec as it is, and waits until the cluster answers clients.
func (r *run) build(ctx context.Context) error {
	start := time.Now()
	r.say("drover apply builds the first cluster with Kubernetes %s", r.Spec.Spec.Kubernetes.Version)
	if err := r.drover(ctx, nil, "apply", "--auto-approve"); err != nil {
		return err
	}
	r.built = time.Since(start)
	return r.awaitAnswer(ctx)
}

func (r *run) awaitAnswer(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, answersWithin)
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		err := r.cloud.answersEverywhere(ctx, r.loadOptions())
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s to answer after apply: %w", r.Spec.Spec.Ingress.Domain, err)
		case <-tick.C:
		}
	}
}

func (r *run) loadOptions() load.Options { return load.Options{Host: r.Spec.Spec.Ingress.Domain} }

// rotate changes the version and rotates under load.
func (r *run) rotate(ctx context.Context) (s Summary, err error) {
	before, err := r.cloud.Inventory(ctx)
	if err != nil {
		return s, err
	}
	if err := r.writeSpec(append(r.edits, edit{path: "kubernetes.version", value: r.ToVersion})); err != nil {
		return s, err
	}
	r.say("drover rotate replaces it with Kubernetes %s, while clients send requests to %s", r.ToVersion, r.Spec.Spec.Ingress.Domain)
	requests := StartLoad(ctx, r.cloud, r.loadOptions())
	start, used := time.Now(), processorTime()
	r.breaker = startBreaker(ctx, r.cloud, r.out, r.Faults, r.say)
	events := &eventReader{begun: r.breaker.phaseStarted}
	rotateErr := r.droverToTheEnd(ctx, events)
	took, own := time.Since(start), processorTime()-used
	struck := r.breaker.stop()
	// What resolvers still remember shows within a time to live.
	pause(ctx, r.cloud.options.TTL+time.Second)
	counted := requests.Stop()
	if ctx.Err() != nil {
		return s, r.interrupted()
	}
	reportErr := r.writeReport(ctx)
	after, err := r.cloud.Inventory(ctx)
	if err != nil {
		return s, err
	}
	s = r.summarize(events, rotateErr)
	s.Started, s.Seconds, s.ApplySeconds, s.RotateSeconds = r.began, seconds(time.Since(r.began)), seconds(r.built), seconds(took)
	s.Requests, s.Faults, s.Seed, s.OwnSeconds = counted, struck, r.Seed, seconds(own)
	s.Weights = weightsSince(start, r.cloud.Weights(r.Spec.Spec.Ingress.Domain))
	if m := r.Spec.Spec.Ingress.Management; m != nil {
		s.Management = weightsSince(start, r.cloud.Weights(m.Domain))
	}
	s.Inventory, s.unreported = compare(before, after, events.from), reportErr
	s.Handover = r.handover(events.started)
	return s, nil
}

// droverToTheEnd rotates, and starts drover again after a fault has killed it.
func (r *run) droverToTheEnd(ctx context.Context, events *eventReader) error {
	for {
		err := r.drover(ctx, events, "rotate", "--auto-approve", "--output", "json")
		if err == nil || ctx.Err() != nil || !r.breaker.killed.CompareAndSwap(true, false) {
			return err
		}
		events.rest = nil // of a line that drover could not finish
		r.say("drover was killed; starting it again, so that it resumes from its journal")
	}
}

func (r *run) summarize(events *eventReader, err error) Summary {
	s := Summary{Cluster: r.Spec.Metadata.Name, From: r.Spec.Spec.Kubernetes.Version, To: r.ToVersion,
		Outcome: events.outcome, Phases: events.phases, Checks: events.checks, Arrivals: events.shares, Notes: r.notes, Calls: r.cloud.Calls(), Scans: r.cloud.Scans(), Validation: r.cloud.Validation(), Kubernetes: r.controlPlanes(), GitOps: r.followed(), dir: r.Dir}
	if err != nil {
		s.Reason = err.Error()
		if s.Outcome == "" || s.Outcome == journal.Done {
			s.Outcome = journal.Failed
		}
	}
	if s.Outcome == "" {
		s.Outcome = journal.Failed
		s.Reason = "drover rotate ended without an outcome of the rotation"
	}
	return s
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
