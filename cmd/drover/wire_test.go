package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"drover/generator"
	"drover/generator/spec"
	"drover/orchestrator/cluster"
	"drover/orchestrator/kubernetes"
	"drover/orchestrator/platform"
	"drover/orchestrator/redact"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// anAuthority signs no server's certificate: its key was thrown away.
const anAuthority = `-----BEGIN CERTIFICATE-----
MIIBdTCCARugAwIBAgIUaZKj+QGMMtl5lLzU3HRYapC6EGQwCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjkxMDM4MDZaGA8yMTI2MTEwNTEwMzgw
NlowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABJRQ
C/2K3ziAnqxAccFZZN7e+4fdA8JYstpBKjT5VqRyBeMnbxINK+hTAhUODxxGSZfR
fgJAlEU550ZnL9KKbiyjUzBRMB0GA1UdDgQWBBR3svH7xpW2SjAWjxLlmSxkt8r0
eTAfBgNVHSMEGDAWgBR3svH7xpW2SjAWjxLlmSxkt8r0eTAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0gAMEUCIQCUZCKUnkkhMMyabiSX2frvD0muTiPqOIac
TeHnzjTmqwIgGi2SMdQ1ysWNNc6C9VuJNvMA+eXI98VZol1d8ov56RI=
-----END CERTIFICATE-----
`

// letting is a platform that lets everyone in with one token.
type letting struct{ platform.Platform }

func (letting) Kubernetes(context.Context, string) (kubernetes.Access, error) {
	return kubernetes.Access{Server: "https://127.0.0.1:1", CA: []byte(anAuthority), Token: func(context.Context) (string, error) { return "a-token-that-was-made", nil }}, nil
}

// A proxy between, or a server that is misled, may send back what it was sent.
func TestATokenForAnAPIServerIsKnown(t *testing.T) {
	t.Parallel()
	secrets := &redact.Redactor{}
	client, err := apiServers(letting{}, secrets)(t.Context(), "tiny-blue")
	must(t, err)
	defer client.Close()
	if _, err := client.Text(t.Context(), "/metrics"); err == nil {
		t.Error("nobody listens, and somebody answered")
	}
	if got := secrets.Hide("Bearer a-token-that-was-made"); strings.Contains(got, "was-made") {
		t.Errorf("the token is not hidden: %s", got)
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
	out := t.TempDir()
	o := cluster.Options{Observer: newProgress(os.Stderr, false), Secrets: &redact.Redactor{}}
	o.Spec.Metadata.Name, o.Spec.Spec.Platform, o.Spec.Spec.Region = "tiny", spec.AWS, "eu-west-1"
	s := &o.Spec.Spec
	s.Services.Alerts = &spec.Alerts{
		Slack: &spec.Slack{Webhook: spec.SecretRef{Env: "OUR_CHANNEL"}}, PagerDuty: &spec.PagerDuty{RoutingKey: spec.SecretRef{Env: "OUR_PAGER"}},
		Webhook: &spec.Webhook{URL: spec.SecretRef{Env: "OUR_RECEIVER"}, Key: spec.SecretRef{Env: "OUR_SENDER"}},
	}
	s.Rotation.Verify = []spec.Check{
		{HTTP: &spec.HTTPCheck{Path: "/healthz?token=in-the-path-of-a-check"}},
		{Prometheus: &spec.PrometheusCheck{URL: "https://prometheus.example.com/?token=in-the-query-of-a-check"}},
	}
	ports, err := connectIn(out)(t.Context(), o)
	must(t, err)
	if _, err := ports.Cloud.Account(t.Context()); err == nil {
		t.Error("an account was told by nobody")
	}
	foundation := filepath.Join(out, "tiny", "foundation")
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

// The directory is a cache: what is put is there, and nil takes it away.
func TestAWorkspaceKeepsFilesOfRoots(t *testing.T) {
	t.Parallel()
	w, err := openWorkspace(t.TempDir(), "tiny")
	must(t, err)
	for _, step := range []struct {
		data    []byte
		changed bool
	}{{[]byte("a"), true}, {[]byte("a"), false}, {[]byte("b"), true}, {nil, true}, {nil, false}} {
		changed, err := w.Put(generator.Blue, "errored.tfstate", step.data)
		must(t, err)
		got, err := w.Get(generator.Blue, "errored.tfstate")
		must(t, err)
		if changed != step.changed || string(got) != string(step.data) {
			t.Errorf("after %q: changed %v, holds %q", step.data, changed, got)
		}
	}
	_, err = w.Put(generator.Blue, "errored.tfstate", []byte("secret"))
	must(t, err)
	info, err := os.Stat(filepath.Join(w.root(generator.Blue), "errored.tfstate"))
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("a state has mode %v", info.Mode())
	}
}
