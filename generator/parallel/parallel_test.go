package parallel

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
)

func TestEveryItemIsDoneOnce(t *testing.T) {
	t.Parallel()
	var done [100]atomic.Int64
	if err := Each(len(done), func(i int) error { done[i].Add(1); return nil }); err != nil {
		t.Fatal(err)
	}
	for i := range done {
		if n := done[i].Load(); n != 1 {
			t.Errorf("item %d was done %d times", i, n)
		}
	}
}

func TestAnErrorEndsTheWork(t *testing.T) {
	t.Parallel()
	failure := errors.New("a full disk")
	var done atomic.Int64
	err := Each(1_000_000, func(int) error { done.Add(1); return failure })
	if !errors.Is(err, failure) || done.Load() == 1_000_000 {
		t.Errorf("it ended with %v after %d items", err, done.Load())
	}
}

func TestAPanicIsTheCallersWithItsStack(t *testing.T) {
	t.Parallel()
	defer func() {
		if text, ok := recover().(string); !ok || !strings.Contains(text, "out of range") || !strings.Contains(text, "parallel_test.go") {
			t.Errorf("the caller sees %q", text)
		}
	}()
	_ = Each(10, func(i int) error { _ = make([]int, i)[i]; return nil })
	t.Error("the panic is gone")
}
