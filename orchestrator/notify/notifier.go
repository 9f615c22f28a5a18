package notify

import (
	"context"
	"fmt"
	"sync"
	"time"

	"drover/orchestrator/store"
)

// mostLate is the age after which nobody has to be told any more.
const mostLate = 24 * time.Hour

// Journal is the records of a cluster.
type Journal interface {
	Records(ctx context.Context) ([]store.Record, error) // all, by few requests
	Since(ctx context.Context, head store.Head) ([]store.Record, error)
}

// Options are what a Notifier works with.
type Options struct {
	Cluster     string
	Receivers   []Receiver
	Journal     Journal
	Attachments Attachments
	Command     func(verb string) string
	Clock       Clock
	Warn        func(message string)
	Redact      func(string) string
}

// Notifier sends what the journal says, beside the process that writes it. Its methods return at once, but for Close.
type Notifier struct {
	Options
	poked  chan struct{}
	closed chan struct{}
	cancel context.CancelFunc
	ended  chan struct{} // once everything was sent or given up

	lock   sync.Mutex // guards what is below
	extra  []Message  // that no record says
	fails  int        // messages that a receiver did not get
	warned map[string]bool
}

// New begins to send once it is poked. Its caller calls Close, which ends it. That ctx is canceled does not: what an interrupted
// process did last is told as well.
func New(ctx context.Context, o Options) *Notifier {
	kept, cancel := context.WithCancel(context.WithoutCancel(ctx))
	n := &Notifier{Options: o, poked: make(chan struct{}, 1), closed: make(chan struct{}), cancel: cancel, ended: make(chan struct{}), warned: map[string]bool{}}
	go func() {
		defer close(n.ended)
		n.run(kept)
	}()
	return n
}

// Poke says that the journal has more.
func (n *Notifier) Poke() {
	select {
	case n.poked <- struct{}{}:
	default: // it looks anyway
	}
}

// Tell sends a message that no record says, once.
func (n *Notifier) Tell(m Message) {
	n.lock.Lock()
	n.extra = append(n.extra, m)
	n.lock.Unlock()
	n.Poke()
}

// Close waits until everything is sent that this process has to say, for so long at most, and returns how many messages a
// receiver did not get. What was not sent is left to the next process. That ctx is canceled does not cut the wait short.
func (n *Notifier) Close(ctx context.Context, limit time.Duration) (failed int) {
	close(n.closed)
	n.limit(ctx, limit)
	n.lock.Lock()
	defer n.lock.Unlock()
	return n.fails
}

// limit ends the sending, at the latest after a while.
func (n *Notifier) limit(ctx context.Context, limit time.Duration) {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	var watch sync.WaitGroup
	watch.Go(func() {
		if n.Clock.Sleep(ctx, limit) == nil {
			n.cancel()
		}
	})
	<-n.ended
	stop()
	watch.Wait()
	n.cancel()
}

// survive has a defect of this package end the messages, and not the rotation.
func (n *Notifier) survive(what string) {
	if r := recover(); r != nil {
		n.miss()
		n.warn(what, fmt.Sprintf("drover crashed while it sent messages; please report this: %v", r))
	}
}

// run reads the journal each time that there is more, and gives messages to their receivers' goroutines.
func (n *Notifier) run(ctx context.Context) {
	defer n.survive("all receivers")
	r := &reader{notifier: n, teller: Teller{Cluster: n.Cluster, Command: n.Command}}
	var workers sync.WaitGroup
	queues := make([]chan Message, len(n.Receivers))
	for i, receiver := range n.Receivers {
		queues[i] = make(chan Message, mostQueued)
		workers.Go(func() { n.work(ctx, receiver, queues[i]) })
	}
	defer workers.Wait()
	defer func() {
		for _, queue := range queues {
			close(queue)
		}
	}()
	for final := false; !final; {
		select {
		case <-n.poked:
		case <-n.closed:
			final = true
			select {
			case <-n.poked: // there is more to read yet
				r.poked = true
			default:
			}
			if !r.poked {
				return // this process wrote nothing
			}
		}
		r.poked = true
		for _, m := range r.read(ctx, final) {
			n.queue(m, r.known, queues)
		}
	}
}

// mostQueued is how many messages wait for one receiver. What is beyond that is left to the next process.
const mostQueued = 100

// queue gives a message to each receiver that wants it and has it not.
func (n *Notifier) queue(m Message, known map[string]bool, queues []chan Message) {
	for i, receiver := range n.Receivers {
		name := markName(m, receiver.Name)
		if !receiver.wants(m) || known[name] {
			continue
		}
		known[name] = true
		select {
		case queues[i] <- m:
		default:
			n.warn(receiver.Name, "too many messages wait for it")
		}
	}
}

// work sends the messages for one receiver, one after the other.
func (n *Notifier) work(ctx context.Context, receiver Receiver, queue <-chan Message) {
	defer n.survive(receiver.Name)
	attempts := mostAttempts
	for m := range queue {
		switch err := deliver(ctx, n.Clock, receiver, m, attempts); {
		case err == nil:
			attempts = mostAttempts
			n.remember(ctx, func(ctx context.Context) error { return n.sent(ctx, m, receiver.Name) })
		case ctx.Err() != nil:
			n.miss() // nothing is known of it: the next process sends it
		default:
			attempts = 1 // until it takes one again
			n.miss()
			reason := n.Redact(err.Error())
			n.warn(receiver.Name, reason)
			n.remember(ctx, func(ctx context.Context) error { return n.failed(ctx, m, receiver.Name, reason) })
		}
	}
}

// rememberLimit is how long the store may take, also after the time for sending is over.
const rememberLimit = 5 * time.Second

func (n *Notifier) remember(ctx context.Context, save func(context.Context) error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rememberLimit)
	defer cancel()
	if err := save(ctx); err != nil {
		n.warn("the store", n.Redact(err.Error())+"; the next process may send a message again")
	}
}

func (n *Notifier) miss() {
	n.lock.Lock()
	defer n.lock.Unlock()
	n.fails++
}

// warn says once what is wrong with a receiver.
func (n *Notifier) warn(receiver, problem string) {
	n.lock.Lock()
	before := n.warned[receiver]
	n.warned[receiver] = true
	n.lock.Unlock()
	if !before {
		n.Warn(fmt.Sprintf("notify: %s: %s; the rotation goes on without it", receiver, problem))
	}
}
