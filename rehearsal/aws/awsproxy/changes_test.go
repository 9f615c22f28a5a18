package awsproxy

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// changing is a proxy before a Route 53 of which everything is in sync at once, and what tells when it is served.
func changing(t *testing.T, inSync func(time.Time) bool) *Proxy {
	t.Helper()
	moto := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "refused") {
			w.WriteHeader(http.StatusBadRequest)
		}
		_, _ = io.WriteString(w, `<R><ChangeInfo><Status>INSYNC</Status><SubmittedAt>2010-09-10T01:36:41.958Z</SubmittedAt><Id>/change/C2682N5HXP0BZ4</Id></ChangeInfo></R>`)
	}))
	t.Cleanup(moto.Close)
	to, err := url.Parse(moto.URL)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Start(t.Context(), Options{Moto: to, Account: "1", InSync: inSync})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// call makes a call to Route 53.
func (p *Proxy) call(t *testing.T, method, path string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, p.URL()+path, strings.NewReader("<x/>"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a/20200101/us-east-1/route53/aws4_request, SignedHeaders=host, Signature=x")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	read, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(read)
}

func idIn(body string) string {
	_, after, _ := strings.Cut(body, "<Id>/change/")
	id, _, _ := strings.Cut(after, "</Id>")
	return id
}

func TestAChangeIsPendingUntilItIsServed(t *testing.T) {
	t.Parallel()
	var served atomic.Bool
	var asked atomic.Int64
	before := time.Now()
	p := changing(t, func(written time.Time) bool {
		asked.Store(int64(written.Sub(before)))
		return served.Load()
	})
	_, first := p.call(t, http.MethodPost, "/2013-04-01/hostedzone/Z1/rrset/")
	_, second := p.call(t, http.MethodPost, "/2013-04-01/hostedzone/Z1/rrset/")
	if idIn(first) == idIn(second) || !strings.Contains(first, "<Status>PENDING</Status>") {
		t.Errorf("two changes: %s\n%s", first, second)
	}
	for _, want := range []string{"PENDING", "INSYNC"} {
		if _, got := p.call(t, http.MethodGet, changePath+idIn(first)); !strings.Contains(got, "<Status>"+want+"</Status>") || idIn(got) != idIn(first) {
			t.Errorf("the change is %s, want %s", got, want)
		}
		served.Store(true)
	}
	if asked.Load() <= 0 {
		t.Error("it was asked of a moment before the change")
	}
	if status, got := p.call(t, http.MethodGet, changePath+"CNONE"); status != http.StatusBadRequest || !strings.Contains(got, "NoSuchChange") {
		t.Errorf("a change that nobody made: %d %s", status, got)
	}
	if _, got := p.call(t, http.MethodPost, "/2013-04-01/hostedzone/refused/rrset/"); strings.Contains(got, "PENDING") {
		t.Errorf("a refused change began: %s", got)
	}
}

func TestWithoutTheSwitchChangesAreMotos(t *testing.T) {
	t.Parallel()
	p := changing(t, nil)
	if _, got := p.call(t, http.MethodPost, "/2013-04-01/hostedzone/Z1/rrset/"); !strings.Contains(got, "<Status>INSYNC</Status>") {
		t.Errorf("the change is %s", got)
	}
	if _, got := p.call(t, http.MethodGet, changePath+"C2682N5HXP0BZ4"); idIn(got) != "C2682N5HXP0BZ4" {
		t.Errorf("asked again it is %s", got)
	}
}
