package rehearsal

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
)

// Call is one kind of API call that was made: a line of the file that --calls names.
type Call struct {
	Caller    string `json:"caller"`    // terraform, sdk (drover itself), or other
	Service   string `json:"service"`   // that the call is signed for
	Operation string `json:"operation"` // by its name in AWS's API reference
}

// calls writes each kind of call once, at the moment that it is first made: whoever reads the file need not wait for the
// cloud's end.
type calls struct {
	mu   sync.Mutex
	file *os.File // nil: nobody wants to know
	seen map[Call]bool
	err  error // the first
}

func openCalls(path string) (*calls, error) {
	c := &calls{seen: map[Call]bool{}}
	if path == "" {
		return c, nil
	}
	var err error
	if c.file, err = os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600); err != nil { //nolint:gosec // a person named it
		return nil, fmt.Errorf("open the file for the calls: %w", err)
	}
	return c, nil
}

func (c *calls) add(caller, service, operation string) {
	call := Call{caller, service, operation}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.file == nil || c.seen[call] {
		return
	}
	c.seen[call] = true
	line, err := json.Marshal(call)
	if err == nil {
		_, err = c.file.Write(append(line, '\n'))
	}
	if c.err == nil {
		c.err = err
	}
}

// close fails if a call was not written: a file that lacks one would say that it was never made.
func (c *calls) close() error {
	if c == nil || c.file == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := errors.Join(c.err, c.file.Close()); err != nil {
		return fmt.Errorf("write the calls to %s: %w", c.file.Name(), err)
	}
	return nil
}
