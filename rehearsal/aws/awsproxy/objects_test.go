package awsproxy_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// object makes a write of the simulated S3 and returns its status.
func object(t *testing.T, method, path, body string, header map[string]string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, proxy.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return 0
	}
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20200101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=unsigned")
	for name, value := range header {
		r.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Error(err)
		return 0
	}
	_ = answer.Body.Close() // only the status counts
	return answer.StatusCode
}

// Of moto alone, several win in one of these rounds: its other threads run while it computes a checksum.
func TestOfManyConditionalWritesOfAnObjectOneWins(t *testing.T) {
	t.Parallel()
	const rounds, writers = 25, 16
	data := strings.Repeat("data", 64<<10)
	if status := object(t, http.MethodPut, "/conditional", "", nil); status != http.StatusOK {
		t.Fatalf("making a bucket: %d", status)
	}
	for round := range rounds {
		var won, lost atomic.Int64
		var group sync.WaitGroup
		start := make(chan struct{})
		for range writers {
			group.Go(func() {
				<-start
				switch status := object(t, http.MethodPut, fmt.Sprintf("/conditional/%d", round), data,
					map[string]string{"If-None-Match": "*", "x-amz-sdk-checksum-algorithm": "SHA256"}); status {
				case http.StatusOK:
					won.Add(1)
				case http.StatusPreconditionFailed:
					lost.Add(1)
				default:
					t.Errorf("writing: %d", status)
				}
			})
		}
		close(start)
		group.Wait()
		if won.Load() != 1 || lost.Load() != writers-1 {
			t.Fatalf("round %d: %d of %d writers won, %d lost", round, won.Load(), writers, lost.Load())
		}
	}
}
