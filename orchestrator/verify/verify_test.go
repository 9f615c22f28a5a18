package verify

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// check is a check of functions, so that a test can say in place what it does.
type check struct {
	name string
	run  func(context.Context) (Verdict, string)
}

func (c check) Name() string                   { return c.name }
func (c check) Run(ctx context.Context) Answer { return said(c.run(ctx)) }

func gives(v Verdict) check {
	return check{string(v), func(context.Context) (Verdict, string) { return v, "seen" }}
}

func TestVerdictsStayDistinct(t *testing.T) {
	t.Parallel()
	results := All(t.Context(), []Check{
		gives(Pass), gives(Fail), gives(Inconclusive), gives(Error), gives("maybe"), gives(""),
		check{"panics", func(context.Context) (Verdict, string) { panic("boom") }},
	})
	want := []Verdict{Pass, Fail, Inconclusive, Error, Error, Error, Error}
	for i, result := range results {
		if result.Verdict != want[i] {
			t.Errorf("%s: %s (%s), want %s", result.Check, result.Verdict, result.Detail, want[i])
		}
	}
	if last := results[len(results)-1]; last.Check != "panics" || !strings.Contains(last.Detail, "boom") {
		t.Errorf("panic: %+v", last)
	}
}

func TestNothingPassesUnseen(t *testing.T) {
	t.Parallel()
	pass, inconclusive := Result{Answer: said(Pass, "")}, Result{Answer: said(Inconclusive, "")}
	for _, c := range []struct {
		results []Result
		passed  bool
	}{{nil, false}, {[]Result{pass}, true}, {[]Result{pass, inconclusive}, false}, {[]Result{{}}, false}} {
		if Passed(c.results) != c.passed {
			t.Errorf("Passed(%v) = %v", c.results, !c.passed)
		}
	}
}

func TestChecksRunAtTheSameTime(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{})
	meet := func(ctx context.Context) (Verdict, string) {
		select {
		case arrived <- struct{}{}:
		case <-arrived:
		case <-ctx.Done():
			return Fail, "the other check does not run"
		}
		return Pass, ""
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if results := All(ctx, []Check{check{"a", meet}, check{"b", meet}}); !Passed(results) {
		t.Errorf("results = %v", results)
	}
}

func TestAMissedDeadlineIsAnError(t *testing.T) {
	t.Parallel()
	// A check that would pass, only too late.
	late := check{"late", func(ctx context.Context) (Verdict, string) { <-ctx.Done(); return Pass, "in the end" }}
	unsure := check{"unsure", func(ctx context.Context) (Verdict, string) { <-ctx.Done(); return Inconclusive, "" }}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	for _, result := range All(ctx, []Check{late, unsure}) {
		if result.Verdict != Error || !strings.Contains(result.Detail, "deadline") {
			t.Errorf("%+v", result)
		}
	}
	for _, result := range All(ctx, []Check{gives(Pass)}) {
		if result.Verdict != Error || !strings.Contains(result.Detail, "not started") {
			t.Errorf("after the deadline: %+v", result)
		}
	}
	own := All(t.Context(), []Check{Within(20*time.Millisecond, late), Within(time.Minute, gives(Pass))})
	if own[0].Verdict != Error || !strings.Contains(own[0].Detail, "within 20ms") || own[1].Verdict != Pass {
		t.Errorf("own deadlines: %+v", own)
	}
}

func serve(t *testing.T, answer http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return server
}

func TestHTTP(t *testing.T) {
	t.Parallel()
	var flaky atomic.Int32
	good := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/", http.StatusFound)
		case "/broken":
			w.WriteHeader(http.StatusInternalServerError)
		case "/flaky":
			if flaky.Add(1) == 3 {
				w.WriteHeader(http.StatusBadGateway)
			}
		case "/cut":
			w.Header().Set("Content-Length", "100")
		case "/slow":
			time.Sleep(30 * time.Millisecond) // the latency that is measured, not a wait for something
		case "/never":
			<-r.Context().Done()
		}
	})
	closed := serve(t, nil)
	closed.Close()
	for name, c := range map[string]struct {
		check   HTTP
		verdict Verdict
		says    string
	}{
		"good":             {HTTP{URL: good.URL, Status: 200, Samples: 5}, Pass, "5 answers"},
		"any good status":  {HTTP{URL: good.URL, Samples: 1}, Pass, ""},
		"no samples":       {HTTP{URL: good.URL}, Error, "one is the least"},
		"broken":           {HTTP{URL: good.URL + "/broken", Samples: 1}, Fail, "500"},
		"one of several":   {HTTP{URL: good.URL + "/flaky", Samples: 5}, Fail, "request 3 of 5"},
		"cut off":          {HTTP{URL: good.URL + "/cut", Samples: 1}, Fail, "broke off"},
		"redirected":       {HTTP{URL: good.URL + "/moved", Status: 200, Samples: 1}, Fail, "302"},
		"slow":             {HTTP{URL: good.URL + "/slow", Samples: 2, MaxLatency: time.Millisecond}, Fail, "allowed 1ms"},
		"slow but allowed": {HTTP{URL: good.URL + "/slow", Samples: 2, MaxLatency: time.Minute}, Pass, ""},
		"no answer":        {HTTP{URL: good.URL + "/never", Samples: 1, PerRequest: 20 * time.Millisecond}, Fail, "no answer"},
		"nobody there":     {HTTP{URL: closed.URL, Samples: 1}, Fail, "refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.check.Client = good.Client()
			verdict, detail := c.check.Run(t.Context()).Said()
			if verdict != c.verdict || !strings.Contains(detail, c.says) {
				t.Errorf("%s: %s, want %s with %q", verdict, detail, c.verdict, c.says)
			}
		})
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	never := HTTP{Client: good.Client(), URL: good.URL + "/never", Samples: 3}
	if verdict, detail := never.Run(ctx).Said(); verdict != Error {
		t.Errorf("the check's deadline: %s: %s", verdict, detail)
	}
}

func TestTheLatencyIsTheNinetyFifthPercentile(t *testing.T) {
	t.Parallel()
	latencies := make([]time.Duration, 100)
	for i := range latencies {
		latencies[i] = time.Duration(100-i) * time.Millisecond
	}
	h := HTTP{MaxLatency: 95 * time.Millisecond}
	if verdict, detail := h.judge(latencies).Said(); verdict != Pass || !strings.Contains(detail, "95ms") {
		t.Errorf("%s: %s", verdict, detail)
	}
	h.MaxLatency--
	if verdict, _ := h.judge(latencies).Said(); verdict != Fail {
		t.Errorf("%s for a 95th percentile above the bound", verdict)
	}
}

type resolver func(string) ([]string, error)

func (r resolver) LookupHost(_ context.Context, host string) ([]string, error) { return r(host) }

func TestDNS(t *testing.T) {
	t.Parallel()
	answer := func(addresses []string, err error) resolver {
		return func(string) ([]string, error) { return addresses, err }
	}
	for name, c := range map[string]struct {
		resolver resolver
		expect   []string
		want     Verdict
	}{
		"known":          {answer([]string{"192.0.2.1"}, nil), nil, Pass},
		"as expected":    {answer([]string{"192.0.2.1"}, nil), []string{"192.0.2.1", "192.0.2.2"}, Pass},
		"not expected":   {answer([]string{"192.0.2.1", "192.0.2.3"}, nil), []string{"192.0.2.1"}, Fail},
		"does not exist": {answer(nil, fmt.Errorf("asking: %w", &net.DNSError{IsNotFound: true})), nil, Fail},
		"no server":      {answer(nil, &net.DNSError{IsTimeout: true}), nil, Error},
		"empty":          {answer(nil, nil), nil, Inconclusive},
	} {
		if verdict, detail := (DNS{Resolver: c.resolver, Host: "green.shop.test", Expect: c.expect}).Run(t.Context()).Said(); verdict != c.want {
			t.Errorf("%s: %s: %s, want %s", name, verdict, detail, c.want)
		}
	}
}

func TestPrometheus(t *testing.T) {
	t.Parallel()
	low, high := 0.5, 1.0
	vector := func(values ...string) string {
		var series []string
		for _, value := range values {
			series = append(series, `{"metric":{},"value":[1700000000.1,"`+value+`"]}`)
		}
		return `{"status":"success","data":{"resultType":"vector","result":[` + strings.Join(series, ",") + `]}}`
	}
	for name, c := range map[string]struct {
		answer  string
		verdict Verdict
		says    string
	}{
		"within":       {vector("0.75"), Pass, "0.75"},
		"at a bound":   {vector("1"), Pass, ""},
		"every series": {vector("0.75", "0.2"), Fail, "least allowed is 0.5"},
		"above":        {vector("1.01"), Fail, "most allowed is 1"},
		"infinite":     {vector("+Inf"), Fail, "most allowed"},
		"no data":      {vector(), Inconclusive, "no data"},
		"no number":    {vector("0.2", "NaN"), Inconclusive, "NaN"},
		"scalar":       {`{"status":"success","data":{"resultType":"scalar","result":[1700000000,"0.75"]}}`, Pass, ""},
		"matrix":       {`{"status":"success","data":{"resultType":"matrix","result":[]}}`, Error, "matrix"},
		"refused":      {`{"status":"error","errorType":"bad_data","error":"parse error"}`, Error, "parse error"},
		"not its own":  {`<html>`, Error, "not Prometheus's"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/prefix/api/v1/query" || r.FormValue("query") != `sum(up{job="web"})` {
					t.Errorf("asked %s for %q", r.URL, r.FormValue("query"))
				}
				_, _ = fmt.Fprint(w, c.answer)
			})
			p := Prometheus{Client: server.Client(), URL: server.URL + "/prefix/", Query: `sum(up{job="web"})`, Min: &low, Max: &high}
			if verdict, detail := p.Run(t.Context()).Said(); verdict != c.verdict || !strings.Contains(detail, c.says) {
				t.Errorf("%s: %s, want %s with %q", verdict, detail, c.verdict, c.says)
			}
		})
	}
	if verdict, _ := (Prometheus{Client: http.DefaultClient, Query: "up"}).Run(t.Context()).Said(); verdict != Error {
		t.Errorf("%s for a query without a bound", verdict)
	}
}

func TestWhatAnAddressKeepsSecretIsInNoResult(t *testing.T) {
	t.Parallel()
	closed := serve(t, nil)
	closed.Close()
	host := strings.TrimPrefix(closed.URL, "http://")
	one := 1.0
	for name, address := range map[string]string{
		"password":      "http://user:hunter2@" + host,
		"user alone":    "http://hunter2@" + host,
		"path":          closed.URL + "/hunter2/",
		"query":         closed.URL + "/?token=hunter2",
		"is none":       "http://user:hunter2@bad host/",
		"is no address": "://hunter2",
		"port is none":  "http://user:hunter2@127.0.0.1:port/hunter2",
		"scheme":        "hunter2s://user:hunter2@" + host + "/hunter2",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for kind, check := range map[string]Check{
				"prometheus": Prometheus{Client: http.DefaultClient, URL: address, Query: "up", Min: &one},
				"http":       HTTP{Client: http.DefaultClient, URL: address, Samples: 1},
				"no request": HTTP{Client: http.DefaultClient, URL: address},
			} {
				verdict, detail := check.Run(t.Context()).Said()
				said := strings.ReplaceAll(detail+check.Name(), "hunter2s", "")
				if verdict == Pass || detail == "" || strings.Contains(said, "hunter2") {
					t.Errorf("%s: %s: %s: %s", kind, check.Name(), verdict, detail)
				}
			}
		})
	}
}

func TestCommand(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, c := range map[string]struct {
		check   Command
		verdict Verdict
		says    string
	}{
		"passes":         {Command{Args: []string{"sh", "-c", "echo fine $COLOR; pwd"}, Env: []string{"COLOR=green"}, Dir: dir}, Pass, "fine green\n" + dir},
		"fails":          {Command{Args: []string{"sh", "-c", "echo bad >&2; exit 3"}}, Fail, "exit status 3; bad"},
		"is killed":      {Command{Args: []string{"sh", "-c", "kill -9 $$"}}, Error, "killed"},
		"does not exist": {Command{Args: []string{filepath.Join(dir, "missing")}}, Error, "missing"},
		"is not named":   {Command{}, Error, "names no program"},
		"says much":      {Command{Args: []string{"sh", "-c", "seq 100000"}}, Pass, "… "},
		"takes no shell": {Command{Args: []string{"echo", "$HOME; false"}}, Pass, "$HOME; false"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			verdict, detail := c.check.Run(t.Context()).Said()
			if verdict != c.verdict || !strings.Contains(detail, c.says) || len(detail) > 2*commandTail {
				t.Errorf("%s: %s, want %s with %q", verdict, detail, c.verdict, c.says)
			}
		})
	}
}

func TestACommandIsInterruptedAtItsDeadline(t *testing.T) {
	t.Parallel()
	sign := filepath.Join(t.TempDir(), "interrupted")
	c := Command{Args: []string{"sh", "-c", `trap 'touch "$SIGN"; exit 0' INT; while :; do sleep 0.05; done`}, Env: []string{"SIGN=" + sign}}
	verdict, detail := Within(200*time.Millisecond, c).Run(t.Context()).Said()
	if verdict != Error || !strings.Contains(detail, "within 200ms") {
		t.Errorf("%s: %s", verdict, detail)
	}
	if _, err := os.Stat(sign); errors.Is(err, os.ErrNotExist) {
		t.Error("the program was not asked to stop")
	}
}
