package rotation

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"slices"
	"testing"

	"drover/rehearsal/aws/awsapi"
	"drover/test/harness"
)

// killedDuringShift starts the rotation, tries a second drover beside it, and kills the first at the first weights
// that it has confirmed, as a power cut would.
func (s *session) killedDuringShift() {
	s.t.Helper()
	command := harness.Command(s.t, s.dir, s.env, "rotate", "--auto-approve", "--output", "json")
	stdout, err := command.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	var stderr, seen bytes.Buffer
	command.Stderr = &stderr
	if err := command.Start(); err != nil {
		s.t.Fatal(err)
	}
	tried := false
	lines := bufio.NewScanner(io.TeeReader(stdout, &seen))
	for lines.Scan() {
		var event struct {
			Kind  string `json:"kind"`
			Phase string `json:"phase"`
		}
		if err := json.Unmarshal(lines.Bytes(), &event); err != nil {
			s.t.Errorf("a line of rotate --output json is not an event: %v: %s", err, lines.Text())
		}
		if event.Kind == "phase-started" && event.Phase == "build" && !tried {
			tried = true
			s.expect(s.drover("rotate", "--auto-approve"), 6, "another process holds the lease on herd")
		}
		if event.Kind == "weights" {
			break
		}
	}
	if !tried {
		s.t.Error("rotate told no start of its build phase")
	}
	if err := command.Process.Kill(); err != nil {
		s.t.Fatalf("rotate ended before it set any weights: %v", err)
	}
	for lines.Scan() { // until the pipe is closed
		continue
	}
	if err := command.Wait(); err == nil {
		s.t.Error("rotate was killed, and exited 0")
	}
	s.heard(harness.Result{Stdout: seen.String(), Stderr: stderr.String()}, "rotate", "killed")
	if got := s.status(); got.Rotation == nil {
		s.t.Error("after rotate was killed, status knows of no rotation")
	}
}

// clusters are the names of the Kubernetes clusters in the account, in order.
func (s *session) clusters() []string {
	s.t.Helper()
	client := &awsapi.Client{Endpoint: s.env["AWS_ENDPOINT_URL"], Region: s.env["AWS_REGION"], HTTP: http.DefaultClient}
	var answer struct {
		Clusters []string `json:"clusters"`
	}
	if err := client.REST(s.t.Context(), "eks", "ListClusters", http.MethodGet, "/clusters", nil, &answer); err != nil {
		s.t.Fatal(err)
	}
	slices.Sort(answer.Clusters)
	return answer.Clusters
}

// closedPort is an address on this machine where nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return address
}
