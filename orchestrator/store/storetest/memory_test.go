package storetest_test

import (
	"testing"

	"drover/orchestrator/store"
	"drover/orchestrator/store/storetest"
)

func TestMemoryIsAPlaceForAStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(*testing.T) func() store.Objects {
		memory := &storetest.Memory{}
		return func() store.Objects { return memory }
	})
}
