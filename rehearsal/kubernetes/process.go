package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"drover/rehearsal/child"
)

// process is one program of a control plane.
type process struct {
	name string
	*child.Process
	log *logFile
}

func (c *Cluster) run(s service) error {
	log, err := openLog(filepath.Join(c.dir, s.name+".log"))
	if err != nil {
		return err
	}
	// All its files are named relative to its directory: the path of a Unix socket may not be long.
	p, err := child.Start(child.Command{Path: s.path, Args: s.args, Dir: c.dir, Env: environment(c.dir), Stdout: log, Stderr: log})
	if err != nil {
		return errors.Join(fmt.Errorf("%w: %s", err, log.tail()), log.Close()) // one that ends at once has said why
	}
	c.processes = append(c.processes, &process{name: s.name, Process: p, log: log})
	if c.fleet.Started == nil {
		return nil
	}
	return c.fleet.Started(p.Identity())
}

// environment has nothing of the user's: neither a proxy nor a kubeconfig nor a cloud is meant for these programs.
func environment(dir string) []string {
	return []string{"HOME=" + dir, "PATH=" + os.Getenv("PATH"), "TMPDIR=" + dir}
}

// Stop kills the process and waits for it: nothing of it has to last.
func (p *process) Stop() error {
	p.Process.Stop()
	return p.log.Close()
}

func (p *process) ended() bool {
	select {
	case <-p.Done():
		return true
	default:
		return false
	}
}

// logFile keeps what a program says in a file, and the end of it at hand.
type logFile struct {
	mu   sync.Mutex
	file *os.File
	last []byte
}

func openLog(path string) (*logFile, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open a log of the control plane: %w", err)
	}
	return &logFile{file: f}, nil
}

func (l *logFile) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	const keep = 2 << 10
	if l.last = append(l.last, p...); len(l.last) > keep {
		l.last = append([]byte(nil), l.last[len(l.last)-keep:]...)
	}
	return l.file.Write(p)
}

func (l *logFile) tail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.TrimSpace(string(l.last))
}

func (l *logFile) Close() error { return l.file.Close() }

// freePort is a loopback port that nobody listens on at this moment.
func freePort(ctx context.Context) (int, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		return 0, fmt.Errorf("give up the port that was found: %w", err)
	}
	return port, nil
}
