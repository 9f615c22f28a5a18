package aws

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// emptyBody is the SHA-256 of nothing, which a request without a body signs.
const emptyBody = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// A cluster replays the request with its own name as the header; what was signed for another name does not verify.
func TestATokenIsASignedRequestThatNamesTheCluster(t *testing.T) {
	t.Parallel()
	p := fromConfig(configuration("https://sts.eu-central-1.amazonaws.com"))
	token, err := p.token(t.Context(), "shop-green")
	must(t, err)
	encoded, found := strings.CutPrefix(token, "k8s-aws-v1.")
	text, err := base64.RawURLEncoding.DecodeString(encoded)
	if !found || err != nil {
		t.Fatalf("token %q: %v", token, err)
	}
	signed, err := url.Parse(string(text))
	must(t, err)
	query := signed.Query()
	for key, want := range map[string]string{"Action": "GetCallerIdentity", "X-Amz-Expires": "60", "X-Amz-SignedHeaders": "host;x-k8s-aws-id"} {
		if got := query.Get(key); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	if signed.Host != "sts.eu-central-1.amazonaws.com" || signed.Scheme != "https" {
		t.Errorf("it is a request to %s", signed.Host)
	}
	if got := signatureFor(t, signed, "shop-green"); got != query.Get("X-Amz-Signature") {
		t.Errorf("the signature is %s; the cluster computes %s", query.Get("X-Amz-Signature"), got)
	}
	if signatureFor(t, signed, "shop-blue") == query.Get("X-Amz-Signature") {
		t.Error("the same token is good for another cluster")
	}
}

// signatureFor signs the request once more, as a cluster of that name sends it.
func signatureFor(t *testing.T, signed *url.URL, cluster string) string {
	t.Helper()
	again := *signed
	query := again.Query()
	at, err := time.Parse("20060102T150405Z", query.Get("X-Amz-Date"))
	must(t, err)
	for _, key := range []string{"X-Amz-Signature", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Algorithm", "X-Amz-SignedHeaders"} {
		query.Del(key)
	}
	again.RawQuery = query.Encode()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, again.String(), nil)
	must(t, err)
	request.Header.Set("x-k8s-aws-id", cluster)
	address, _, err := v4.NewSigner().PresignHTTP(t.Context(), sdk.Credentials{AccessKeyID: "key", SecretAccessKey: "secret"}, request, emptyBody, "sts", region, at)
	must(t, err)
	resigned, err := url.Parse(address)
	must(t, err)
	return resigned.Query().Get("X-Amz-Signature")
}

func TestTheAPIServerIsWhatEKSSays(t *testing.T) {
	t.Parallel()
	answers := map[string]string{
		"/clusters/up":   `{"cluster":{"endpoint":"https://up.example.com","certificateAuthority":{"data":"UEVN"}}}`,
		"/clusters/new":  `{"cluster":{"status":"CREATING"}}`,
		"/clusters/torn": `{"cluster":{"endpoint":"https://torn.example.com","certificateAuthority":{"data":"%%%"}}}`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if answer, known := answers[r.URL.Path]; known {
			_, _ = w.Write([]byte(answer))
			return
		}
		w.Header().Set("X-Amzn-Errortype", "ResourceNotFoundException")
		w.WriteHeader(http.StatusNotFound)
	}))
	defer server.Close()
	p := at(server.URL)
	up, err := p.Kubernetes(t.Context(), "up")
	if err != nil || up.Server != "https://up.example.com" || string(up.CA) != "PEM" {
		t.Errorf("got %+v, %v", up, err)
	}
	one, err := up.Token(t.Context())
	two, again := up.Token(t.Context())
	if err != nil || again != nil || one != two || !strings.HasPrefix(one, tokenPrefix) {
		t.Errorf("tokens %q and %q: %v, %v", one, two, err, again)
	}
	if young, err := p.Kubernetes(t.Context(), "new"); err != nil || young.Server != "" {
		t.Errorf("a cluster without an address: %+v, %v", young, err)
	}
	if gone, err := p.Kubernetes(t.Context(), "gone"); err != nil || gone.Server != "" {
		t.Errorf("a cluster that does not exist: %+v, %v", gone, err)
	}
	if _, err := p.Kubernetes(t.Context(), "torn"); err == nil {
		t.Error("a certificate authority that cannot be read is no error")
	}
}

func TestPoolsAreNamedByTheirNodeGroup(t *testing.T) {
	t.Parallel()
	for label, want := range map[string]string{
		"general-20261124100000123400000001":   "general",
		"general-2026112411142684790000000e":   "general", // the counter is hexadecimal
		"general-2-20261124100000123400000001": "general-2", "by-hand": "by-hand", "": "",
	} {
		if got := (*Platform)(nil).Pool(map[string]string{nodeGroupLabel: label}); got != want {
			t.Errorf("%q is of pool %q, want %q", label, got, want)
		}
	}
}
