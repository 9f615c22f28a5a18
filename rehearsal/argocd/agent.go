package argocd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"drover/rehearsal/child"
	"drover/rehearsal/kubernetes"
)

// Options are where the programs run.
type Options struct {
	Programs Programs
	Cluster  *kubernetes.Cluster
	Dir      string   // takes the programs' files; made if it is not there
	Env      []string // what the programs get beside what Argo CD needs, such as a proxy
	// Authorities are the certificates, in PEM, that the hosts of Git repositories are checked against, by host.
	Authorities map[string][]byte
	// Started, unless nil, is told of each process as soon as it runs.
	Started func(child.Identity) error
	Log     io.Writer // takes what goes wrong, a line each
}

const (
	lookEvery    = 300 * time.Millisecond
	restartAfter = 2 * time.Second
)

// Agent follows the workloads of one cluster until it is closed.
type Agent struct {
	Options
	cancel  context.CancelFunc
	gone    chan struct{}
	running map[string]*running
	places  places
	said    string // what was reported last, so that it is reported once
}

type running struct {
	*child.Process
	log   *os.File
	ended time.Time
}

// Follow starts to look at the cluster's workloads. Close ends that, and every program.
func Follow(ctx context.Context, o Options) (*Agent, error) {
	a := &Agent{Options: o, gone: make(chan struct{}), running: map[string]*running{}, places: places{}}
	if err := a.prepare(); err != nil {
		return nil, fmt.Errorf("preparing Argo CD's directory: %w", err)
	}
	ctx, a.cancel = context.WithCancel(ctx)
	go a.follow(ctx)
	return a, nil
}

// Close stops every program and waits for it.
func (a *Agent) Close() error {
	a.cancel()
	<-a.gone
	if err := os.RemoveAll(a.Dir); err != nil {
		return fmt.Errorf("removing Argo CD's directory: %w", err)
	}
	return nil
}

func (a *Agent) follow(ctx context.Context) {
	defer close(a.gone)
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			for _, c := range slices.Backward(components) {
				a.stop(c)
			}
			return
		case <-tick.C:
			if err := a.look(ctx); err != nil && ctx.Err() == nil && err.Error() != a.said {
				a.said = err.Error()
				_, _ = fmt.Fprintf(a.Log, "Argo CD of the rehearsal: %v\n", err)
			}
		}
	}
}

// look starts what is ready and stops what is not.
func (a *Agent) look(ctx context.Context) error {
	var errs []error
	for _, c := range components {
		ready, err := a.ready(ctx, c)
		switch {
		case err != nil:
			errs = append(errs, err)
		case !ready:
			a.stop(c)
		case a.waits(c):
		default:
			if err := a.start(ctx, c); err != nil {
				errs = append(errs, fmt.Errorf("starting %s: %w", c.workload, err))
			}
		}
	}
	return errors.Join(errs...)
}

// waits is true while a program runs already, was started a moment ago and ended, or needs another one first.
func (a *Agent) waits(c component) bool {
	if had := a.running[c.workload]; had != nil {
		select {
		case <-had.Done():
		default:
			return true
		}
		if had.ended.IsZero() {
			had.ended = time.Now()
			_, _ = fmt.Fprintf(a.Log, "Argo CD of the rehearsal: %s ended by itself (%v): %s\n", c.workload, had.Err(), tail(had.log.Name()))
		}
		if time.Since(had.ended) < restartAfter {
			return true
		}
	}
	return slices.ContainsFunc(c.after, func(other string) bool { return a.running[other] == nil })
}

// ready is whether the cluster has the workload, and a ready pod of it.
func (a *Agent) ready(ctx context.Context, c component) (bool, error) {
	var now struct {
		Status struct {
			Ready int `json:"readyReplicas"`
		} `json:"status"`
	}
	err := a.Cluster.Client().Get(ctx, "/apis/apps/v1/namespaces/"+namespace+"/"+c.plural+"/"+c.workload, &now)
	if kubernetes.IsNotFound(err) {
		return false, nil
	}
	return now.Status.Ready > 0, err
}

func (a *Agent) start(ctx context.Context, c component) error {
	a.stop(c) // of one that ended, the log is still open
	ports, err := freePorts(ctx, c.ports)
	if err != nil {
		return err
	}
	a.places[c.workload] = ports
	env, err := a.environment(ctx, c)
	if err != nil {
		return err
	}
	log, err := os.OpenFile(filepath.Join(a.Dir, c.workload+".log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("opening its log: %w", err)
	}
	p, err := child.Start(child.Command{Path: c.program(a.Programs), Args: c.args(a.places), Env: env, Dir: a.Dir, Stdout: log, Stderr: log})
	if err != nil {
		return errors.Join(err, log.Close())
	}
	a.running[c.workload] = &running{Process: p, log: log}
	if a.Started == nil {
		return nil
	}
	return a.Started(p.Identity())
}

func (a *Agent) stop(c component) {
	had := a.running[c.workload]
	if had == nil {
		return
	}
	had.Stop()
	_ = had.log.Close() // written by the program alone
	delete(a.running, c.workload)
}
