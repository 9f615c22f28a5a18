package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
)

// interrupts is what a signal means to a command. Before anything is changed, the first one ends it; once something is
// under way, the first one has it finish the current step, and the second one ends it.
type interrupts struct {
	ignore func()                 // leaves signals to the system, which ends the process
	acting atomic.Pointer[string] // what the first signal says; nil before anything is changed
}

// interruptible has a context end with the first signal.
func interruptible(ctx context.Context, told io.Writer) (context.Context, *interrupts) {
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // nohup has drover outlive its terminal
		ends = append(ends, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(ctx, ends...)
	i := &interrupts{ignore: func() { signal.Reset(ends...) }}
	context.AfterFunc(ctx, func() {
		stop() // a second signal ends drover at once, which loses nothing either
		if message := i.acting.Load(); message != nil {
			_, _ = fmt.Fprintln(told, "\n"+*message+"; press Ctrl-C again to stop now")
		}
	})
	return ctx, i
}

// changesNothing lets a signal end the process at once, whatever it waits for or computes.
func (i *interrupts) changesNothing() {
	if i != nil {
		i.ignore()
	}
}

// changes begins what the first signal does not cut off.
func (i *interrupts) changes() { i.acts("finishing the current step") }

// rehearses begins what ends by itself at the first signal, and takes a moment for it.
func (i *interrupts) rehearses() { i.acts("stopping the rehearsal and cleaning up") }

func (i *interrupts) acts(told string) {
	if i != nil {
		i.acting.Store(&told)
	}
}
