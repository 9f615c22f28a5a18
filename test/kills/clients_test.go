package kills

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"drover/orchestrator/traffic"
)

// startClients asks the host again and again, by the cloud's name servers, until the function that it returns is called.
func startClients(t *testing.T, env map[string]string, host string) func() (failed, asked int64) {
	t.Helper()
	net, err := traffic.From(func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var asked, failed atomic.Int64
	var wait sync.WaitGroup
	for range 3 {
		wait.Go(func() {
			for ctx.Err() == nil {
				if err := ask(ctx, net, host); err != nil && ctx.Err() == nil {
					failed.Add(1)
					t.Logf("%s: %v", time.Now().Format(time.TimeOnly), err)
				}
				asked.Add(1)
				select {
				case <-ctx.Done():
				case <-time.After(100 * time.Millisecond):
				}
			}
		})
	}
	stop := func() (int64, int64) {
		cancel()
		wait.Wait()
		return failed.Load(), asked.Load()
	}
	t.Cleanup(func() { stop() })
	return stop
}

func ask(ctx context.Context, net *traffic.Net, host string) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, net.URL(host, "/"), nil)
	if err != nil {
		return err
	}
	response, err := net.Client(host).Do(request)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("it answered %s", response.Status)
	}
	return errors.Join(err, response.Body.Close())
}
