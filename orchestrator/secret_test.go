package orchestrator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"drover/generator"
	"drover/generator/spec"
	"drover/orchestrator/internal/apitest"
	"drover/orchestrator/journal"
	"drover/orchestrator/redact"
	"drover/orchestrator/verify"
)

const canary = "c4N4ry+of/the=engine"

// saying is a check that says what a command of the user's could.
type saying struct{ verdict verify.Verdict }

func (saying) Name() string { return "saying" }
func (s saying) Run(context.Context) (verify.Verdict, string) {
	return s.verdict, "exit status 0; TOKEN=" + canary
}

// listening keeps the events that an Observer is told.
type listening struct {
	silent
	events *[]journal.Event
}

func (l listening) Event(e journal.Event) { *l.events = append(*l.events, e) }

// What a check, Terraform or the platform says goes to the journal in a verdict, in the end of a phase or of a rotation,
// in an object's name.
func TestTheJournalHoldsNoSecret(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*world, *Options)
		fails  bool
	}{
		"verdicts": {change: func(_ *world, o *Options) {
			o.Ports.Checks = func(string, string) []verify.Check { return []verify.Check{saying{verify.Pass}} }
		}},
		"a phase that fails":          {func(w *world, _ *Options) { w.fail["plan green"] = errors.New("Terraform said " + canary) }, true},
		"a rotation that is given up": {func(w *world, _ *Options) { w.fail["quota"] = errors.New("AWS said " + canary) }, true},
		"a color that is unhealthy": {func(w *world, o *Options) {
			o.Ports.Checks = func(string, string) []verify.Check {
				if w.dns["green"] > 0 {
					return []verify.Check{saying{verify.Fail}}
				}
				return []verify.Check{saying{verify.Pass}}
			}
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			applied(t, w)
			w.spec.Spec.Kubernetes.Version = "1.33"
			var events []journal.Event
			o := w.options()
			o.Observer, o.Secrets = listening{events: &events}, &redact.Redactor{}
			o.Secrets.Learn(canary)
			c.change(w, &o)
			if err := Rotate(t.Context(), o); (err != nil) != c.fails {
				t.Fatalf("rotate: %v", err)
			}
			told, err := json.Marshal(events)
			must(t, err)
			status, err := StatusOf(t.Context(), o)
			must(t, err)
			history, err := HistoryOf(t.Context(), w.out, "tiny")
			must(t, err)
			kept, err := os.ReadFile(filepath.Join(StoreDir(w.out, "tiny"), "journal.jsonl"))
			must(t, err)
			if !strings.Contains(string(kept), "***") {
				t.Errorf("the secret did not come to the journal, so that nothing is tried:\n%s", kept)
			}
			for where, text := range map[string]string{"journal": string(kept), "events": string(told), "status and history": fmt.Sprint(status, history)} {
				if len(text) < 100 || strings.Contains(text, canary) {
					t.Errorf("%s shows the secret, or is empty:\n%s", where, text)
				}
			}
		})
	}
}

// A proxy between, or a server that is misled, may send back what it was sent.
func TestATokenThatAnAPIServerSendsBackIsKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	api := apitest.Start(t)
	w.apis["blue"] = api
	secrets := &redact.Redactor{}
	client, err := apiServers(&fakeCloud{w}, secrets)(t.Context(), "tiny-blue")
	must(t, err)
	defer client.Close()
	_, _ = client.Text(t.Context(), "/metrics") // whatever it answers, a token was made
	token, err := api.Access().Token(t.Context())
	must(t, err)
	if got := secrets.Hide("Bearer " + token); strings.Contains(got, token) {
		t.Errorf("the token %s is not hidden: %s", token, got)
	}
}

func TestWhatASpecAndItsPortsLeadToIsKnown(t *testing.T) {
	t.Setenv("OUR_PAGER", "routing-key-of-ours")
	t.Setenv("OUR_CHANNEL", "https://hooks.example.com/T/B/incoming")
	t.Setenv("OUR_RECEIVER", "https://alerts.example.com/by-url")
	t.Setenv("OUR_SENDER", "what-is-sent-along")
	t.Setenv("AWS_ACCESS_KEY_ID", "an-access-key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "key-that-was-fetched")
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1") // nobody listens
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	t.Setenv("TF_VAR_ours", "value-of-our-variable")
	w := newWorld(t)
	s := &w.spec.Spec
	s.Services.Alerts = &spec.Alerts{
		Slack: &spec.Slack{Webhook: spec.SecretRef{Env: "OUR_CHANNEL"}}, PagerDuty: &spec.PagerDuty{RoutingKey: spec.SecretRef{Env: "OUR_PAGER"}},
		Webhook: &spec.Webhook{URL: spec.SecretRef{Env: "OUR_RECEIVER"}, Key: spec.SecretRef{Env: "OUR_SENDER"}},
	}
	s.Rotation.Verify = []spec.Check{
		{HTTP: &spec.HTTPCheck{Path: "/healthz?token=in-the-path-of-a-check"}},
		{Prometheus: &spec.PrometheusCheck{URL: "https://prometheus.example.com/?token=in-the-query-of-a-check"}},
	}
	o := w.options()
	o.Secrets = &redact.Redactor{}
	ports, err := Connect(t.Context(), o)
	must(t, err)
	if _, err := ports.Cloud.Account(t.Context()); err == nil {
		t.Error("an account was told by nobody")
	}
	foundation := filepath.Join(w.out, "tiny", "foundation")
	must(t, os.MkdirAll(foundation, 0o700))
	must(t, os.WriteFile(filepath.Join(foundation, "custom.tf"), []byte("variable \"ours\" {\n  sensitive = true\n}\n"), 0o600))
	stack, err := ports.Stack(generator.Foundation)
	must(t, err)
	must(t, stack.Init(t.Context()))
	for _, value := range []string{"routing-key-of-ours", "https://hooks.example.com/T/B/incoming", "https://alerts.example.com/by-url",
		"what-is-sent-along", "in-the-path-of-a-check", "in-the-query-of-a-check", "key-that-was-fetched", "value-of-our-variable"} {
		if got := o.Secrets.Hide("it is " + value); got != "it is ***" {
			t.Errorf("%s became %q", value, got)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
