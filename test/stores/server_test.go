// Package stores runs the store's suite against programs that play Azure Blob Storage and Google Cloud Storage. What no
// such program can show, the requests that drover sends, the unit tests beside each opener hold.
package stores

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"drover/test/harness"
)

// startLimit is how long a server may take to answer; 2 s are usual, on a busy machine many more.
const startLimit = 2 * time.Minute

// azurite starts an empty Azurite and returns the address of its blob service. It ends with the test.
func azurite(t testing.TB) string {
	t.Helper()
	install := exec.CommandContext(t.Context(), filepath.Join(harness.Repository(t), "tools", "azurite.sh"))
	var stderr bytes.Buffer
	install.Stderr = &stderr
	program, err := install.Output()
	if err != nil {
		t.Fatalf("installing Azurite: %v\n%s", err, stderr.String())
	}
	port := freePort(t)
	serve(t, "http://127.0.0.1:"+port, strings.TrimSpace(string(program)), "--blobHost", "127.0.0.1", "--blobPort", port,
		"--inMemoryPersistence", "--disableTelemetry", "--silent",
		"--skipApiVersionCheck") // Azurite lags behind the versions that the SDK asks for
	return "http://127.0.0.1:" + port + "/" + azuriteAccount
}

// fakeGCS starts an empty fake-gcs-server and returns its address. It ends with the test.
func fakeGCS(t testing.TB) string {
	t.Helper()
	port := freePort(t)
	address := "http://127.0.0.1:" + port
	serve(t, address, harness.Tool(t, "fake-gcs-server"), "-backend", "memory", "-scheme", "http", "-host", "127.0.0.1",
		"-port", port, "-public-host", "127.0.0.1:"+port, "-log-level", "warn")
	return address
}

// serve runs a server until the test ends, and waits until it answers anything.
func serve(t testing.TB, address, program string, args ...string) {
	t.Helper()
	output := &output{}
	//nolint:noctx // ended by its process group below, after the test's own requests
	command := exec.Command(program, args...)
	command.Dir = t.TempDir()
	command.Stdout, command.Stderr = output, output
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := command.Start(); err != nil {
		t.Fatalf("starting %s: %v", program, err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = command.Wait() // it is killed in the end, which is an error
	}()
	t.Cleanup(func() {
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
		<-ended
	})
	for deadline := time.Now().Add(startLimit); !answers(t.Context(), address); time.Sleep(50 * time.Millisecond) {
		select {
		case <-ended:
			t.Fatalf("%s ended at once:\n%s", program, output)
		default:
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s does not answer after %v:\n%s", program, startLimit, output)
		}
	}
}

func answers(ctx context.Context, address string) bool {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return false
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	return answer.Body.Close() == nil
}

func freePort(t testing.TB) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// output is what a server wrote.
type output struct {
	lock sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.lock.Lock()
	defer o.lock.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.lock.Lock()
	defer o.lock.Unlock()
	return o.text.String()
}
