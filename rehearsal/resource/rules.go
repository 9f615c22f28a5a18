package resource

import (
	"fmt"
	"reflect"
	"slices"
)

// check refuses members that a resource may not have. The item is nil when it is about to be made.
func (c *Call) check(k *Kind, item *Item, next Document) error {
	for _, r := range k.Rules {
		if r.When(next) {
			return r.Refusal.of(next)
		}
	}
	for _, r := range k.References {
		if err := c.refers(r, next); err != nil {
			return err
		}
	}
	if k.Check != nil {
		if err := k.Check(c, item, next); err != nil {
			return err
		}
	}
	for _, f := range k.Fixed {
		if item != nil && !reflect.DeepEqual(orElse(item.Fields.At(f.Path), f.Otherwise), orElse(next.At(f.Path), f.Otherwise)) {
			return f.Refusal.of(item.Fields)
		}
	}
	return c.unique(k, item, next)
}

func orElse(value, otherwise any) any {
	if value == nil {
		return otherwise
	}
	return value
}

func (c *Call) unique(k *Kind, item *Item, next Document) error {
	for _, u := range k.Unique {
		for _, other := range c.All(k.Name) {
			same := func(member string) bool { return reflect.DeepEqual(other.Fields[member], next[member]) }
			if other != item && !slices.ContainsFunc(u.Members, func(m string) bool { return !same(m) }) {
				return u.Refusal.of(next, other.Fields)
			}
		}
	}
	return nil
}

// refers refuses a reference to what is not there.
func (c *Call) refers(r Reference, next Document) error {
	if r.Missing.Code == "" {
		return nil
	}
	for _, value := range next.All(r.From) {
		there := slices.ContainsFunc(c.All(r.To), func(target *Item) bool { return r.leads(next, value, target) })
		if value != r.Except && !there {
			return r.Missing.of(Document{"value": value}, next)
		}
	}
	return nil
}

// leads tells whether a reference of this value is to a resource.
func (r Reference) leads(from Document, value string, target *Item) bool {
	return target.Fields.Text(r.Member) == value &&
		!slices.ContainsFunc(r.With, func(m string) bool { return !reflect.DeepEqual(from[m], target.Fields[m]) })
}

// from are the resources that a reference of a kind leads from to a resource.
func (c *Call) from(k *Kind, r Reference, target *Item) []*Item {
	if r.To != target.Kind.Name {
		return nil
	}
	return slices.DeleteFunc(c.All(k.Name), func(item *Item) bool {
		return !slices.ContainsFunc(item.Fields.All(r.From), func(value string) bool { return r.leads(item.Fields, value, target) })
	})
}

// Uses counts the resources that refer to one.
func (c *Call) Uses(target *Item) int {
	n := 0
	for i := range c.store.table.Kinds {
		k := &c.store.table.Kinds[i]
		for _, r := range k.References {
			n += len(c.from(k, r, target))
		}
	}
	return n
}

// following adds a resource and what ends with it, in the order in which they refer to each other.
func (c *Call) following(item *Item, list []*Item) []*Item {
	if slices.Contains(list, item) {
		return list
	}
	list = append(list, item)
	for i := range c.store.table.Kinds {
		k := &c.store.table.Kinds[i]
		for _, r := range k.References {
			if !r.Cascade {
				continue
			}
			for _, follower := range c.from(k, r, item) {
				list = c.following(follower, list)
			}
		}
	}
	return list
}

// held refuses the end of a resource that one refers to which is not going too.
func (c *Call) held(item *Item, going []*Item) error {
	for i := range c.store.table.Kinds {
		k := &c.store.table.Kinds[i]
		for _, r := range k.References {
			if r.InUse.Code == "" {
				continue
			}
			holders := slices.DeleteFunc(c.from(k, r, item), func(h *Item) bool { return slices.Contains(going, h) })
			if len(holders) > 0 {
				return r.InUse.of(Document{"count": fmt.Sprint(len(holders))}, item.Fields)
			}
		}
	}
	return nil
}
