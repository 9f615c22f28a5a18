package awsproxy_test

import (
	"net/http"
	"strings"
	"testing"
)

// A page in a browser on this machine must neither change the simulated account nor read it.
func TestWebPagesReachNeitherTheProxyNorMoto(t *testing.T) {
	t.Parallel()
	for server, address := range map[string]string{"the proxy": proxy.URL(), "moto": motoURL.String()} {
		for attack, disguise := range map[string]func(*http.Request){
			"DNS rebinding":             func(r *http.Request) { r.Host = "rebound.example.net" },
			"a form of another site":    func(r *http.Request) { r.Header.Set("Origin", "https://evil.example.net") },
			"a sandboxed page":          func(r *http.Request) { r.Header.Set("Origin", "null") },
			"a picture":                 func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
			"a page at another port":    func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") },
			"a host that is no address": func(r *http.Request) { r.Host = "[evil" },
		} {
			if status := page(t, address, disguise); status != http.StatusForbidden {
				t.Errorf("%s: %s is answered with %d", server, attack, status)
			}
		}
		if status := page(t, address, func(*http.Request) {}); status == http.StatusForbidden {
			t.Errorf("%s refuses a client that is no browser", server)
		}
	}
}

// page asks for what the proxy itself simulates, so that its answer is not that of moto.
func page(t *testing.T, address string, disguise func(*http.Request)) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader("Action=DescribeClientVpnEndpoints&Version=2016-11-15"))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/ec2/aws4_request, SignedHeaders=host, Signature=0")
	disguise(request)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}
