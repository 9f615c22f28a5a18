package verify

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestAJudgeDecides(t *testing.T) {
	t.Parallel()
	value := 0.25
	for name, c := range map[string]struct {
		status  int
		answer  string
		verdict Verdict
		says    string
		value   *float64
	}{
		"pass":                   {200, `{"verdict":"pass","message":"all is well","value":0.25}`, Pass, "all is well", &value},
		"fail":                   {200, `{"verdict":"fail","message":"orders are lost"}`, Fail, "orders are lost", nil},
		"inconclusive":           {200, `{"verdict":"inconclusive"}`, Inconclusive, "no message", nil},
		"more than is read":      {200, `{"verdict":"pass","by":{"verdict":"fail"}}`, Pass, "no message", nil},
		"no verdict":             {200, `{"message":"hello"}`, Error, "no verdict", nil},
		"error is none":          {200, `{"verdict":"error"}`, Error, "no verdict", nil},
		"in capitals":            {200, `{"Verdict":"pass"}`, Error, "no verdict", nil},
		"capitals take no place": {200, `{"verdict":"fail","VERDICT":"pass"}`, Fail, "", nil},
		"two verdicts":           {200, `{"verdict":"fail","verdict":"pass"}`, Error, "twice", nil},
		"of a prototype":         {200, `{"__proto__":{"verdict":"pass"},"constructor":{"prototype":{"verdict":"pass"}}}`, Error, "no verdict", nil},
		"a number":               {200, `{"verdict":1}`, Error, "its verdict is not one", nil},
		"a list":                 {200, `["pass"]`, Error, "not a JSON object", nil},
		"nothing":                {200, ``, Error, "not a JSON object", nil},
		"a page":                 {200, `<html>pass</html>`, Error, "not a JSON object", nil},
		"cut":                    {200, `{"verdict":"pass"`, Error, "not JSON", nil},
		"something behind":       {200, `{"verdict":"pass"} {"verdict":"fail"}`, Error, "follows", nil},
		"value is no number":     {200, `{"verdict":"pass","value":"much"}`, Error, "its value is not one", nil},
		"value is too great":     {200, `{"verdict":"pass","value":1e999}`, Error, "its value is not one", nil},
		"deep":                   {200, `{"verdict":"pass","x":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`, Error, "not JSON", nil},
		"long message":           {200, `{"verdict":"pass","message":"` + strings.Repeat("x", 9000) + `"}`, Pass, "xxx…", nil},
		"controls":               {200, `{"verdict":"fail","message":"a\u001b[2Jb\u202ec\u0000d\ne"}`, Fail, "a [2Jb c d e", nil},
		"endless":                {200, `{"message":"` + strings.Repeat("x", webhookLimit) + `"}`, Error, "longer than 65536 bytes", nil},
		"refused":                {403, `{"verdict":"pass"}`, Error, "status 403, wanted 200", nil},
		"accepted only":          {202, `{"verdict":"pass"}`, Error, "status 202, wanted 200", nil},
		"broken":                 {500, `{"verdict":"fail"}`, Error, "status 500", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			judge := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.answer)
			})
			a := Webhook{Client: judge.Client(), URL: judge.URL}.Run(t.Context())
			if a.Verdict != c.verdict || !strings.Contains(a.Detail, c.says) || len(a.Detail) > 2*webhookMessage {
				t.Errorf("%s: %q, want %s with %q", a.Verdict, a.Detail, c.verdict, c.says)
			}
			if strings.ContainsAny(a.Detail, "\x00\x1b\n\u202e") {
				t.Errorf("what a terminal obeys is in %q", a.Detail)
			}
			if (a.Value == nil) != (c.value == nil) || c.value != nil && *a.Value != *c.value {
				t.Errorf("measured %v", a.Value)
			}
		})
	}
}

func TestAJudgeIsToldTheMomentAndTheKey(t *testing.T) {
	t.Parallel()
	var got Asked
	var key, method string
	judge := serve(t, func(w http.ResponseWriter, r *http.Request) {
		key, method = r.Header.Get("X-Key"), r.Method
		if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
			t.Error(err)
		}
		_, _ = io.WriteString(w, `{"verdict":"pass"}`)
	})
	asked := Asked{Cluster: "shop", Color: "green", Other: "blue", Host: "green.shop.test", Name: "shop-green"}
	w := Webhook{Client: judge.Client(), URL: judge.URL, Header: "X-Key", Secret: func() string { return "hunter2\n" }, Asked: asked}
	a := w.Run(At(t.Context(), Moment{Rotation: "r1", Phase: "shift", Share: 25}))
	asked.Rotation, asked.Phase, asked.Share = "r1", "shift", 25
	if a.Verdict != Pass || got != asked || key != "hunter2" || method != http.MethodPost {
		t.Errorf("%+v: told %+v with %q", a, got, key)
	}
	for secret, says := range map[string]string{"": "no secret", " ": "no secret", "a\x00hunter2": "control characters"} {
		w.Secret = func() string { return secret }
		if a := w.Run(t.Context()); a.Verdict != Error || !strings.Contains(a.Detail, says) || strings.Contains(a.Detail, "hunter2") {
			t.Errorf("%q: %+v", secret, a)
		}
	}
}

func TestAJudgeThatIsSlowOrGoneIsNoPass(t *testing.T) {
	t.Parallel()
	slow := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"verdict":"pass",`)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	results := All(t.Context(), []Check{Within(50*time.Millisecond, Webhook{Client: slow.Client(), URL: slow.URL})})
	if results[0].Verdict != Error {
		t.Errorf("slow: %+v", results[0])
	}
	gone := serve(t, nil)
	gone.Close()
	a := Webhook{Client: http.DefaultClient, URL: gone.URL + "/hunter2"}.Run(t.Context())
	if a.Verdict != Error || strings.Contains(a.Detail, "hunter2") || !strings.Contains(a.Detail, "no answer") {
		t.Errorf("gone: %+v", a)
	}
}

func TestTheKeyOfAJudgeFollowsNoRedirect(t *testing.T) {
	t.Parallel()
	var reached atomic.Int32
	inside := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		reached.Add(1)
		_, _ = fmt.Fprint(w, `{"verdict":"pass"}`)
	})
	for _, status := range []int{301, 302, 303, 307, 308} {
		judge := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, inside.URL+"/hunter2", status) })
		a := Webhook{Client: judge.Client(), URL: judge.URL}.Run(t.Context())
		if a.Verdict != Error || !strings.Contains(a.Detail, "leads to "+inside.URL) || strings.Contains(a.Detail, "hunter2") {
			t.Errorf("%d: %+v", status, a)
		}
	}
	if n := reached.Load(); n > 0 {
		t.Errorf("the server inside was asked %d times", n)
	}
}
