package redact

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const canary = `c4N4ry "<&>/+\é=0123456789`

func TestASecretIsHiddenHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	inJSON, err := json.Marshal(map[string]string{"detail": "said " + canary})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"plain": "said " + canary + ".", "alone": canary, "twice": canary + canary,
		"query": url.Values{"q": {canary}}.Encode(), "path": "https://example.com/" + url.PathEscape(canary),
		"JSON": string(inJSON), "Go": strconv.Quote(canary),
		"base64": base64.StdEncoding.EncodeToString([]byte(canary)), "base64 of URLs": base64.URLEncoding.EncodeToString([]byte(canary)),
		"basic, at one": base64.StdEncoding.EncodeToString([]byte("m:" + canary + "tail")), "basic, at two": base64.StdEncoding.EncodeToString([]byte("you:" + canary)),
		"beginning cut off": "… " + canary[6:] + " and more", "end cut off": "said " + canary[:14] + "…", "end of a line": "said " + canary[:14] + "\nmore",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := &Redactor{}
			k.Learn(canary)
			got := k.Hide(text)
			if !strings.Contains(got, hidden) {
				t.Errorf("nothing was hidden: %s", got)
			}
			plain, _ := url.QueryUnescape(got)
			decoded, _ := base64.StdEncoding.DecodeString(strings.Split(got, hidden)[0])
			for _, reading := range []string{got, plain, string(decoded)} {
				for _, part := range []string{"c4N4ry", "01234567"} {
					if strings.Contains(reading, part) {
						t.Errorf("%q is still in %q", part, reading)
					}
				}
			}
		})
	}
}

func TestWhatIsNoSecretStays(t *testing.T) {
	t.Parallel()
	k := &Redactor{}
	k.Learn("", "short", "a-long-one-that-is-nowhere")
	text := "a short text, with a-long- word … and\n\ta second line … \n"
	for name, known := range map[string]*Redactor{"another secret": k, "none": {}, "nil": nil} {
		if got := known.Hide(text); got != text {
			t.Errorf("%s: %q became %q", name, text, got)
		}
	}
	(*Redactor)(nil).Learn("anything")
}

func TestEachLineOfASecretIsOne(t *testing.T) {
	t.Parallel()
	k := &Redactor{}
	k.Learn("-----BEGIN KEY-----\nfirst-line-of-it\nsecond-line-of-it\n")
	if got := k.Hide("  second-line-of-it\n  (and 1 more)"); got != "  ***\n  (and 1 more)" {
		t.Errorf("got %q", got)
	}
}

func TestAWriterHidesAndTellsTheLengthThatItWasGiven(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	k := &Redactor{}
	w := k.Writer(&b)
	k.Learn(canary)
	if n, err := io.WriteString(w, "it is "+canary); err != nil || n != len("it is "+canary) || b.String() != "it is ***" {
		t.Errorf("wrote %d, %v: %q", n, err, b.String())
	}
	if w.Unwrap() != &b {
		t.Error("the writer behind it is another")
	}
}

func TestAnEnvironmentIsReadByItsNames(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	file(".aws/credentials", "[default]\naws_access_key_id = DEFAULTACCESS\naws_secret_access_key=default/secret+key\n[more]\naws_session_token = more-session\n")
	file(".aws/config", "[profile x]\nregion = eu-west-1\naws_secret_access_key = in-the-config\n")
	secret, shown := []string{}, []string{dir}
	var environ []string
	for i, c := range []struct{ name, value, secret, shown string }{
		{"HOME", dir, "default/secret+key", ""},
		{"", "", "DEFAULTACCESS", "eu-west-1"},
		{"", "", "more-session", ""},
		{"", "", "in-the-config", ""},
		{"AWS_ACCESS_KEY_ID", "AKIAOFTHETEST", "AKIAOFTHETEST", ""},
		{"AWS_SECRET_ACCESS_KEY", "environments/secret", "environments/secret", ""},
		{"AWS_SESSION_TOKEN", "environments-session", "environments-session", ""},
		{"AWS_WEB_IDENTITY_TOKEN_FILE", file("token", "web.identity.token\n"), "web.identity.token", file("token", "web.identity.token\n")},
		{"AWS_PROFILE", "production", "", "production"},
		{"AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/ci", "", "arn:aws:iam::123456789012:role/ci"},
		{"GOOGLE_APPLICATION_CREDENTIALS", file("google.json", `{"project_id": "our-project", "private_key": "line-one-of-it\nline-two-of-it", "more": {"refresh_token": "deeper-token"}}`), "line-two-of-it", "our-project"},
		{"", "", "deeper-token", ""},
		{"TLS_KEY_FILE", file("tls.pem", "-----BEGIN PRIVATE KEY-----\npem-line-of-it\n"), "pem-line-of-it", ""},
		{"TF_VAR_db_password", "database-password", "database-password", ""},
		{"PGPASSWORD", "postgres-password", "postgres-password", ""},
		{"HTTPS_PROXY", "http://me:pr%2Foxy-password@proxy.example.com:3128", "pr/oxy-password", "proxy.example.com:3128"},
		{"HTTP_PROXY", "http://you:b4d pr0xy-p4ss@proxy.example.com:nope", "b4d pr0xy-p4ss", ""},
		{"ALL_PROXY", "http://short:pw@proxy.example.com", "short:pw@", "proxy.example.com"},
		{"GIT_REMOTE", "https://token-alone@git.example.com/x.git", "token-alone", "git.example.com/x.git"},
		{"ALERT_WEBHOOK_URL", "https://hooks.example.com/services/T1/B2", "/services/T1/B2", "hooks.example.com is"},
		{"PROMETHEUS", "https://prometheus.example.com/?region=eu-west-1&access_token=in-the-query", "in-the-query", "prometheus.example.com"},
		{"DROVER_BACKEND_CONFIG", "use_path_style=true,secret_key=backends-secret", "backends-secret", "use_path_style=true"},
		{"SHELL", "/bin/a-shell", "", "/bin/a-shell"},
		{"PWD", dir, "", dir},
	} {
		if c.name != "" {
			environ = append(environ, c.name+"="+c.value)
		}
		if c.secret != "" {
			secret = append(secret, c.secret)
		}
		if c.shown != "" {
			shown = append(shown, c.shown)
		}
		if c.secret == "" && c.shown == "" {
			t.Errorf("case %d holds nothing", i)
		}
	}
	k := FromEnvironment(environ)
	for _, s := range secret {
		if got := k.Hide(fmt.Sprintf("it is %s, so", s)); strings.Contains(got, s) {
			t.Errorf("not hidden: %s", got)
		}
	}
	for _, s := range shown {
		if text := fmt.Sprintf("it is %s", s); k.Hide(text) != text {
			t.Errorf("%q became %q", text, k.Hide(text))
		}
	}
}
