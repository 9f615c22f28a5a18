package argocd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
)

// The directories that Argo CD is told of, in the agent's own.
const (
	tlsDir, sshDir, gnupgDir, temporaryDir, programsDir = "tls", "ssh", "gnupg", "tmp", "bin"
)

// prepare makes the directories, and kustomize findable under its name.
func (a *Agent) prepare() error {
	dir, err := filepath.Abs(a.Dir)
	if err != nil {
		return fmt.Errorf("finding its directory: %w", err)
	}
	a.Dir = dir
	for _, name := range []string{tlsDir, sshDir, gnupgDir, temporaryDir, programsDir} {
		if err := os.MkdirAll(filepath.Join(a.Dir, name), 0o700); err != nil {
			return fmt.Errorf("making a directory: %w", err)
		}
	}
	for host, authority := range a.Authorities {
		if err := os.WriteFile(filepath.Join(a.Dir, tlsDir, filepath.Base(host)), authority, 0o600); err != nil {
			return fmt.Errorf("writing the authority of %s: %w", host, err)
		}
	}
	return errors.Join(
		os.WriteFile(filepath.Join(a.Dir, sshDir, "ssh_known_hosts"), nil, 0o600),
		os.Symlink(a.Programs.Kustomize, filepath.Join(a.Dir, programsDir, "kustomize")),
	)
}

// environment has nothing of the user's but where programs are.
func (a *Agent) environment(ctx context.Context, c component) ([]string, error) {
	in := func(name string) string { return filepath.Join(a.Dir, name) }
	env := append([]string{
		"PATH=" + in(programsDir) + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME=" + a.Dir, "TMPDIR=" + in(temporaryDir),
		"HOSTNAME=" + c.workload + "-0", "GOGC=50",
		"GOMEMLIMIT=256MiB", // of each program
	}, a.Env...)
	if c.binary == "" {
		return env, nil
	}
	config := in(c.workload + ".kubeconfig")
	content, err := a.Cluster.Kubeconfig(ctx, namespace, c.account)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(config, content, 0o600); err != nil {
		return nil, fmt.Errorf("writing its kubeconfig: %w", err)
	}
	return append(env, "ARGOCD_BINARY_NAME="+c.binary, "KUBECONFIG="+config, "ARGOCD_FAKE_IN_CLUSTER=true",
		"ARGOCD_TLS_DATA_PATH="+in(tlsDir), "ARGOCD_SSH_DATA_PATH="+in(sshDir), "ARGOCD_GNUPGHOME="+in(gnupgDir), "ARGOCD_GPG_ENABLED=false"), nil
}

// freePorts are loopback ports that nobody listens on at this moment.
func freePorts(ctx context.Context, n int) (ports []int, err error) {
	var lc net.ListenConfig
	for range n {
		l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("finding a free port: %w", err)
		}
		defer func() { _ = l.Close() }() // together, so that no port is found twice
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}

// tail is the end of a log, for a message.
func tail(path string) string {
	data, err := os.ReadFile(path) //nolint:gosec // the agent's own log
	if err != nil {
		return err.Error()
	}
	const keep = 1 << 10
	return strings.TrimSpace(string(data[max(0, len(data)-keep):]))
}
