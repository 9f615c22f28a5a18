package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"drover/rehearsal/child"
	"drover/rehearsal/kubernetes/programs"
)

// readyWithin is far above the five seconds that a control plane takes on two idle cores.
const readyWithin = 90 * time.Second

// olderMinors is how far behind its own version the API server can be.
const olderMinors = 3

// Options say what cluster to start.
type Options struct {
	Name    string // for people
	Minor   string // such as 1.34
	Webhook string // a URL that answers token reviews at /authenticate and access reviews at /authorize; empty: none
}

// Fleet starts clusters that share programs and a directory.
type Fleet struct {
	Programs programs.Set
	Dir      string // each cluster has a directory in it while it lives
	// Started, unless nil, is told of each process as soon as it runs, so that a pid file can name it.
	Started func(child.Identity) error
	Log     io.Writer // takes what goes wrong after the start; nil drops it
}

// Cluster is a running control plane.
type Cluster struct {
	name, dir string
	endpoint  string
	ca        []byte
	emulated  string
	client    *Client
	processes []*process // in the order in which they were started

	mu    sync.Mutex
	nodes map[string]Node // as they were set last
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
	dir, err := os.MkdirTemp(f.Dir, "kubernetes-")
	if err != nil {
		return nil, fmt.Errorf("make a directory for the control plane of %s: %w", o.Name, err)
	}
	c := &Cluster{name: o.Name, dir: dir, emulated: Emulated(o.Minor), nodes: map[string]Node{}}
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	if err := c.start(ctx, f, o); err != nil {
		return nil, errors.Join(fmt.Errorf("start the control plane of %s: %w", o.Name, err), c.Close())
	}
	return c, nil
}

func (c *Cluster) start(ctx context.Context, f *Fleet, o Options) error {
	if err := c.startAPI(ctx, f, o); err != nil {
		return err
	}
	for _, s := range controllers(f.Programs, c.emulated) {
		if err := c.run(f, s); err != nil {
			return err
		}
	}
	return c.await(ctx, "the default service account", func(ctx context.Context) error {
		// Made by the controller manager: pods can be made from now on.
		return c.client.Get(ctx, "/api/v1/namespaces/default/serviceaccounts/default", &struct{}{})
	})
}

// startAPI starts etcd and the API server. The API server has to be told its port, and somebody else may take it in
// between: then it is tried with another one.
func (c *Cluster) startAPI(ctx context.Context, f *Fleet, o Options) error {
	const tries = 5
	if err := c.run(f, etcd(f.Programs)); err != nil {
		return err
	}
	for try := 1; ; try++ {
		port, err := freePort(ctx)
		if err != nil {
			return err
		}
		if err := c.writeKeys(port, o.Webhook); err != nil {
			return err
		}
		if err := c.run(f, apiServer(f.Programs, c.dir, port, c.emulated, o.Webhook != "")); err != nil {
			return err
		}
		err = c.await(ctx, "/readyz", func(ctx context.Context) error { return c.client.Ready(ctx) })
		server := c.processes[len(c.processes)-1]
		if err == nil || try == tries || !strings.Contains(server.log.tail(), "address already in use") {
			return err
		}
		c.processes = c.processes[:len(c.processes)-1]
		if err := server.Stop(); err != nil {
			return fmt.Errorf("close the log of %s: %w", server.name, err)
		}
	}
}

// writeKeys makes the cluster's keys and the files that name them.
func (c *Cluster) writeKeys(port int, webhook string) error {
	c.endpoint = "https://127.0.0.1:" + strconv.Itoa(port)
	ca, err := newAuthority(c.name)
	if err != nil {
		return err
	}
	c.ca = ca.pem
	serving, err := ca.server("kube-apiserver", "127.0.0.1", firstService, "localhost", "kubernetes", "kubernetes.default",
		"kubernetes.default.svc", "kubernetes.default.svc.cluster.local")
	if err != nil {
		return err
	}
	accounts, err := ca.client("service-accounts") // only for its key
	if err != nil {
		return err
	}
	caKey, err := encodeKey(ca.key)
	if err != nil {
		return err
	}
	files := map[string][]byte{"ca.pem": ca.pem, "ca.key": caKey, "apiserver.pem": serving.certificate,
		"apiserver.key": serving.key, "accounts.pem": accounts.certificate, "accounts.key": accounts.key}
	for _, who := range clients {
		pair, err := ca.client(who.user, who.groups...)
		if err != nil {
			return err
		}
		if files[who.file], err = kubeconfig(c.endpoint, ca.pem, pair); err != nil {
			return err
		}
		if who.user == adminUser {
			if c.client, err = newClient(c.endpoint, ca.pem, pair); err != nil {
				return err
			}
		}
	}
	for _, path := range []string{"authenticate", "authorize"} {
		if files[path+".json"], err = webhookConfig(webhook + "/" + path); err != nil {
			return err
		}
	}
	inDir := make(map[string][]byte, len(files))
	for name, data := range files {
		inDir[filepath.Join(c.dir, name)] = data
	}
	return writeFiles(inDir)
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
		for _, p := range c.processes {
			if p.ended() {
				return fmt.Errorf("%s ended before the cluster was ready:\n%s", p.name, p.log.tail())
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w (%w)\n%s", what, ctx.Err(), err, c.processes[len(c.processes)-1].log.tail())
		case <-tick.C:
		}
	}
}

// Endpoint is the URL of the API server.
func (c *Cluster) Endpoint() string { return c.endpoint }

// CA is the certificate, in PEM, that the API server is to be checked against.
func (c *Cluster) CA() []byte { return c.ca }

// Emulated is the minor version that the cluster runs.
func (c *Cluster) Emulated() string { return c.emulated }

// Client calls the API as one who may do everything.
func (c *Cluster) Client() *Client { return c.client }

// Ended names the first process of the control plane that is gone, and the end of its log; empty when all run.
func (c *Cluster) Ended() string {
	for _, p := range c.processes {
		if p.ended() {
			return p.name + " ended:\n" + p.log.tail()
		}
	}
	return ""
}

// Close ends every process, waits for it, and removes the cluster's directory.
func (c *Cluster) Close() error {
	var errs []error
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
