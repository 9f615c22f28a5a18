package cluster

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// flaky is a question that fails a number of times.
func flaky(failures int, asked *int) func(context.Context) (string, error) {
	return func(context.Context) (string, error) {
		if *asked++; *asked <= failures {
			return "", errors.New("throttled")
		}
		return "answer", nil
	}
}

// A process that starts is not ended by one request that was throttled: green may have traffic, and nobody else watches it.
func TestAQuestionThatWasThrottledIsAskedAgainAndNotForEver(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"account", "cluster", "ask weights"} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				applied(t, w)
				newVersion(w)
				w.fail[call] = errors.New("throttled")
				time.AfterFunc(2*time.Second, func() { w.mu.Lock(); defer w.mu.Unlock(); delete(w.fail, call) })
				must(t, Rotate(t.Context(), w.options()))
				checkRotated(t, w)

				w.fail[call] = errors.New("throttled")
				began := time.Now()
				err := Rotate(t.Context(), w.options())
				if err == nil || !strings.Contains(err.Error(), "throttled (asked 4 times)") || time.Since(began) > 2*time.Minute {
					t.Errorf("after %s: %v", time.Since(began), err)
				}
			})
		})
	}
}

func TestAskAgainEndsWithItsContextAndDoesNotRepeatARefusal(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, _ *world) {
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		asked := 0
		if _, err := askAgain(ctx, wall{}, time.Second, flaky(9, &asked)); err == nil || asked != 2 {
			t.Errorf("asked %d times: %v", asked, err)
		}
		asked = 0
		_, err := askAgain(t.Context(), wall{}, time.Second, func(context.Context) (string, error) { asked++; return "", refuse("no", "stop") })
		if err == nil || asked != 1 {
			t.Errorf("a refusal was asked for %d times: %v", asked, err)
		}
		asked = 0
		if _, err := askAgain(t.Context(), wall{}, time.Second, func(ctx context.Context) (string, error) {
			if asked++; asked == 1 { // the request is lost
				<-ctx.Done()
				return "", ctx.Err()
			}
			return "answer", nil
		}); err != nil || asked != 2 {
			t.Errorf("a request that was lost, asked %d times: %v", asked, err)
		}
	})
}
