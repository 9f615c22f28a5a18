package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"drover/orchestrator/rotation"
	"drover/orchestrator/terraform"
	"drover/rehearsal/child"
	"drover/rehearsal/fault"
)

// standby is the color that a rehearsal's rotation builds: its cloud is new, and the first color is blue.
const standby = "green"

// killsWithin is how long a killed process may take to be gone. That is waited for also when everything else is over:
// the fault has come.
const killsWithin = 10 * time.Second

// Faults reads what a person asks to be broken, as NAME[:SERVICE][@PHASE|@DURATION|@random]. The seed decides what is
// random.
func Faults(texts []string, seed uint64) ([]fault.Injection, error) {
	var phases []string
	for _, p := range rotation.Phases {
		phases = append(phases, p.Name)
	}
	rng := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a seed that can be given again is the point
	var list []fault.Injection
	var errs []error
	for _, text := range texts {
		in, err := fault.Parse(text, phases, rng)
		list, errs = append(list, in), append(errs, err)
	}
	return list, errors.Join(errs...)
}

// Struck is what became of a fault.
type Struck struct {
	Fault   string  `json:"fault"`
	When    string  `json:"when"`    // as it was asked for
	Seconds float64 `json:"seconds"` // since the rotation began; -1 if it did not come
	Lasted  float64 `json:"lasted"`  // seconds; 0 for one moment
	Hits    int     `json:"hits"`    // calls, questions, requests or processes that it hit
	Problem string  `json:"problem,omitempty"`
}

// breaker breaks things when their time comes, and mends them again.
type breaker struct {
	cloud  *Cloud
	out    string // where drover's roots are; empty where drover is somebody else's
	say    func(format string, args ...any)
	start  time.Time
	drover atomic.Pointer[child.Process] // that is under way
	killed atomic.Bool                   // drover was, by a fault
	cancel context.CancelFunc
	owned  sync.WaitGroup

	mu     sync.Mutex
	phases map[string]chan struct{} // closed when the phase begins for the first time
	struck []Struck
}

// startBreaker begins to wait for the injections' times.
func startBreaker(ctx context.Context, c *Cloud, out string, injections []fault.Injection, say func(string, ...any)) *breaker {
	ctx, cancel := context.WithCancel(ctx)
	b := &breaker{cloud: c, out: out, say: say, start: time.Now(), cancel: cancel, phases: map[string]chan struct{}{}}
	for i, in := range injections {
		b.struck = append(b.struck, Struck{Fault: in.Fault.Name, When: in.String(), Seconds: -1})
		b.owned.Go(func() { b.inject(ctx, i, in) })
	}
	return b
}

// stop mends what is broken still, and says what became of each fault.
func (b *breaker) stop() []Struck {
	b.cancel()
	b.owned.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.struck)
}

// phaseStarted says that a phase of the rotation has begun.
func (b *breaker) phaseStarted(name string) {
	begun := b.phase(name)
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case <-begun: // before already
	default:
		close(begun)
	}
}

func (b *breaker) phase(name string) chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.phases[name] == nil {
		b.phases[name] = make(chan struct{})
	}
	return b.phases[name]
}

// inject owns one fault from its wait to its end.
func (b *breaker) inject(ctx context.Context, i int, in fault.Injection) {
	if in.Phase != "" {
		select {
		case <-ctx.Done():
			return
		case <-b.phase(in.Phase):
		}
	}
	if pause(ctx, in.After); ctx.Err() != nil {
		return
	}
	blow, err := strikes[in.Fault.Place](ctx, b, in.Fault)
	if ctx.Err() != nil && err != nil {
		return // everything was over before it could come
	}
	began := time.Now()
	b.note(i, func(s *Struck) { s.Seconds = seconds(began.Sub(b.start)) })
	if err != nil {
		b.say("fault %s: %v", in.Fault.Name, err)
		b.note(i, func(s *Struck) { s.Problem = err.Error() })
		return
	}
	b.say("fault %s: %s", in.Fault.Name, in.Fault.Does)
	pause(ctx, in.Fault.Lasts)
	err = blow.end()
	b.note(i, func(s *Struck) {
		s.Hits, s.Lasted = blow.hits(), seconds(time.Since(began))
		if in.Fault.Lasts == 0 {
			s.Lasted = 0
		}
		if err != nil {
			s.Problem = err.Error()
		}
	})
	if in.Fault.Lasts > 0 {
		b.say("fault %s is over", in.Fault.Name)
	}
}

func (b *breaker) note(i int, change func(*Struck)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(&b.struck[i])
}

// blow is a fault under way.
type blow struct {
	end  func() error
	hits func() int
}

func lasting(end func(), hits func() int) blow {
	return blow{end: func() error { end(); return nil }, hits: hits}
}

// strikes are how a fault is made to happen, by its place.
var strikes = map[fault.Place]func(context.Context, *breaker, fault.Fault) (blow, error){
	fault.AWS: func(_ context.Context, b *breaker, f fault.Fault) (blow, error) {
		broken := b.cloud.proxy.Break(f.API)
		return lasting(broken.End, broken.Hits), nil
	},
	fault.DNS: func(_ context.Context, b *breaker, f fault.Fault) (blow, error) {
		return lasting(b.cloud.dns.Break(f.Servers)), nil
	},
	fault.Ingress: func(_ context.Context, b *breaker, f fault.Fault) (blow, error) {
		return lasting(b.cloud.ingress.Break(standby, f.Answers)), nil
	},
	fault.Process: func(ctx context.Context, b *breaker, f fault.Fault) (blow, error) {
		return blow{end: func() error { return nil }, hits: func() int { return 1 }}, victims[f.Kills](ctx, b)
	},
	fault.Disk: func(_ context.Context, b *breaker, _ fault.Fault) (blow, error) { return b.fillDisk() },
	fault.Planes: func(_ context.Context, b *breaker, f fault.Fault) (blow, error) {
		return lasting(b.cloud.fleet.Silence(func(cluster string) bool { return strings.HasSuffix(cluster, "-"+f.Silent) })), nil
	},
}

// victims are whom a fault kills.
var victims = map[string]func(context.Context, *breaker) error{
	"drover": func(ctx context.Context, b *breaker) error {
		return b.kill(ctx, func() (child.Identity, bool, error) {
			id, runs := b.runningDrover()
			if runs {
				b.killed.Store(true)
			}
			return id, runs, nil
		})
	},
	"terraform": func(ctx context.Context, b *breaker) error { return b.kill(ctx, b.terraform) },
	"provider":  func(ctx context.Context, b *breaker) error { return b.kill(ctx, b.provider) },
}

// runningDrover is the drover that is under way. It may not have been noted yet when its first event is read.
func (b *breaker) runningDrover() (child.Identity, bool) {
	process := b.drover.Load()
	if process == nil || !process.Identity().Alive() {
		return child.Identity{}, false
	}
	return process.Identity(), true
}

// kill waits for a process, and kills it and no other.
func (b *breaker) kill(ctx context.Context, find func() (child.Identity, bool, error)) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		victim, found, err := find()
		if err != nil {
			return err
		}
		if found {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), killsWithin)
			defer cancel()
			return victim.KillAlone(ctx)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for a process to kill: %w", ctx.Err())
		case <-tick.C:
		}
	}
}

// terraform finds a Terraform that applies.
func (b *breaker) terraform() (child.Identity, bool, error) {
	list, err := terraform.ListAtWork(b.out)
	if err != nil {
		return child.Identity{}, false, err
	}
	for _, t := range list {
		if t.Command == "apply" && t.PID > 0 {
			id, gone := child.Identify(t.PID)
			return id, gone == nil, nil
		}
	}
	return child.Identity{}, false, nil
}

// provider finds a provider that a Terraform which applies has started.
func (b *breaker) provider() (child.Identity, bool, error) {
	parent, found, err := b.terraform()
	if err != nil || !found {
		return child.Identity{}, false, err
	}
	children, err := child.Children(parent.PID)
	if err != nil {
		return child.Identity{}, false, err
	}
	for id, program := range children {
		if strings.HasPrefix(program, "terraform-provider-") {
			return id, true, nil
		}
	}
	return child.Identity{}, false, nil
}

// fillDisk limits the files of drover and of the Terraforms that it has started, and of all that they start.
func (b *breaker) fillDisk() (blow, error) {
	process := b.drover.Load()
	if process == nil {
		return blow{}, errors.New("drover does not run")
	}
	// Who was started meanwhile has inherited the limit, so that the end looks again.
	set := func(limited bool) (int, error) {
		hit := []child.Identity{process.Identity()}
		list, err := terraform.ListAtWork(b.out)
		for _, t := range list {
			if id, gone := child.Identify(t.PID); gone == nil {
				hit = append(hit, id)
			}
		}
		for _, id := range hit {
			err = errors.Join(err, id.LimitFiles(limited))
		}
		return len(hit), err
	}
	count, err := set(true)
	return blow{end: func() error { _, err := set(false); return err }, hits: func() int { return count }}, err
}
