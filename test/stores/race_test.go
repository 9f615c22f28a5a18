package stores

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"drover/orchestrator/store"
)

// race has eight processes create the same value, in rounds that begin at once.
func race(t *testing.T, open func() store.Objects) {
	t.Helper()
	const rounds, writers = 100, 8
	var places [writers]store.Objects
	for writer := range places {
		places[writer] = open()
	}
	for round := range rounds {
		name := fmt.Sprintf("journal/%012d", round)
		var won, winner atomic.Int64
		var group sync.WaitGroup
		start := make(chan struct{})
		for writer, o := range places {
			group.Go(func() {
				<-start
				switch err := o.Create(t.Context(), name, []byte{byte(writer)}); {
				case err == nil:
					won.Add(1)
					winner.Store(int64(writer))
				case !errors.Is(err, store.ErrExists):
					t.Errorf("creating a value that others create: %v, not ErrExists", err)
				}
			})
		}
		close(start)
		group.Wait()
		if won.Load() != 1 {
			t.Fatalf("round %d: %d writers of %d won", round, won.Load(), writers)
		}
		if data, err := places[0].Read(t.Context(), name); err != nil || len(data) != 1 || int64(data[0]) != winner.Load() {
			t.Fatalf("round %d: read %v, %v, and %d won", round, data, err, winner.Load())
		}
	}
}
