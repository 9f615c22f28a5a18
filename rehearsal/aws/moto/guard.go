package moto

import (
	"context"
	"embed"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

//go:embed python/sitecustomize.py
var python embed.FS

const customize = "sitecustomize.py"

// guarded writes what keeps web pages away from moto into the server's directory, and returns env with it.
func guarded(dir string, env []string) ([]string, error) {
	at, err := filepath.Abs(filepath.Join(dir, "moto-python"))
	if err != nil {
		return nil, fmt.Errorf("find the directory of moto's guard: %w", err)
	}
	if err := os.MkdirAll(at, 0o700); err != nil {
		return nil, fmt.Errorf("make the directory of moto's guard: %w", err)
	}
	code, err := python.ReadFile("python/" + customize)
	if err != nil {
		return nil, fmt.Errorf("read moto's guard: %w", err)
	}
	if err := os.WriteFile(filepath.Join(at, customize), code, 0o600); err != nil {
		return nil, fmt.Errorf("write moto's guard: %w", err)
	}
	path := at
	kept := make([]string, 0, len(env)+2)
	for _, variable := range env {
		if others, found := strings.CutPrefix(variable, "PYTHONPATH="); found {
			path += string(os.PathListSeparator) + others
			continue
		}
		kept = append(kept, variable)
	}
	return append(kept, "PYTHONPATH="+path, "DROVER_GUARD_MOTO=1"), nil
}

// refusesPages asks the server as a page would that has its own name lead to this machine.
func refusesPages(ctx context.Context, u *url.URL) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String()+"/moto-api/", http.NoBody)
	if err != nil {
		return fmt.Errorf("ask moto as a web page: %w", err)
	}
	req.Host = "rebound.example.net"
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("ask moto as a web page: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, resp.Body)
	if resp.StatusCode != http.StatusForbidden {
		return fmt.Errorf("moto's server answers web pages (%s); its Python ignores PYTHONPATH: install moto with `make setup`", resp.Status)
	}
	return nil
}
