package cmd

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"drover/test/harness"
)

const tiny = `apiVersion: drover/v1
kind: Cluster
metadata: {name: tiny}
spec:
  platform: aws
  region: eu-west-1
  kubernetes: {version: "1.33"}
  network: {cidr: 10.40.0.0/16}
  ingress: {domain: tiny.example.com}
  access: {admins: ["arn:aws:iam::123456789012:role/platform-admin"]}
`

// Errors of the network quote addresses, and a journal of an earlier drover may hold what a check printed.
func TestNoCommandShowsASecret(t *testing.T) {
	t.Parallel()
	canaries := map[string]string{}
	fill := func(name, value string) string {
		canaries[name] = harness.Canary()
		return strings.ReplaceAll(value, "CANARY", canaries[name])
	}
	home := t.TempDir()
	put(t, filepath.Join(home, ".aws", "credentials"), fill("profile", "[other]\naws_access_key_id = AKIDOFANOTHER\naws_secret_access_key = CANARY\n"))
	base := map[string]string{"HOME": home, "AWS_PROFILE": "other", "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1", "NO_PROXY": "", "no_proxy": "",
		"DB_PASSWORD": fill("password", `CANARY "with" <signs>`)}
	journal := strings.NewReplacer("PROFILE", canaries["profile"], "PASSWORD", canaries["password"]).Replace(
		`{"time":"2026-01-02T03:04:03Z","kind":"applied","root":"blue","version":"1.32"}
{"time":"2026-01-02T03:04:04Z","kind":"activated","to":"blue"}
{"time":"2026-01-02T03:04:05Z","rotation":"r1","kind":"rotation-started","from":"blue","to":"green","version":"1.33"}
{"time":"2026-01-02T03:04:06Z","rotation":"r1","kind":"phase-failed","phase":"verify","outcome":"failed","detail":"it said PROFILE and PASSWORD \"with\" \u003csigns\u003e"}
{"time":"2026-01-02T03:04:07Z","rotation":"r1","kind":"rotation-finished","outcome":"failed","from":"blue","to":"green","detail":"it said PROFILE and PASSWORD \"with\" \u003csigns\u003e"}
`)
	unfinished := strings.Join(strings.SplitAfter(journal, "\n")[:4], "")
	for name, c := range map[string]struct {
		args    []string
		env     map[string]string
		journal string
		shows   string // *** if empty
	}{
		"status":          {[]string{"status"}, nil, unfinished, ""},
		"status as JSON":  {[]string{"status", "--output", "json"}, nil, unfinished, ""},
		"history":         {[]string{"history"}, nil, journal, ""},
		"history as JSON": {[]string{"history", "--output", "json"}, nil, journal, ""},
		"a proxy that is not there": {[]string{"apply", "--auto-approve"}, map[string]string{"AWS_ENDPOINT_URL": "https://sts.invalid",
			"HTTPS_PROXY": fill("proxy", "http://me:CANARY@127.0.0.1:1"), "https_proxy": ""}, "", "proxyconnect tcp: dial tcp 127.0.0.1:1"},
		"an endpoint that is no address": {[]string{"rotate", "--auto-approve", "--output", "json"}, map[string]string{"AWS_ENDPOINT_URL": fill("endpoint", "http://me:CANARY@127.0.0.1:port")}, journal, ""},
		"an endpoint's query":            {[]string{"plan", "--verbose"}, map[string]string{"AWS_ENDPOINT_URL": fill("query", "http://127.0.0.1:port/?access_token=CANARY")}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			put(t, filepath.Join(dir, "cluster.yaml"), tiny)
			if c.journal != "" {
				put(t, filepath.Join(dir, "infra", "tiny", ".drover", "journal.jsonl"), c.journal)
				if err := harness.Remember(t.Context(), dir); err != nil {
					t.Fatal(err)
				}
			}
			env := maps.Clone(base)
			maps.Copy(env, c.env)
			r := harness.DroverIn(t, dir, env, c.args...)
			text := r.Stdout + r.Stderr
			harness.NoCanary(t, "drover "+strings.Join(c.args, " "), text, canaries)
			if shows := cmp.Or(c.shows, "***"); !strings.Contains(text, shows) {
				t.Errorf("there is no %s, so that hiding was not tried:\n%s", shows, text)
			}
		})
	}
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
