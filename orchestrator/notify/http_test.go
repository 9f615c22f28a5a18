package notify

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"drover/generator/spec"
)

// taken is what a receiver on this machine got.
type taken struct {
	server *httptest.Server
	lock   sync.Mutex
	bodies []map[string]any
	raw    []string
	header http.Header
}

// receive answers with statuses one after the other; the last one stays.
func receive(t *testing.T, statuses ...int) *taken {
	t.Helper()
	got := &taken{}
	got.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got.lock.Lock()
		defer got.lock.Unlock()
		body, _ := io.ReadAll(r.Body)
		var decoded map[string]any
		if err := json.Unmarshal(body, &decoded); err != nil || r.Method != http.MethodPost {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		status := statuses[min(len(got.bodies), len(statuses)-1)]
		got.bodies, got.raw, got.header = append(got.bodies, decoded), append(got.raw, string(body)), r.Header
		w.Header().Set("Location", "http://127.0.0.1:1/elsewhere")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "invalid\nmessage \x1b[31m"+strings.Repeat("x", 10_000))
	}))
	t.Cleanup(got.server.Close)
	return got
}

// counting is a clock whose pauses take no time.
type counting struct {
	lock   sync.Mutex
	pauses []time.Duration
}

func (c *counting) Now() time.Time { return begun }

func (c *counting) Sleep(ctx context.Context, d time.Duration) error {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.pauses = append(c.pauses, d)
	return ctx.Err()
}

var sample = Message{
	ID: rotationID + ".7.0", On: spec.OnFailed, Cluster: "shop", Rotation: rotationID, Time: begun, Key: "shop/" + rotationID + "/failed",
	Title: "shop: build failed", Text: "<!channel> *bold* [link](https://example.com) & <https://evil.example|here>", Next: "Run `drover rotate`.",
}

func made[T Sender](t *testing.T, sender T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return sender
}

func TestSlackShowsTextAsItIs(t *testing.T) {
	t.Parallel()
	got := receive(t, 200)
	s, err := NewSlack(&http.Client{}, got.server.URL)
	if err := made(t, s, err).Send(t.Context(), sample); err != nil {
		t.Fatal(err)
	}
	blocks := got.bodies[0]["blocks"].([]any)
	if len(blocks) != 2 {
		t.Fatalf("there are %d blocks", len(blocks))
	}
	text := blocks[1].(map[string]any)["text"].(map[string]any)
	const want = "&lt;!channel&gt; *bold* [link](https://example.com) &amp; &lt;https://evil.example|here&gt;\nRun `drover rotate`."
	if text["text"] != want || text["type"] != "plain_text" || text["emoji"] != false {
		t.Errorf("Slack gets %q", text)
	}
}

func TestTeamsShowsTextAsItIs(t *testing.T) {
	t.Parallel()
	got := receive(t, 202)
	s, err := NewTeams(&http.Client{}, got.server.URL)
	if err := made(t, s, err).Send(t.Context(), sample); err != nil {
		t.Fatal(err)
	}
	attachment := got.bodies[0]["attachments"].([]any)[0].(map[string]any)
	card := attachment["content"].(map[string]any)
	if got.bodies[0]["type"] != "message" || attachment["contentType"] != "application/vnd.microsoft.card.adaptive" || card["type"] != "AdaptiveCard" {
		t.Errorf("this is no card: %s", got.raw[0])
	}
	var texts []string
	for _, block := range card["body"].([]any) {
		if block.(map[string]any)["type"] != "RichTextBlock" { // a TextBlock would read Markdown
			t.Errorf("a block is %v", block)
		}
		texts = append(texts, block.(map[string]any)["inlines"].([]any)[0].(map[string]any)["text"].(string))
	}
	if all := strings.Join(texts, "\n"); all != sample.Title+"\n"+sample.Text+"\n"+sample.Next {
		t.Errorf("Teams gets %q", all)
	}
}

func TestPagerDutyOpensOneIncidentAndResolvesIt(t *testing.T) {
	t.Parallel()
	got := receive(t, 202)
	p := NewPagerDuty(&http.Client{}, "made-up-routing-key", "eu")
	if p.address != "https://events.eu.pagerduty.com/v2/enqueue" {
		t.Errorf("the address is %s", p.address)
	}
	p.address = got.server.URL
	over := sample
	over.Over = true
	for _, m := range []Message{sample, sample, over} {
		if err := p.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	for i, action := range []string{"trigger", "trigger", "resolve"} {
		event := got.bodies[i]
		if event["event_action"] != action || event["dedup_key"] != sample.Key || event["routing_key"] != "made-up-routing-key" {
			t.Errorf("event %d is %v", i, event)
		}
	}
	payload := got.bodies[0]["payload"].(map[string]any)
	if payload["summary"] != sample.Title || payload["severity"] != "error" || payload["source"] != "shop" || payload["timestamp"] != "2026-11-29T11:47:50Z" {
		t.Errorf("the payload is %v", payload)
	}
}

func TestAWebhookGetsCloudEvents(t *testing.T) {
	t.Parallel()
	got := receive(t, 204)
	s, err := NewWebhook(&http.Client{}, got.server.URL, "X-Key", "made-up-key")
	if err := made(t, s, err).Send(t.Context(), sample); err != nil {
		t.Fatal(err)
	}
	if got.header.Get("Content-Type") != "application/cloudevents+json; charset=utf-8" || got.header.Get("X-Key") != "made-up-key" {
		t.Errorf("the headers are %v", got.header)
	}
	event := got.bodies[0]
	for name, want := range map[string]string{
		"specversion": "1.0", "id": sample.ID, "source": "/drover/clusters/shop", "type": "drover.rotation.failed",
		"subject": rotationID, "time": "2026-11-29T11:47:50Z", "datacontenttype": "application/json",
	} {
		if event[name] != want {
			t.Errorf("%s is %v, want %s", name, event[name], want)
		}
	}
	if data := event["data"].(map[string]any); data["text"] != sample.Text || data["next"] != sample.Next || data["cluster"] != "shop" {
		t.Errorf("the data is %v", data)
	}
}

func TestWhatMayHelpIsTriedAgainInBoundedTime(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		statuses []int
		sends    int
		fails    string
	}{
		"a moment of trouble":  {[]int{503, 500, 200}, 3, ""},
		"too many at a time":   {[]int{429, 200}, 2, ""},
		"trouble all the time": {[]int{503}, mostAttempts, "127.0.0.1 answered 503 Service Unavailable: invalid message "},
		"a wrong message":      {[]int{400}, 1, "127.0.0.1 answered 400 Bad Request: invalid message "},
		"a redirect":           {[]int{302}, 1, "127.0.0.1 answered 302 Found: drover follows no redirects; write the address that it leads to"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, clock := receive(t, c.statuses...), &counting{}
			s, err := NewSlack(&http.Client{}, got.server.URL+"/services/made-up-secret")
			err = Deliver(t.Context(), clock, Receiver{Name: "slack", Sender: made(t, s, err)}, sample)
			if len(got.bodies) != c.sends || len(clock.pauses) != c.sends-1 {
				t.Errorf("it was sent %d times with %d pauses, want %d", len(got.bodies), len(clock.pauses), c.sends)
			}
			if (err == nil) != (c.fails == "") || err != nil && !strings.HasPrefix(err.Error(), c.fails) {
				t.Errorf("the error is %v, want %q", err, c.fails)
			}
			if err != nil && (strings.Contains(err.Error(), "made-up-secret") || strings.ContainsAny(err.Error(), "\x1b\n") || len(err.Error()) > 400) {
				t.Errorf("the error is %d bytes: %q", len(err.Error()), err)
			}
		})
	}
}

func TestAnErrorShowsNoAddress(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	for name, address := range map[string]string{
		"nobody answers": closed.URL + "/made-up-secret?token=made-up-secret",
		"no name":        "https://does-not-exist.invalid/made-up-secret",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := NewSlack(&http.Client{}, address)
			err = made(t, s, err).Send(t.Context(), sample)
			if err == nil || strings.Contains(err.Error(), "made-up-secret") {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func TestOnlyEncryptedAddressesAreTaken(t *testing.T) {
	t.Parallel()
	for address, taken := range map[string]bool{
		"https://hooks.example.com/x": true, "http://127.0.0.1:8080/x": true, "http://localhost/x": true, "http://[::1]:1/x": true,
		"http://hooks.example.com/made-up": false, "http://127.0.0.1.example.com/made-up": false, "http://localhost.example.com/made-up": false,
		"made-up": false, "": false, "https://": false, "ftp://127.0.0.1/made-up": false, "https://a b/made-up": false,
	} {
		_, err := NewTeams(&http.Client{}, address)
		if (err == nil) != taken || err != nil && strings.Contains(err.Error(), "made-up") {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestAReceiverThatNeverAnswersIsGivenUp(t *testing.T) {
	t.Parallel()
	block := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		select {
		case <-block:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(block) })
	s, err := NewSlack(&http.Client{}, server.URL)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := Deliver(ctx, &counting{}, Receiver{Sender: made(t, s, err)}, sample); err == nil {
		t.Error("it was taken for sent")
	}
}

func TestAMissingSecretIsTheProblemOfItsReceiverAlone(t *testing.T) {
	t.Parallel()
	env := func(name string) spec.EnvRef { return spec.EnvRef{Env: name} }
	all := []spec.Receiver{
		{Name: "slack", Slack: &spec.ChatReceiver{Webhook: env("SLACK")}},
		{Name: "teams", Teams: &spec.ChatReceiver{Webhook: env("TEAMS")}},
		{Name: "pager", PagerDuty: &spec.PagerReceiver{RoutingKey: env("KEY"), Region: "us"}},
		{Name: "events", Webhook: &spec.EventReceiver{URL: env("URL")}},
		{Name: "keyed", Webhook: &spec.EventReceiver{Address: "https://events.example.com", Key: env("EVENTS_KEY")}},
		{Name: "mail", Email: &spec.MailReceiver{Server: "127.0.0.1:25", Username: "u", Password: env("PASSWORD")}},
	}
	for _, r := range Receivers(all, nowhere{}, func(string) string { return "" }) {
		if r.Sender != nil || !strings.HasSuffix(r.Problem, "is not set where drover runs") {
			t.Errorf("%s: %+v", r.Name, r)
		}
	}
	for _, r := range Receivers(all, nowhere{}, func(string) string { return "https://127.0.0.1/" }) {
		if r.Sender == nil || r.Problem != "" {
			t.Errorf("%s: %+v", r.Name, r)
		}
	}
	wrong := Receivers(all[:1], nowhere{}, func(string) string { return "http://example.com/made-up" })[0]
	if wrong.Problem != "the environment variable SLACK is not right: its address does not begin with https://" {
		t.Errorf("the problem is %q", wrong.Problem)
	}
	if names := (spec.Spec{Notify: all}).Secrets(); strings.Join(names, " ") != "EVENTS_KEY KEY PASSWORD SLACK TEAMS URL" {
		t.Errorf("the secrets are in %v", names)
	}
}
