// Package mototest starts moto's server, a simulation of AWS, for tests. It must never be imported by anything else.
package mototest

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// startLimit is how long the server may take to answer; 3 s are usual, on a busy machine many more.
const startLimit = 2 * time.Minute

// Start starts a server on a free port of loopback and returns its address. It ends with the test.
func Start(t testing.TB) string {
	t.Helper()
	return oneWriter(t, start(t))
}

func start(t testing.TB) string {
	t.Helper()
	program := find(t)
	port := freePort(t)
	output := &output{}
	//nolint:noctx // ended by its process group below, as the program may be a wrapper of the server
	command := exec.Command(program, "-H", "127.0.0.1", "-p", port)
	command.Stdout, command.Stderr = output, output
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := command.Start(); err != nil {
		t.Fatalf("starting moto's server: %v", err)
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
	endpoint := "http://" + net.JoinHostPort("127.0.0.1", port)
	for deadline := time.Now().Add(startLimit); ; time.Sleep(50 * time.Millisecond) {
		if request(t, http.MethodGet, endpoint+"/moto-api/data.json") == nil {
			return endpoint
		}
		select {
		case <-ended:
			t.Fatalf("moto's server ended at once:\n%s", output)
		default:
		}
		if time.Now().After(deadline) {
			t.Fatalf("moto's server does not answer after %v:\n%s", startLimit, output)
		}
	}
}

// find looks on PATH, then where `make setup` installs the server.
func find(t testing.TB) string {
	t.Helper()
	program, err := exec.LookPath("moto_server")
	if err == nil {
		return program
	}
	if cache, err := os.UserCacheDir(); err == nil {
		program = filepath.Join(cache, "drover", "venv", "bin", "moto_server")
		if _, err := os.Stat(program); err == nil {
			return program
		}
	}
	t.Fatalf("these tests need moto's server: run `make setup`: %v", err)
	return ""
}

// Env are the variables that point AWS's SDKs, and Terraform, at a server.
func Env(endpoint string) map[string]string {
	return map[string]string{
		"AWS_ENDPOINT_URL":            endpoint,
		"AWS_ACCESS_KEY_ID":           "testing",
		"AWS_SECRET_ACCESS_KEY":       "testing",
		"AWS_SESSION_TOKEN":           "",
		"AWS_PROFILE":                 "",
		"AWS_REGION":                  "eu-central-1",
		"AWS_DEFAULT_REGION":          "eu-central-1",
		"AWS_CONFIG_FILE":             "/dev/null",
		"AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
		"AWS_EC2_METADATA_DISABLED":   "true",
	}
}

// Send makes a plain HTTP request of the server.
func Send(t testing.TB, method, url string) {
	t.Helper()
	if err := request(t, method, url); err != nil {
		t.Fatal(err)
	}
}

func request(t testing.TB, method, url string) error {
	asked, err := http.NewRequestWithContext(t.Context(), method, url, http.NoBody)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(asked)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }() // only read from
	if answer.StatusCode >= http.StatusMultipleChoices {
		body, _ := io.ReadAll(answer.Body) // what there is of it helps
		return fmt.Errorf("%s %s: %s: %s", method, url, answer.Status, body)
	}
	return nil
}

func freePort(t testing.TB) string {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("finding a free port: %v", err)
	}
	defer func() { _ = listener.Close() }()
	return fmt.Sprint(listener.Addr().(*net.TCPAddr).Port)
}

// output keeps what the server says, for the message of a failed start.
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
	return strings.TrimSpace(o.text.String())
}
