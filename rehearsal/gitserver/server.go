package gitserver

import (
	"context"
	"crypto/subtle"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/cgi"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Certificate makes the server certificate of a host.
type Certificate func(host []string) (tls.Certificate, error)

// Server answers for the repositories that it was given, and refuses every other host.
type Server struct {
	listener net.Listener
	proxy    *http.Server
	inside   *http.Server
	tunnels  tunnels
	ended    sync.WaitGroup
	hosts    map[string]*tls.Config // by host
	lock     atomic.Pointer[login]  // nil: everybody may read
}

// login is a user with a password.
type login struct{ user, password string }

// Open starts a server on loopback. repositories are the directories of bare repositories by their https address, with or
// without .git. Close stops it.
func Open(ctx context.Context, repositories map[string]string, certificate Certificate) (*Server, error) {
	git, err := exec.LookPath("git")
	if err != nil {
		return nil, fmt.Errorf("finding git on PATH: %w", err)
	}
	s := &Server{hosts: map[string]*tls.Config{}}
	mux, served := http.NewServeMux(), map[string]bool{}
	for address, dir := range repositories {
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.Path == "" {
			return nil, fmt.Errorf("serving the repository %s: the address is not https", address)
		}
		bare := strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), ".git")
		if bare == "" || strings.ContainsAny(bare, "{} \t") || served[u.Hostname()+bare] { // what a ServeMux panics at
			return nil, fmt.Errorf("serving the repository %s: its path is not one of a repository, or is there twice", address)
		}
		served[u.Hostname()+bare] = true
		pair, err := certificate([]string{u.Hostname()})
		if err != nil {
			return nil, fmt.Errorf("serving the repository %s: %w", address, err)
		}
		s.hosts[u.Hostname()] = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
		for _, root := range []string{bare, bare + ".git"} {
			mux.Handle(u.Hostname()+root+"/", s.locked(backend(git, root, dir)))
		}
	}
	var lc net.ListenConfig
	if s.listener, err = lc.Listen(ctx, "tcp", "127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("listening for Git: %w", err)
	}
	s.tunnels = tunnels{make(chan net.Conn), make(chan struct{}), new(sync.Once), s.listener.Addr()}
	const slowest = 10 * time.Second
	s.proxy = &http.Server{Handler: http.HandlerFunc(s.connect), ReadHeaderTimeout: slowest}
	s.inside = &http.Server{Handler: mux, ReadHeaderTimeout: slowest}
	s.ended.Go(func() { _ = s.proxy.Serve(s.listener) }) // ends with Close
	s.ended.Go(func() { _ = s.inside.Serve(s.tunnels) })
	return s, nil
}

// Require serves the repositories to nobody from now on who does not have this password, or token.
func (s *Server) Require(user, password string) { s.lock.Store(&login{user, password}) }

func (s *Server) locked(repository http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		if l := s.lock.Load(); l != nil && (subtle.ConstantTimeCompare([]byte(password), []byte(l.password)) != 1 || user != l.user) {
			w.Header().Set("WWW-Authenticate", `Basic realm="rehearsal"`)
			http.Error(w, "this repository is private", http.StatusUnauthorized)
			return
		}
		repository.ServeHTTP(w, r)
	})
}

// backend is Git's own program for serving over HTTP, reading only.
func backend(git, root, dir string) http.Handler {
	return &cgi.Handler{Path: git, Args: []string{"http-backend"}, Root: root, Dir: dir,
		Env: []string{"GIT_PROJECT_ROOT=" + filepath.Clean(dir), "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1",
			"GIT_CONFIG_COUNT=2", "GIT_CONFIG_KEY_0=http.receivepack", "GIT_CONFIG_VALUE_0=false", "GIT_CONFIG_KEY_1=safe.directory", "GIT_CONFIG_VALUE_1=*"}}
}

// URL is what a program takes as HTTPS_PROXY.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() }

// Close stops the server and waits for it.
func (s *Server) Close() error {
	err := errors.Join(s.proxy.Close(), s.inside.Close())
	s.ended.Wait()
	if err != nil {
		return fmt.Errorf("closing the Git server: %w", err)
	}
	return nil
}

// connect takes over a connection to one of the hosts, and speaks TLS as that host would.
func (s *Server) connect(w http.ResponseWriter, r *http.Request) {
	host, port, err := net.SplitHostPort(r.Host)
	config := s.hosts[host]
	if r.Method != http.MethodConnect || err != nil || port != "443" || config == nil {
		http.Error(w, "the rehearsal reaches no other host than those of the spec's repositories", http.StatusForbidden)
		return
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if _, err := conn.Write([]byte("HTTP/1.1 200 Connection established\r\n\r\n")); err != nil {
		_ = conn.Close()
		return
	}
	select {
	case s.tunnels.conns <- tls.Server(conn, config):
	case <-s.tunnels.closed:
		_ = conn.Close()
	}
}

// tunnels is the listener of what comes through the proxy.
type tunnels struct {
	conns  chan net.Conn
	closed chan struct{}
	close  *sync.Once
	addr   net.Addr
}

func (t tunnels) Accept() (net.Conn, error) {
	select {
	case conn := <-t.conns:
		return conn, nil
	case <-t.closed:
		return nil, net.ErrClosed
	}
}

func (t tunnels) Close() error {
	t.close.Do(func() { close(t.closed) })
	return nil
}

func (t tunnels) Addr() net.Addr { return t.addr }
