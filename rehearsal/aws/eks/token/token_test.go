package token

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

var now = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

func verifier() Verifier {
	return Verifier{
		Hosts:  func(host string) bool { return host == "sts.eu-west-1.amazonaws.com" },
		Secret: func(key string) (string, bool) { return "secret of " + key, key == "ASIAKNOWN" || key == "AKIAKNOWN" },
		Now:    func() time.Time { return now },
	}
}

// presigned is a request as a client signs it.
type presigned struct {
	host, query, cluster, key, session string
	at                                 time.Time
	service                            string
	method                             string
	headers                            map[string]string
}

func (p presigned) token(t *testing.T) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), p.method, "https://"+p.host+"/?"+p.query, nil)
	if err != nil {
		t.Fatal(err)
	}
	if p.cluster != "" {
		req.Header.Set(ClusterHeader, p.cluster)
	}
	for name, value := range p.headers {
		req.Header.Set(name, value)
	}
	who := aws.Credentials{AccessKeyID: p.key, SecretAccessKey: "secret of " + p.key, SessionToken: p.session}
	signed, _, err := v4.NewSigner().PresignHTTP(t.Context(), who, req, emptyPayload, p.service, "eu-west-1", p.at)
	if err != nil {
		t.Fatal(err)
	}
	return prefix + base64.RawURLEncoding.EncodeToString([]byte(signed))
}

func good() presigned {
	return presigned{host: "sts.eu-west-1.amazonaws.com", query: "Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Expires=60",
		cluster: "demo-blue", key: "ASIAKNOWN", session: "a session/with+signs==", at: now.Add(-time.Minute), service: "sts", method: http.MethodGet}
}

func TestATokenOfAKnownKeyForThisClusterIsTaken(t *testing.T) {
	t.Parallel()
	withoutSession := good()
	withoutSession.key, withoutSession.session = "AKIAKNOWN", ""
	for _, p := range []presigned{good(), withoutSession} {
		got, err := verifier().Verify(t.Context(), p.token(t), "demo-blue")
		if want := (Caller{AccessKey: p.key, Region: "eu-west-1"}); err != nil || got != want {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
	}
}

func TestAnythingElseIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*presigned)
		says   string
	}{
		"another cluster":      {func(p *presigned) { p.cluster = "demo-green" }, "cluster demo-blue"},
		"no cluster":           {func(p *presigned) { p.cluster = "" }, "is not signed"},
		"another host":         {func(p *presigned) { p.host = "sts.evil.example" }, "is not STS"},
		"another action":       {func(p *presigned) { p.query = "Action=GetSessionToken&Version=2011-06-15" }, "GetSessionToken"},
		"another service":      {func(p *presigned) { p.service = "s3" }, "not one for STS"},
		"a key nobody has":     {func(p *presigned) { p.key = "ASIAOTHER" }, "no access key ASIAOTHER"},
		"expired":              {func(p *presigned) { p.at = now.Add(-16 * time.Minute) }, "expired"},
		"of the future":        {func(p *presigned) { p.at = now.Add(time.Hour) }, "future"},
		"too long":             {func(p *presigned) { p.query += "&X-Amz-Expires=901" }, "X-Amz-Expires"},
		"a strange parameter":  {func(p *presigned) { p.query += "&RoleArn=arn" }, "RoleArn"},
		"a parameter twice":    {func(p *presigned) { p.query += "&Action=GetCallerIdentity" }, "Action"},
		"signed for POST":      {func(p *presigned) { p.method = http.MethodPost }, "signature"},
		"a header that nobody": {func(p *presigned) { p.headers = map[string]string{"x-other": "1"} }, "x-other"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := good()
			c.change(&p)
			_, err := verifier().Verify(t.Context(), p.token(t), "demo-blue")
			if !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want a refusal with %q", err, c.says)
			}
		})
	}
}

func TestWhatWasChangedAfterItWasSignedIsRefused(t *testing.T) {
	t.Parallel()
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(good().token(t), prefix))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"X-Amz-Security-Token": "another session",
		"X-Amz-Date":           now.Format(dateFormat),
		"X-Amz-Credential":     "AKIAKNOWN/20261124/eu-west-1/sts/aws4_request",
		"X-Amz-Signature":      strings.Repeat("0", 64),
		"Version":              "2010-01-01",
	} {
		u, err := url.Parse(string(raw))
		if err != nil {
			t.Fatal(err)
		}
		query := u.Query()
		query.Set(name, value)
		u.RawQuery = query.Encode()
		forged := prefix + base64.RawURLEncoding.EncodeToString([]byte(u.String()))
		if _, err := verifier().Verify(t.Context(), forged, "demo-blue"); !errors.Is(err, ErrRefused) {
			t.Errorf("%s changed: %v", name, err)
		}
	}
}

func TestWhatIsNoTokenIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "a service account's", prefix, prefix + "!", prefix + "aGVsbG8", prefix + strings.Repeat("a", longestToken)} {
		if _, err := verifier().Verify(t.Context(), text, "demo-blue"); !errors.Is(err, ErrRefused) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
