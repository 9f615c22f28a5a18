package mototest_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"drover/orchestrator/internal/mototest"
)

// Without the front, several win in one of these rounds.
func TestOfManyConditionalWritesOfAnObjectOneWins(t *testing.T) {
	t.Parallel()
	const rounds, writers = 25, 16
	endpoint := mototest.Start(t)
	mototest.Send(t, http.MethodPut, endpoint+"/bucket")
	for round := range rounds {
		var won atomic.Int64
		var group sync.WaitGroup
		start := make(chan struct{})
		for range writers {
			group.Go(func() {
				<-start
				if created(t, fmt.Sprintf("%s/bucket/%d", endpoint, round)) {
					won.Add(1)
				}
			})
		}
		close(start)
		group.Wait()
		if won.Load() != 1 {
			t.Fatalf("round %d: %d of %d writers won", round, won.Load(), writers)
		}
	}
}

// created writes an object that must not be there.
func created(t *testing.T, address string) bool {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, address, strings.NewReader(strings.Repeat("data", 64<<10)))
	if err != nil {
		t.Error(err)
		return false
	}
	r.Header.Set("If-None-Match", "*")
	r.Header.Set("x-amz-sdk-checksum-algorithm", "SHA256") // lets moto's other threads run between its look and its write
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20200101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=unsigned")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Error(err)
		return false
	}
	_ = answer.Body.Close() // only the status counts
	if answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusPreconditionFailed {
		t.Errorf("writing %s: %s", address, answer.Status)
	}
	return answer.StatusCode == http.StatusOK
}
