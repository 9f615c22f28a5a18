package awsproxy_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// python is AWS's SDK for Python, told not to check requests itself: what is wrong with one reaches the proxy.
type python struct {
	*process
	region string // empty: that of the cloud
}

type process struct {
	mu   sync.Mutex
	cmd  *exec.Cmd
	to   io.WriteCloser
	read *json.Decoder
}

// in is the same SDK for another region.
func (p *python) in(region string) *python { return &python{p.process, region} }

var sdk *python

// params are a call's parameters, by their names in the API model.
type params = map[string]any

// startSDK starts the Python that moto runs on.
func startSDK(ctx context.Context, moto, endpoint string) (*python, error) {
	program := filepath.Join(filepath.Dir(moto), "python3")
	if _, err := os.Stat(program); err != nil {
		program = "python3"
	}
	cmd := exec.CommandContext(ctx, program, filepath.Join("testdata", "sdk.py"))
	cmd.Env = append(os.Environ(), awsEnv(endpoint)...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start AWS's SDK for Python: %w", err)
	}
	return &python{process: &process{cmd: cmd, to: in, read: json.NewDecoder(out)}}, nil
}

func awsEnv(endpoint string) []string {
	return []string{"AWS_ENDPOINT_URL=" + endpoint, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_SESSION_TOKEN=",
		"AWS_REGION=" + region, "AWS_DEFAULT_REGION=" + region, "AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE=" + os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull, "AWS_PAGER=", "AWS_MAX_ATTEMPTS=1"}
}

func (p *python) close() error { return errors.Join(p.to.Close(), p.cmd.Wait()) }

// call makes a call, and returns its answer, or the code and the message that it was refused with.
func (p *python) call(t *testing.T, service, operation string, in params) (answer params, code, message string) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if in == nil {
		in = params{}
	}
	if err := json.NewEncoder(p.to).Encode(map[string]any{"service": service, "operation": operation, "params": in, "region": p.region}); err != nil {
		t.Fatal(err)
	}
	var reply struct {
		Answer        params
		Code, Message string
	}
	if err := p.read.Decode(&reply); err != nil {
		t.Fatalf("%s %s: AWS's SDK for Python gave no answer: %v", service, operation, err)
	}
	return reply.Answer, reply.Code, reply.Message
}

// ok makes a call that has to succeed.
func (p *python) ok(t *testing.T, service, operation string, in params) params {
	t.Helper()
	answer, code, message := p.call(t, service, operation, in)
	if code != "" {
		t.Fatalf("%s %s: refused with %s: %s", service, operation, code, message)
	}
	return answer
}

// refused makes a call that has to be refused with a code, and a message that has a part in it.
func (p *python) refused(t *testing.T, service, operation string, in params, want, part string) {
	t.Helper()
	answer, code, message := p.call(t, service, operation, in)
	switch {
	case code == "":
		t.Errorf("%s %s succeeded with %v, want %s", service, operation, answer, want)
	case code != want || !strings.Contains(message, part):
		t.Errorf("%s %s: refused with %s: %s; want %s with %q", service, operation, code, message, want, part)
	}
}

// at walks down an answer: names of members, and numbers of elements.
func at(t *testing.T, value any, path ...any) any {
	t.Helper()
	for i, step := range path {
		switch step := step.(type) {
		case string:
			members, ok := value.(map[string]any)
			if !ok {
				t.Fatalf("there is no %v in %v", path[:i+1], value)
			}
			value = members[step]
		case int:
			list, ok := value.([]any)
			if !ok || step >= len(list) {
				t.Fatalf("there is no %v in %v", path[:i+1], value)
			}
			value = list[step]
		}
	}
	return value
}

func text(t *testing.T, value any, path ...any) string {
	t.Helper()
	s, _ := at(t, value, path...).(string)
	if s == "" {
		t.Fatalf("there is no text at %v in %v", path, value)
	}
	return s
}
