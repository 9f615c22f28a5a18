package resource

import (
	"fmt"
	"maps"
	"slices"
)

func (c *Call) do(o Operation) (Document, error) {
	if o.Within != "" {
		if _, err := c.asked(c.store.kinds[o.Within]); err != nil {
			return nil, err
		}
	}
	kind := c.store.kinds[o.Kind]
	var item *Item
	if named := o.Do == Describe || o.Do == Update || o.Do == Delete; named && kind != nil {
		var err error
		if item, err = c.asked(kind); err != nil {
			return nil, err
		}
		for _, g := range o.Guards {
			if item.Fields.Yes(g.Member) {
				return nil, g.Refusal.of(item.Fields)
			}
		}
	}
	switch {
	case o.Run != nil:
		return o.Run(c, item)
	case o.Do == Create:
		return c.create(o, kind)
	case o.Do == Update:
		if err := c.Change(item, c.changed(o, item)); err != nil {
			return nil, err
		}
	case o.Do == Delete:
		answer := c.answer(o, item)
		return answer, c.Delete(item)
	case o.Do == List:
		return c.list(o, kind)
	case o.Do >= Tag:
		return c.tag(o)
	}
	return c.answer(o, item), nil
}

// answer describes a resource.
func (c *Call) answer(o Operation, item *Item) Document {
	d := c.View(item)
	for key, value := range o.Overrides {
		if text, is := value.(string); is {
			value = c.value(text, item.Fields)
		}
		d[key] = value
	}
	if o.Answer != "" {
		d[o.Answer] = d.Clone()
	}
	return d
}

// given are the members of the request that a resource keeps.
func (c *Call) given(k *Kind) Document {
	d := Document{}
	for key, value := range c.In {
		taken := k.Keep == nil && key != k.Tags && (k.Token == nil || key != k.Token.Member)
		if value != nil && (taken || slices.Contains(k.Keep, key)) {
			d[key] = clone(value)
		}
	}
	return d
}

func (c *Call) create(o Operation, k *Kind) (Document, error) {
	item := &Item{Kind: k, Scope: c.Scope, Since: c.Now(), Tags: TagsOf(c.In[k.Tags])}
	item.start(c.given(k))
	c.make(k.OnCreate, item.Fields)
	if err := c.check(k, nil, item.Fields); err != nil {
		return nil, err
	}
	c.make(k.OnChange, item.Fields)
	if k.Make != nil {
		if err := k.Make(c, item); err != nil {
			return nil, err
		}
	}
	c.store.items = append(c.store.items, item)
	return c.answer(o, item), nil
}

// start gives a resource its first members, and the defaults of those that it has not.
func (i *Item) start(fields Document) {
	i.Fields = Document{}
	maps.Copy(i.Fields, i.Kind.Defaults.Clone())
	maps.Copy(i.Fields, fields)
}

// Add makes a resource that comes with another one, past the checks.
func (c *Call) Add(kind string, fields Document) *Item {
	item := &Item{Kind: c.store.kinds[kind], Scope: c.Scope, Since: c.Now(), Tags: map[string]string{}}
	item.start(fields)
	c.make(item.Kind.OnCreate, item.Fields)
	c.make(item.Kind.OnChange, item.Fields)
	c.store.items = append(c.store.items, item)
	return item
}

// changed are the members as an update would have them.
func (c *Call) changed(o Operation, item *Item) Document {
	next, given := item.Fields.Clone(), c.given(item.Kind)
	if o.Replaces == nil {
		maps.Copy(next, given)
	}
	for _, key := range o.Replaces {
		delete(next, key)
		if value := given[key]; value != nil {
			next[key] = value
		}
	}
	return next
}

// Change gives a resource other members, if it may have them.
func (c *Call) Change(item *Item, next Document) error {
	k := item.Kind
	if k.Token != nil {
		if token := c.In.Text(k.Token.Member); token != "" && token != item.Fields.Text(k.Token.Member) {
			return k.Token.Refusal.of(item.Fields)
		}
	}
	if err := c.check(k, item, next); err != nil {
		return err
	}
	c.make(k.OnChange, next)
	item.Fields = next
	return nil
}

// Delete ends a resource and what follows it, unless others hold one of them.
func (c *Call) Delete(item *Item) error {
	going := c.following(item, nil)
	for _, one := range going {
		if err := c.held(one, going); err != nil {
			return err
		}
	}
	for _, one := range slices.Backward(going) {
		if one.Kind.Unmake != nil {
			if err := one.Kind.Unmake(c, one); err != nil {
				return err
			}
		}
		c.store.items = slices.DeleteFunc(c.store.items, func(other *Item) bool { return other == one })
	}
	return nil
}

func (c *Call) list(o Operation, k *Kind) (Document, error) {
	list := []Document{}
	for _, f := range c.In.List("Filters") {
		if o.Filters[f.Text("Name")] == "" {
			return nil, o.Missing.of(f)
		}
	}
	for _, item := range c.All(k.Name) {
		if c.wanted(o, item) {
			list = append(list, c.View(item))
		}
	}
	if o.MustExist != "" && len(list) < len(c.In.Texts(o.MustExist)) {
		for _, value := range c.In.Texts(o.MustExist) {
			if c.Find(k.Name, o.Match[o.MustExist], value) == nil {
				return nil, k.Missing.of(Document{o.Match[o.MustExist]: value})
			}
		}
	}
	return Document{o.Answer: list}, nil
}

func (c *Call) wanted(o Operation, item *Item) bool {
	for ask, member := range o.Match {
		wanted := c.In.All(ask)
		if len(wanted) > 0 && !slices.Contains(wanted, fmt.Sprint(item.Fields[member])) {
			return false
		}
	}
	for _, f := range c.In.List("Filters") {
		if value, set := item.Fields[o.Filters[f.Text("Name")]]; !set || !slices.Contains(f.Texts("Values"), fmt.Sprint(value)) {
			return false
		}
	}
	return true
}
