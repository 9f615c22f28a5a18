package harness

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strconv"
	"testing"
)

func TestALeakIsFoundHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	canary := Canary() + ` "<&>/+\é` + Canary()
	inJSON, err := json.Marshal(map[string]string{"detail": "it said " + canary})
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{
		"plain": "it said " + canary, "cut off": canary[:20] + "…", "its end": "… " + canary[len(canary)-12:],
		"query": url.Values{"q": {canary}}.Encode(), "path": "https://example.com/" + url.PathEscape(canary),
		"JSON": string(inJSON), "Go": strconv.Quote(canary),
		"base64": base64.StdEncoding.EncodeToString([]byte(canary)), "base64 of a URL": base64.RawURLEncoding.EncodeToString([]byte("x=" + url.QueryEscape(canary))),
		"basic": "Basic " + base64.StdEncoding.EncodeToString([]byte("me:"+canary)) + ".", "after letters": "token-" + base64.RawURLEncoding.EncodeToString([]byte("user:"+canary)),
	}
	for name, text := range texts {
		if leak(text, canary) == "" {
			t.Errorf("%s: the leak was not found in %s", name, text)
		}
	}
	if how := leak("nothing to see, but for cGxhaW4gdGV4dCBpbiBiYXNlNjQ and "+Canary(), canary); how != "" {
		t.Errorf("a leak was found where there is none: %s", how)
	}
}
