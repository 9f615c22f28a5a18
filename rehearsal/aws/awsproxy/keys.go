package awsproxy

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// keyring knows the secrets of the access keys that the account gave out: moto keeps them to itself, and without them
// no signature can be checked.
type keyring struct {
	mu      sync.Mutex
	secrets map[string]string // by access key
}

func (k *keyring) secret(accessKey string) (string, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	secret, known := k.secrets[accessKey]
	return secret, known
}

// learn keeps the credentials that an answer of STS or IAM holds. A call for them may be unsigned.
func (k *keyring) learn(resp *http.Response) error {
	_, service := scopeOf(resp.Request)
	if !slices.Contains([]string{"sts", "iam", ""}, service) || !strings.Contains(resp.Header.Get("Content-Type"), "xml") {
		return nil
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Errorf("read moto's answer: %w", err)
	}
	_ = resp.Body.Close() // it is read
	resp.Body = io.NopCloser(bytes.NewReader(body))
	key := regexp.MustCompile(`<AccessKeyId>([^<]+)</AccessKeyId>`).FindSubmatch(body)
	secret := regexp.MustCompile(`<SecretAccessKey>([^<]+)</SecretAccessKey>`).FindSubmatch(body)
	if key == nil || secret == nil {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.secrets == nil {
		k.secrets = map[string]string{}
	}
	k.secrets[string(key[1])] = string(secret[1])
	return nil
}
