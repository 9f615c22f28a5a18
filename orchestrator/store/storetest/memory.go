package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"drover/orchestrator/store"
)

// Fault is what goes wrong with one call.
type Fault int

// The faults of a store. Each call has one, mostly None.
const (
	None    Fault = iota
	Refused       // nothing happens, and the call fails
	Unknown       // the call fails although it had its effect
	Late          // the call fails, and has its effect when Land is called
	Lost          // the call succeeds without any effect
	Torn          // the first half of a value is stored, and the call fails
	Stale         // a read or list sees what was there before the last change of that value or name
)

// ErrInjected is the error of calls that were made to fail.
var ErrInjected = errors.New("injected fault")

// Call is a call of the interface, as Memory's faults see it.
type Call struct {
	Op   string // create, read, write, list, delete
	Name string // of the value, or the prefix of a list
}

// Memory keeps values in memory. It starts no goroutines and never waits, and it can be told what goes wrong. The zero
// value is empty and has no faults.
type Memory struct {
	// Fault chooses what goes wrong with a call; nil for nothing. It is called with Memory locked.
	Fault func(Call) Fault

	lock   sync.Mutex
	names  []string // sorted
	values map[string][]byte
	before map[string][]byte // values before their last change; nil where there was none
	late   []func()
	calls  []Call
}

var _ store.Objects = (*Memory)(nil)

// Clone returns a copy with the same values and no faults. Neither sees the other's changes.
func (m *Memory) Clone() *Memory {
	m.lock.Lock()
	defer m.lock.Unlock()
	clone := &Memory{names: slices.Clone(m.names), values: make(map[string][]byte, len(m.values))}
	for name, value := range m.values {
		clone.values[name] = value // values are replaced, never changed
	}
	return clone
}

// Calls returns the calls since it was asked last.
func (m *Memory) Calls() []Call {
	m.lock.Lock()
	defer m.lock.Unlock()
	calls := m.calls
	m.calls = nil
	return calls
}

// Land lets the calls that were late have their effect now.
func (m *Memory) Land() {
	m.lock.Lock()
	defer m.lock.Unlock()
	for _, effect := range m.late {
		effect()
	}
	m.late = nil
}

// Names lists everything that is there.
func (m *Memory) Names() []string {
	m.lock.Lock()
	defer m.lock.Unlock()
	return slices.Clone(m.names)
}

// Put stores a value whatever is there, as somebody does who damages a store; nil removes it.
func (m *Memory) Put(name string, value []byte) {
	m.lock.Lock()
	defer m.lock.Unlock()
	m.set(name, value)
}

// Get returns a value, or nil if there is none.
func (m *Memory) Get(name string) []byte {
	m.lock.Lock()
	defer m.lock.Unlock()
	return m.values[name]
}

func (m *Memory) set(name string, value []byte) {
	if m.values == nil {
		m.values = map[string][]byte{}
	}
	if m.before == nil {
		m.before = map[string][]byte{}
	}
	old, had := m.values[name]
	m.before[name] = old
	at, _ := slices.BinarySearch(m.names, name)
	switch {
	case value == nil && had:
		delete(m.values, name)
		m.names = slices.Delete(m.names, at, at+1)
	case value != nil && !had:
		m.names = slices.Insert(m.names, at, name)
		m.values[name] = value
	case value != nil:
		m.values[name] = value
	}
}

// begin notes a call and chooses its fault. It returns with Memory locked.
func (m *Memory) begin(ctx context.Context, op, name string) (Fault, error) {
	m.lock.Lock()
	if err := ctx.Err(); err != nil {
		return None, err
	}
	call := Call{op, name}
	if len(m.calls) < 1<<16 { // who does not ask for them does not pay for them
		m.calls = append(m.calls, call)
	}
	if m.Fault == nil {
		return None, nil
	}
	fault := m.Fault(call)
	if fault == Refused {
		return fault, m.injected(op, name)
	}
	return fault, nil
}

func (*Memory) injected(op, name string) error { return fmt.Errorf("%s %s: %w", op, name, ErrInjected) }

// change has an effect as the fault wants it.
func (m *Memory) change(fault Fault, op, name string, value []byte) error {
	switch fault {
	case Unknown:
		m.set(name, value)
	case Late:
		m.late = append(m.late, func() {
			if _, taken := m.values[name]; op != "create" || !taken {
				m.set(name, value)
			}
		})
	case Torn:
		m.set(name, value[:len(value)/2])
	case Lost:
		return nil
	default:
		m.set(name, value)
		return nil
	}
	return m.injected(op, name)
}

// Create implements store.Objects.
func (m *Memory) Create(ctx context.Context, name string, data []byte) error {
	fault, err := m.begin(ctx, "create", name)
	defer m.lock.Unlock()
	if err != nil {
		return err
	}
	if _, taken := m.values[name]; taken {
		return store.ErrExists
	}
	return m.change(fault, "create", name, append([]byte{}, data...))
}

// Write implements store.Objects.
func (m *Memory) Write(ctx context.Context, name string, data []byte) error {
	fault, err := m.begin(ctx, "write", name)
	defer m.lock.Unlock()
	if err != nil {
		return err
	}
	return m.change(fault, "write", name, append([]byte{}, data...))
}

// Delete implements store.Objects.
func (m *Memory) Delete(ctx context.Context, name string) error {
	fault, err := m.begin(ctx, "delete", name)
	defer m.lock.Unlock()
	if err != nil {
		return err
	}
	return m.change(fault, "delete", name, nil)
}

// Read implements store.Objects.
func (m *Memory) Read(ctx context.Context, name string) ([]byte, error) {
	fault, err := m.begin(ctx, "read", name)
	defer m.lock.Unlock()
	if err != nil {
		return nil, err
	}
	value := m.values[name]
	if old, changed := m.before[name]; fault == Stale && changed {
		value = old
	}
	if value == nil {
		return nil, store.ErrNotFound
	}
	return bytes.Clone(value), nil
}

// List implements store.Objects. A stale one lacks the last name.
func (m *Memory) List(ctx context.Context, prefix, after string) ([]string, error) {
	fault, err := m.begin(ctx, "list", prefix)
	defer m.lock.Unlock()
	if err != nil {
		return nil, err
	}
	from, found := slices.BinarySearch(m.names, max(prefix, after))
	if found && after >= prefix {
		from++
	}
	to := from
	for to < len(m.names) && strings.HasPrefix(m.names[to], prefix) {
		to++
	}
	if fault == Stale && to > from {
		to--
	}
	return slices.Clone(m.names[from:to]), nil
}
