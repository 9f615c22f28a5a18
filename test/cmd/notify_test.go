package cmd

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"drover/orchestrator/notify"
	"drover/orchestrator/store"
	"drover/orchestrator/store/file"
	"drover/test/harness"
)

const withReceivers = tiny + `  rotation: {maxAge: 30d, approvals: [shift]}
  notify:
    - slack: {webhook: {env: CHAT_ADDRESS}}
    - name: events
      webhook: {url: {env: EVENTS_ADDRESS}}
      on: [waiting, overdue]
`

// endpoint is a receiver on this machine.
type endpoint struct {
	server *httptest.Server
	lock   sync.Mutex
	status int
	bodies []string
}

func newEndpoint(t *testing.T, status int) *endpoint {
	t.Helper()
	e := &endpoint{status: status}
	e.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.lock.Lock()
		defer e.lock.Unlock()
		body, _ := io.ReadAll(r.Body)
		e.bodies = append(e.bodies, string(body))
		w.WriteHeader(e.status)
	}))
	t.Cleanup(e.server.Close)
	return e
}

func (e *endpoint) answer(status int) {
	e.lock.Lock()
	defer e.lock.Unlock()
	e.status = status
}

// ids are those of the CloudEvents that came, with their types.
func (e *endpoint) ids(t *testing.T) (all []string) {
	t.Helper()
	e.lock.Lock()
	defer e.lock.Unlock()
	for _, body := range e.bodies {
		var event struct{ Type, ID string }
		if err := json.Unmarshal([]byte(body), &event); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		all = append(all, event.Type+" "+event.ID)
	}
	return all
}

func TestReceiversAreTested(t *testing.T) {
	t.Parallel()
	chat, events, secret := newEndpoint(t, 200), newEndpoint(t, 403), harness.Canary()
	dir := t.TempDir()
	put(t, filepath.Join(dir, "cluster.yaml"), withReceivers)
	env := map[string]string{"CHAT_ADDRESS": chat.server.URL + "/" + secret, "EVENTS_ADDRESS": events.server.URL + "/" + secret}
	r := harness.DroverIn(t, dir, env, "notify", "test")
	if r.Code != 1 || r.Stdout != "✓ slack: sent\n✗ events: 127.0.0.1 answered 403 Forbidden\n" || !strings.Contains(r.Stderr, "error: sending test messages: 1 of 2 receivers failed") {
		t.Errorf("exit %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	if len(chat.bodies) != 1 || !strings.Contains(chat.bodies[0], "tiny: test message from drover") {
		t.Errorf("Slack got %q", chat.bodies)
	}
	events.answer(200)
	asJSON := harness.DroverIn(t, dir, env, "notify", "test", "--output", "json")
	if asJSON.Code != 0 || !strings.Contains(asJSON.Stdout, `"kind": "webhook",`) {
		t.Errorf("exit %d\n%s%s", asJSON.Code, asJSON.Stdout, asJSON.Stderr)
	}
	delete(env, "EVENTS_ADDRESS")
	unset := harness.DroverIn(t, dir, env, "notify", "test")
	if unset.Code != 1 || !strings.Contains(unset.Stdout, "✗ events: the environment variable EVENTS_ADDRESS is not set where drover runs\n") {
		t.Errorf("exit %d\n%s%s", unset.Code, unset.Stdout, unset.Stderr)
	}
	harness.NoCanary(t, "drover notify test", r.Stdout+r.Stderr+asJSON.Stdout+asJSON.Stderr, map[string]string{"address": secret})
}

// What a process that was killed did not send is sent by the next command, once, and the status says what did not arrive.
func TestWhatIsDueIsSentOnce(t *testing.T) {
	t.Parallel()
	chat, events := newEndpoint(t, 404), newEndpoint(t, 200)
	dir := t.TempDir()
	put(t, filepath.Join(dir, "cluster.yaml"), withReceivers)
	at := func(ago time.Duration) string { return time.Now().UTC().Add(-ago).Format(time.RFC3339) }
	put(t, filepath.Join(dir, "infra", "tiny", ".drover", "journal.jsonl"), fmt.Sprintf(`{"time":%[1]q,"kind":"applied","root":"blue","version":"1.32"}
{"time":%[1]q,"kind":"activated","to":"blue"}
{"time":%[2]q,"rotation":"20261201t000000-a","kind":"rotation-started","from":"blue","to":"green","version":"1.33","plan":{"approvals":["shift"]}}
{"time":%[2]q,"rotation":"20261201t000000-a","kind":"phase-started","phase":"approve-shift"}
`, at(40*24*time.Hour), at(time.Minute)))
	if err := harness.Remember(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"CHAT_ADDRESS": chat.server.URL, "EVENTS_ADDRESS": events.server.URL, "HOME": dir, "AWS_EC2_METADATA_DISABLED": "true", "DROVER_NAMESERVERS": "127.0.0.1:9"}
	first := harness.DroverIn(t, dir, env, "notify", "send")
	if first.Code != 1 || !strings.Contains(first.Stderr, "notify: slack: 127.0.0.1 answered 404 Not Found; the rotation goes on without it") || !strings.Contains(first.Stderr, "sending messages: 2 did not arrive") {
		t.Errorf("exit %d\n%s%s", first.Code, first.Stdout, first.Stderr)
	}
	status := harness.DroverIn(t, dir, env, "status")
	if !strings.Contains(status.Stdout, "slack: 2 messages, the last one waiting: 127.0.0.1 answered 404 Not Found") {
		t.Errorf("the status is\n%s%s", status.Stdout, status.Stderr)
	}
	chat.answer(200)
	for range 2 {
		if r := harness.DroverIn(t, dir, env, "notify", "send"); r.Code != 0 || strings.Contains(r.Stderr, "notify:") {
			t.Errorf("exit %d\n%s%s", r.Code, r.Stdout, r.Stderr)
		}
	}
	if got := events.ids(t); len(got) != 1 || !strings.HasPrefix(got[0], "drover.rotation.waiting 20261201t000000-a.") {
		t.Errorf("the events are %q", got)
	}
	if len(chat.bodies) != 4 || !strings.Contains(chat.bodies[3], "`drover approve shift -f cluster.yaml -o infra`") {
		t.Errorf("Slack got %q", chat.bodies)
	}
	left, err := notify.Failures(t.Context(), store.Open(file.Open(filepath.Join(dir, "infra", "tiny", ".drover")), "tiny", store.Options{}))
	if err != nil || len(left) > 0 {
		t.Errorf("what arrived is still in the status: %+v (%v)", left, err)
	}
}

func TestAnOverdueClusterIsTold(t *testing.T) {
	t.Parallel()
	chat, events := newEndpoint(t, 200), newEndpoint(t, 200)
	dir := t.TempDir()
	put(t, filepath.Join(dir, "cluster.yaml"), withReceivers)
	built := time.Now().UTC().Add(-40 * 24 * time.Hour).Format(time.RFC3339)
	put(t, filepath.Join(dir, "infra", "tiny", ".drover", "journal.jsonl"), fmt.Sprintf(`{"time":%[1]q,"kind":"applied","root":"blue","version":"1.32"}
{"time":%[1]q,"kind":"activated","to":"blue"}
`, built))
	if err := harness.Remember(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"CHAT_ADDRESS": chat.server.URL, "EVENTS_ADDRESS": events.server.URL}
	for range 2 {
		if r := harness.DroverIn(t, dir, env, "notify", "send"); r.Code != 0 {
			t.Fatalf("exit %d\n%s%s", r.Code, r.Stdout, r.Stderr)
		}
	}
	if len(chat.bodies) < 1 || len(chat.bodies) > 2 || !strings.Contains(chat.bodies[0], "tiny: blue is 40d old, and overdue for a rotation") { // two: it became midnight
		t.Errorf("Slack got %q", chat.bodies)
	}
	if got := events.ids(t); len(got) != len(chat.bodies) || !strings.HasPrefix(got[0], "drover.rotation.overdue overdue.") {
		t.Errorf("the events are %q", got)
	}
}
