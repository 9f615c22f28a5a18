package aws

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestASecretIsReadAndInNoError(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]struct {
		status     int
		value, err string
	}{
		`{"Name": "shop/git", "SecretString": "s3cret"}`:   {200, "s3cret", ""},
		`{"Name": "shop/git", "SecretBinary": "czNjcmV0"}`: {200, "", "holds no text"},
		`{"SecretString": "s3cret"`:                        {200, "", "holds no text"},
		`{"__type": "com.amazonaws#ResourceNotFoundException", "message": "Secrets Manager can't find the specified secret."}`: {400, "", "can't find"},
		`{"__type": "AccessDeniedException", "message": "not authorized to perform: secretsmanager:GetSecretValue"}`:           {400, "", "secretsmanager:GetSecretValue"},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if target := r.Header.Get("X-Amz-Target"); target != "secretsmanager.GetSecretValue" {
				t.Errorf("asked for %s", target)
			}
			w.WriteHeader(want.status)
			_, _ = w.Write([]byte(answer))
		}))
		got, err := at(server.URL).SecretValue(t.Context(), "shop/git")
		server.Close()
		if got != want.value || (err == nil) != (want.err == "") {
			t.Errorf("%s: %q, %v", answer, got, err)
		}
		if err != nil && (!strings.Contains(err.Error(), want.err) || !strings.Contains(err.Error(), "shop/git") || strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "czNj")) {
			t.Errorf("%s: %v", answer, err)
		}
	}
}
