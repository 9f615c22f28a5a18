// Package parallel does a thing for many items, as many at once as there are processors.
//
// It must never leave a goroutine behind, and never let a panic end the process past its caller.
package parallel

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// Each does something for every number below n. After an error or a panic no more begins; the errors come joined, and a
// panic is raised again in the caller, with the stack of where it was.
func Each(n int, do func(i int) error) error {
	errs := make([]error, n)
	var next atomic.Int64
	var crash atomic.Pointer[string]
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		workers.Go(func() {
			defer func() {
				if r := recover(); r != nil {
					text := fmt.Sprintf("%v\n\n%s", r, debug.Stack())
					crash.CompareAndSwap(nil, &text)
					next.Store(int64(n))
				}
			}()
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				if errs[i] = do(i); errs[i] != nil {
					next.Store(int64(n))
				}
			}
		})
	}
	workers.Wait()
	if text := crash.Load(); text != nil {
		panic(*text)
	}
	return errors.Join(errs...)
}
