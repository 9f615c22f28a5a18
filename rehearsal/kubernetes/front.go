package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
)

// front is where a cluster's users reach its API server: it passes on what it is sent, unless the cluster is to be
// silent. The control plane's own programs do not come by here.
type front struct {
	cluster  string
	silences *silences
	reached  func(context.Context) bool // nil: by everybody
	listener net.Listener
	to       string // address of the API server
	cancel   context.CancelFunc
	owned    sync.WaitGroup
}

// openFront listens on a free loopback port.
func openFront(ctx context.Context, cluster string, s *silences, reached func(context.Context) bool) (*front, error) {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen before the API server of %s: %w", cluster, err)
	}
	return &front{cluster: cluster, silences: s, reached: reached, listener: listener}, nil
}

func (f *front) port() int { return f.listener.Addr().(*net.TCPAddr).Port }

// serve begins to pass on to the API server. It outlives ctx.
func (f *front) serve(ctx context.Context, to string) {
	ctx, f.cancel = context.WithCancel(context.WithoutCancel(ctx))
	f.to = to
	f.owned.Go(func() {
		for {
			user, err := f.listener.Accept()
			if err != nil {
				return // it was closed
			}
			f.owned.Go(func() { f.pass(ctx, user) })
		}
	})
}

// pass carries one connection in both directions until either side ends it.
func (f *front) pass(ctx context.Context, user net.Conn) {
	defer func() { _ = user.Close() }()
	if f.reached != nil && !f.reached(ctx) {
		closed := context.AfterFunc(ctx, func() { _ = user.Close() })
		defer closed()
		_, _ = io.Copy(io.Discard, user) // until the user gives up
		return
	}
	if f.silences.wait(ctx, f.cluster, user) != nil {
		return
	}
	var dialer net.Dialer
	server, err := dialer.DialContext(ctx, "tcp", f.to)
	if err != nil {
		return // the API server is gone, and so is this connection
	}
	closed := context.AfterFunc(ctx, func() { _ = errors.Join(user.Close(), server.Close()) })
	defer closed()
	defer func() { _ = server.Close() }()
	var back sync.WaitGroup
	back.Go(func() {
		f.carry(ctx, user, server, user)
		_ = user.Close() // ends the other direction
	})
	f.carry(ctx, server, user, user)
	_ = server.Close()
	back.Wait()
}

// carry copies until there is no more. What was read while the cluster is silent waits until it is not.
func (f *front) carry(ctx context.Context, to io.Writer, from io.Reader, user net.Conn) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			if f.silences.wait(ctx, f.cluster, user) != nil {
				return
			}
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (f *front) close() error {
	if f.cancel != nil {
		f.cancel()
	}
	err := f.listener.Close()
	f.owned.Wait()
	return err
}

// silences are the times in which API servers do not answer.
type silences struct {
	mu  sync.Mutex
	now []*silence
}

type silence struct {
	of   func(cluster string) bool
	over chan struct{}
	hit  map[net.Conn]bool
}

// Silence keeps the API servers of some clusters, also of those that are yet to come, from answering until end is
// called: nothing gets through to them or back, on connections that are open too. What was sent meanwhile arrives then.
// hits says how many connections that has met.
func (f *Fleet) Silence(of func(cluster string) bool) (end func(), hits func() int) {
	s := &silence{of: of, over: make(chan struct{}), hit: map[net.Conn]bool{}}
	all := &f.silences
	all.mu.Lock()
	defer all.mu.Unlock()
	all.now = append(all.now, s)
	return sync.OnceFunc(func() { all.end(s) }), func() int {
		all.mu.Lock()
		defer all.mu.Unlock()
		return len(s.hit)
	}
}

// wait returns when the cluster is not to be silent, or ctx is done.
func (all *silences) wait(ctx context.Context, cluster string, user net.Conn) error {
	for _, s := range all.of(cluster, user) {
		select {
		case <-s.over:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// of are the silences of a cluster, all of which have met a connection now.
func (all *silences) of(cluster string, user net.Conn) (list []*silence) {
	all.mu.Lock()
	defer all.mu.Unlock()
	for _, s := range all.now {
		if s.of(cluster) {
			s.hit[user] = true
			list = append(list, s)
		}
	}
	return list
}

// end lets everything through again.
func (all *silences) end(over *silence) {
	all.mu.Lock()
	defer all.mu.Unlock()
	all.now = slices.DeleteFunc(all.now, func(s *silence) bool { return s == over })
	close(over.over)
}
