// Package moto runs moto's server, which simulates the AWS APIs, as a child process on loopback. It must never be
// reachable from another machine, and must never outlive the rehearsal that started it.
package moto

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"drover/rehearsal/child"
)

// Version is the release of moto that the rehearsal is written for and tested with.
const Version = "5.2.1"

// readyWithin is far above the three seconds that moto takes on two idle cores.
const readyWithin = 4 * time.Minute

// ErrMissing says that moto's server is not installed.
var ErrMissing = errors.New("moto's server (moto_server) is not on PATH")

// Options say what the server simulates.
type Options struct {
	Account string // twelve digits; empty is moto's own default
	Dir     string // holds moto.log
	Command string // the program; empty looks for moto_server
	// Started is told of the process before it answers, so that a pid file can name it as early as there is one.
	Started func(child.Identity) error
}

// Server is a running moto.
type Server struct {
	command string
	process *child.Process
	log     *logFile
	url     *url.URL
}

// Start runs the server on a free loopback port and returns when it answers.
func Start(ctx context.Context, o Options) (*Server, error) {
	command := o.Command
	if command == "" {
		found, err := Find()
		if err != nil {
			return nil, err
		}
		command = found
	}
	log, err := openLog(filepath.Join(o.Dir, "moto.log"))
	if err != nil {
		return nil, err
	}
	env, err := guarded(o.Dir, environment(o.Account))
	if err != nil {
		return nil, errors.Join(err, log.Close())
	}
	process, err := child.Start(child.Command{
		Path: command, Dir: o.Dir, Env: env, Stdout: log, Stderr: log,
		// Port 0: the server itself takes a free port and says which, so that nobody can take it in between.
		Args: []string{"-H", "127.0.0.1", "-p", "0"},
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start moto: %w", err), log.Close())
	}
	s := &Server{command: command, process: process, log: log}
	if o.Started != nil {
		if err := o.Started(process.Identity()); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	if err := s.awaitReady(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Find gives the server's program: it looks on PATH, and then where `make setup` puts the server when PATH has none.
func Find() (string, error) {
	if path, err := exec.LookPath("moto_server"); err == nil {
		return path, nil
	}
	if cache, err := os.UserCacheDir(); err == nil {
		if path, err := exec.LookPath(filepath.Join(cache, "drover", "venv", "bin", "moto_server")); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%w; run `make setup`, which installs release %s", ErrMissing, Version)
}

// URL is where the server listens.
func (s *Server) URL() *url.URL { return s.url }

// Command is the program that runs.
func (s *Server) Command() string { return s.command }

// Identity is what a pid file records of the server.
func (s *Server) Identity() child.Identity { return s.process.Identity() }

// Done is closed when the server has ended, asked or not.
func (s *Server) Done() <-chan struct{} { return s.process.Done() }

// Close kills the server and waits for it.
func (s *Server) Close() error {
	s.process.Stop()
	return s.log.Close()
}

func (s *Server) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if u := s.log.address(); u != nil && answers(ctx, u) {
			s.url = u
			return refusesPages(ctx, u)
		}
		select {
		case <-s.process.Done():
			return fmt.Errorf("moto's server ended before it answered: %w\n%s", endOf(s.process.Err()), s.log.tail())
		case <-ctx.Done():
			return fmt.Errorf("wait for moto's server to answer: %w\n%s", ctx.Err(), s.log.tail())
		case <-tick.C:
		}
	}
}

func endOf(err error) error {
	if err == nil {
		return errors.New("exit status 0")
	}
	return err
}

func answers(ctx context.Context, u *url.URL) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String()+"/moto-api/", nil)
	if err != nil {
		return false
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return false
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode == http.StatusOK
}

// environment is the parent's without what could point moto elsewhere, plus what makes it complete enough.
func environment(account string) []string {
	var env []string
	for _, kv := range os.Environ() {
		if strings.HasPrefix(kv, "MOTO_") || strings.HasPrefix(kv, "AWS_") || strings.HasPrefix(kv, "PYTHONUNBUFFERED=") {
			continue
		}
		env = append(env, kv)
	}
	env = append(env, "PYTHONUNBUFFERED=1", "MOTO_IAM_LOAD_MANAGED_POLICIES=true",
		// moto's own boto3 calls to itself must not look for real credentials.
		"AWS_ACCESS_KEY_ID=rehearsal", "AWS_SECRET_ACCESS_KEY=rehearsal", "AWS_EC2_METADATA_DISABLED=true")
	if account != "" {
		env = append(env, "MOTO_ACCOUNT_ID="+account)
	}
	return env
}
