package resource

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
)

// Store holds the resources of one table.
type Store struct {
	table Table
	kinds map[string]*Kind
	now   func() time.Time

	mu    sync.Mutex // guards everything below, and what it leads to
	items []*Item    // in the order in which they were made
}

// Item is one resource.
type Item struct {
	Kind   *Kind
	Scope  string
	Fields Document
	Tags   map[string]string
	Since  time.Time // when it was made
	// Ended is set for one that can still be asked for by its ARN, and otherwise is gone.
	Ended bool
	// Own is what the table's functions keep with it.
	Own any
}

// Call is one request.
type Call struct {
	Ctx       context.Context //nolint:containedctx // a call lives as long as its request
	Scope     string
	Operation string
	In        Document

	store *Store
}

// New makes an empty store, or says what is wrong with its table.
func New(t Table, now func() time.Time) (*Store, error) {
	if err := t.validate(); err != nil {
		return nil, fmt.Errorf("read the table of resources: %w", err)
	}
	s := &Store{table: t, kinds: map[string]*Kind{}, now: now}
	for i := range t.Kinds {
		s.kinds[t.Kinds[i].Name] = &t.Kinds[i]
	}
	return s, nil
}

// ErrUnknown is the error for an operation that is not in the table.
var ErrUnknown = errors.New("the operation is not simulated")

// Has tells whether an operation is in the table.
func (s *Store) Has(operation string) bool {
	_, has := s.table.Operations[operation]
	return has
}

// Do does what an operation asks for, one at a time. The error is ErrUnknown for what the store does not take, a
// *Refusal, or what a function of the table failed with.
func (s *Store) Do(c Call) (Document, error) {
	o, has := s.table.Operations[c.Operation]
	if !has || o.Accepts != nil && !o.Accepts(c.In) {
		return nil, ErrUnknown
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c.store = s
	answer, err := c.do(o)
	return answer.Clone(), err
}

// Tagged is a resource and its tags.
type Tagged struct {
	ARN  string
	Tags map[string]string
}

// Tagged lists what has an ARN in a scope.
func (s *Store) Tagged(scope string) []Tagged {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Tagged
	for _, item := range s.items {
		if arn := item.Fields.Text(item.Kind.ARN); arn != "" && !item.Ended && item.isIn(scope) {
			list = append(list, Tagged{ARN: arn, Tags: maps.Clone(item.Tags)})
		}
	}
	return list
}

func (i *Item) isIn(scope string) bool { return i.Kind.Global || i.Scope == scope }

// Now is the time of the simulated world.
func (c *Call) Now() time.Time { return c.store.now() }

// All are the resources of a kind, in the order in which they were made.
func (c *Call) All(kind string) []*Item {
	var list []*Item
	for _, item := range c.store.items {
		if item.Kind.Name == kind && !item.Ended && item.isIn(c.Scope) {
			list = append(list, item)
		}
	}
	return list
}

// Find is the resource of a kind that has a member of this value; nil is none.
func (c *Call) Find(kind, member string, value any) *Item {
	for _, item := range c.All(kind) {
		if value != nil && reflect.DeepEqual(item.Fields[member], value) {
			return item
		}
	}
	return nil
}

// Asked is the resource of a kind that the request names; the error is the refusal of one that is missing.
func (c *Call) Asked(kind string) (*Item, error) { return c.asked(c.store.kinds[kind]) }

// asked is the resource that the request names.
func (c *Call) asked(k *Kind) (*Item, error) {
	named := k.Exact
	for _, n := range k.NamedBy {
		named = named || !n.Narrows && c.In.Text(n.Param) != ""
	}
	if !named && k.Unnamed.Code != "" {
		return nil, k.Unnamed.of(c.In)
	}
	i := slices.IndexFunc(c.store.items, func(item *Item) bool { return named && item.Kind == k && item.isIn(c.Scope) && c.names(item) })
	if i < 0 {
		return nil, k.Missing.of(c.In)
	}
	return c.store.items[i], nil
}

func (c *Call) names(item *Item) bool {
	for _, n := range item.Kind.NamedBy {
		asked := c.In.Text(n.Param)
		if asked == "" && !item.Kind.Exact {
			continue
		}
		is := n.Members
		if is == nil {
			is = []string{n.Param}
		}
		if !slices.ContainsFunc(is, func(member string) bool {
			return item.Fields.Text(member) == asked && (!item.Ended || member == item.Kind.ARN)
		}) {
			return false
		}
	}
	return true
}

// State is the state that a resource is in by now.
func (c *Call) State(item *Item) string {
	since := c.Now().Sub(item.Since)
	for i, state := range item.Kind.States {
		if since < state.Lasts || i == len(item.Kind.States)-1 {
			return state.Name
		}
		since -= state.Lasts
	}
	return ""
}

// View is what is said of a resource.
func (c *Call) View(item *Item) Document {
	d := item.Fields.Clone()
	d["Tags"] = maps.Clone(item.Tags)
	if item.Kind.View != nil {
		item.Kind.View(c, item, d)
	}
	return d
}

// value is what a member's template stands for; nil is nothing.
func (c *Call) value(template string, fields Document) any {
	switch name := strings.Trim(template, "{}"); {
	case template == "{now}":
		return c.Now()
	case template == "{"+name+"}" && !slices.Contains([]string{"uuid", "hex17", "scope", "account"}, name):
		return clone(fields.At(name))
	}
	return expand(template, Document{"scope": c.Scope, "account": c.store.table.Account, "uuid": UUID(),
		"hex17": strings.ReplaceAll(UUID(), "-", "")[:17]}, fields)
}

// UUID makes an id such as clouds give many things.
func UUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	h := hex.EncodeToString(b[:])
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}

func (c *Call) make(members []Member, fields Document) {
	for _, m := range members {
		if value := c.value(m.Value, fields); value != nil {
			fields[m.Name] = value
		} else {
			delete(fields, m.Name)
		}
	}
}
