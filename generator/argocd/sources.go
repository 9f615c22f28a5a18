package argocd

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

const (
	module  = "github.com/argoproj/argo-cd/v3"
	address = "https://raw.githubusercontent.com/argoproj/argo-cd/" + Version + "/manifests/" + file
)

// A host that does not answer is given up soon: there is another way.
const (
	connectWithin = 5 * time.Second
	answersWithin = 20 * time.Second
)

// download gets the manifests from the project's repository.
func download(ctx context.Context) ([]byte, error) {
	client := &http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, DialContext: (&net.Dialer{Timeout: connectWithin}).DialContext,
		TLSHandshakeTimeout: connectWithin, ResponseHeaderTimeout: answersWithin}}
	defer client.CloseIdleConnections()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	answer, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", address, answer.Status)
	}
	return io.ReadAll(io.LimitReader(answer.Body, most))
}

// fromModule has the go command get Argo CD's Go module, from wherever this machine gets such.
func fromModule(ctx context.Context) ([]byte, error) {
	tool, err := exec.LookPath("go")
	if err != nil {
		return nil, fmt.Errorf("finding Go on PATH: %w", err)
	}
	empty, err := os.MkdirTemp("", "drover-argocd-") // no go.mod of somebody else's
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(empty) }()
	command := exec.CommandContext(ctx, tool, "mod", "download", "-json", module+"@"+Version)
	command.Dir = empty
	command.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GO111MODULE=on", "GOSUMDB=off") // what counts is the checksum of the file
	var said bytes.Buffer
	command.Stderr = &said
	out, err := command.Output()
	var got struct{ Dir, Error string }
	if bad := json.Unmarshal(out, &got); bad == nil && got.Error != "" {
		return nil, fmt.Errorf("go mod download %s@%s: %s", module, Version, got.Error)
	}
	if err != nil || got.Dir == "" {
		return nil, fmt.Errorf("go mod download %s@%s: %w: %s", module, Version, err, bytes.TrimSpace(said.Bytes()))
	}
	return os.ReadFile(filepath.Join(got.Dir, "manifests", file)) //nolint:gosec // the checksum is checked
}
