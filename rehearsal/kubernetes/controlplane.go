package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"drover/rehearsal/child"
	"drover/rehearsal/kubernetes/programs"
)

// readyWithin is far above the five seconds that a control plane takes on two idle cores.
const readyWithin = 4 * time.Minute

// olderMinors is how far behind its own version the API server can be.
const olderMinors = 3

// Options say what cluster to start.
type Options struct {
	Name    string // for people
	Minor   string // such as 1.34
	Webhook string // a URL that answers token reviews at /authenticate and access reviews at /authorize; empty: none
	// Reached, unless nil, tells of each new connection whether its user reaches the API server. One that does not gets no
	// answer, as where packets are dropped. The control plane's own programs are not asked of.
	Reached func(context.Context) bool
}

// Fleet starts clusters that share programs and a directory.
type Fleet struct {
	Programs programs.Set
	Dir      string // each cluster has a directory in it while it lives
	// Started, unless nil, is told of each process as soon as it runs, so that a pid file can name it.
	Started func(child.Identity) error
	Log     io.Writer // takes what goes wrong after the start; nil drops it
	// Beside, unless nil, starts what runs beside a cluster once that is there, until ctx is done or it is closed. The cluster
	// closes it before it ends itself.
	Beside func(ctx context.Context, c *Cluster) (io.Closer, error)

	silences silences
}

// Cluster is a running control plane.
type Cluster struct {
	fleet     *Fleet
	name, dir string
	port      int    // of the API server
	front     *front // by which its users reach it
	webhook   bool
	ca        []byte
	client    *Client
	processes []*process // in the order in which they were started
	beside    io.Closer  // nil: nothing runs beside it

	mu       sync.Mutex
	emulated string
	nodes    map[string]Node // as they were set last
}

// Emulated is the minor version that a cluster of an asked one runs: the API server cannot be older than three minors
// before its own, nor newer.
func Emulated(minor string) string {
	newest := strings.TrimPrefix(programs.Version(), "v")
	_, own := split(newest)
	_, asked := split(minor)
	return "1." + strconv.Itoa(min(max(asked, own-olderMinors), own))
}

func split(version string) (major, minor int) {
	parts := strings.SplitN(version+".0", ".", 3)
	major, _ = strconv.Atoi(parts[0]) // what is no number is version 0, which nobody offers
	minor, _ = strconv.Atoi(parts[1])
	return major, minor
}

// Start runs a control plane and returns when its API server is ready and its nodes can be.
func (f *Fleet) Start(ctx context.Context, o Options) (*Cluster, error) {
	dir, err := os.MkdirTemp(f.Dir, prefix)
	if err != nil {
		return nil, fmt.Errorf("make a directory for the control plane of %s: %w", o.Name, err)
	}
	c := &Cluster{fleet: f, name: o.Name, dir: dir, webhook: o.Webhook != "", emulated: Emulated(o.Minor), nodes: map[string]Node{}}
	ready, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	err = c.start(ready, o)
	if err == nil && f.Beside != nil {
		c.beside, err = f.Beside(ctx, c)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start the control plane of %s: %w", o.Name, err), c.Close())
	}
	return c, nil
}

func (c *Cluster) start(ctx context.Context, o Options) error {
	if err := c.startAPI(ctx, o); err != nil {
		return err
	}
	for _, s := range append(controllers(c.fleet.Programs, c.emulated), kwok(c.fleet.Programs)) {
		if err := c.run(s); err != nil {
			return err
		}
	}
	return c.await(ctx, "the default service account", func(ctx context.Context) error {
		// Pods can be made from then on. The controller manager would make it too, once it has begun its work.
		account := object{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": object{"name": "default"}}
		return c.client.Apply(ctx, "/api/v1/namespaces/default/serviceaccounts/default", account)
	})
}

// startAPI starts etcd and the API server. The API server has to be told its port, and somebody else may take it in
// between: then it is tried with another one.
func (c *Cluster) startAPI(ctx context.Context, o Options) error {
	const tries = 5
	if err := c.run(etcd(c.fleet.Programs)); err != nil {
		return err
	}
	var err error
	if c.front, err = openFront(ctx, c.name, &c.fleet.silences, o.Reached); err != nil {
		return err
	}
	for try := 1; ; try++ {
		if c.port, err = freePort(ctx); err != nil {
			return err
		}
		if err := c.writeKeys(c.port, o.Webhook); err != nil {
			return err
		}
		err = c.runAPI(ctx, c.emulated)
		server := c.processes[len(c.processes)-1]
		if err == nil {
			c.front.serve(ctx, "127.0.0.1:"+strconv.Itoa(c.port))
			return nil
		}
		if try == tries || !strings.Contains(server.log.tail(), "address already in use") {
			return err
		}
		c.processes = c.processes[:len(c.processes)-1]
		if err := server.Stop(); err != nil {
			return fmt.Errorf("close the log of %s: %w", server.name, err)
		}
	}
}

// runAPI starts the API server as a version and waits until it is ready.
func (c *Cluster) runAPI(ctx context.Context, emulated string) error {
	if err := c.run(apiServer(c.fleet.Programs, c.dir, c.port, emulated, c.webhook)); err != nil {
		return err
	}
	return c.await(ctx, "/readyz", c.client.Ready)
}

// Upgrade makes the control plane that of another minor version, with everything that the cluster holds. Its API does
// not answer for some seconds meanwhile.
func (c *Cluster) Upgrade(ctx context.Context, minor string) error {
	to := Emulated(minor)
	if to == c.Emulated() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	var errs []error
	stays := func(p *process) bool { return p.name == nameEtcd || p.name == nameKwok }
	c.processes = slices.DeleteFunc(c.processes, func(p *process) bool {
		if stays(p) {
			return false
		}
		errs = append(errs, p.Stop())
		return true
	})
	errs = append(errs, c.runAPI(ctx, to))
	for _, s := range controllers(c.fleet.Programs, to) {
		errs = append(errs, c.run(s))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("upgrade the control plane of %s to %s: %w", c.name, to, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.emulated = to
	return nil
}

// await tries until it succeeds, a process ends, or ctx is done.
func (c *Cluster) await(ctx context.Context, what string, try func(context.Context) error) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := try(ctx)
		if err == nil {
			return nil
		}
		if err := c.Ended(); err != nil {
			return fmt.Errorf("before the cluster was ready: %w", err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w (%w)\n%s", what, ctx.Err(), err, c.processes[len(c.processes)-1].log.tail())
		case <-tick.C:
		}
	}
}

// Ended says which program of the control plane ended although nobody asked it to, with its last words; nil is none. It
// is for who may call Upgrade and Close.
func (c *Cluster) Ended() error {
	for _, p := range c.processes {
		if !p.ended() {
			continue
		}
		how := "exit status 0"
		if err := p.Err(); err != nil {
			how = err.Error()
		}
		return fmt.Errorf("%s ended by itself (%s):\n%s", p.name, how, p.log.tail())
	}
	return nil
}

// Name is the cluster's, for people.
func (c *Cluster) Name() string { return c.name }

// Dir is the cluster's own directory, which goes with it.
func (c *Cluster) Dir() string { return c.dir }

// Endpoint is the URL of the API server for its users.
func (c *Cluster) Endpoint() string { return "https://127.0.0.1:" + strconv.Itoa(c.front.port()) }

// CA is the certificate, in PEM, that the API server is to be checked against.
func (c *Cluster) CA() []byte { return c.ca }

// Emulated is the minor version that the cluster runs.
func (c *Cluster) Emulated() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.emulated
}

// Client calls the API as one who may do everything.
func (c *Cluster) Client() *Client { return c.client }

// Close ends every process, waits for it, and removes the cluster's directory.
func (c *Cluster) Close() error {
	var errs []error
	if c.beside != nil {
		errs = append(errs, c.beside.Close())
	}
	if c.front != nil {
		errs = append(errs, c.front.close())
	}
	for i := len(c.processes) - 1; i >= 0; i-- { // those that call before those that are called
		errs = append(errs, c.processes[i].Stop())
	}
	if c.client != nil {
		c.client.close()
	}
	errs = append(errs, os.RemoveAll(c.dir))
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close the control plane of %s: %w", c.name, err)
	}
	return nil
}
