package resource

import (
	"cmp"
	"maps"
	"slices"
)

// tag adds, removes or lists the tags of the resources that the request names.
func (c *Call) tag(o Operation) (Document, error) {
	tags, arns := map[string]string{}, c.In.All(o.Target)
	if len(arns) == 0 {
		return nil, o.Missing.of(c.In)
	}
	for _, arn := range arns {
		i := slices.IndexFunc(c.store.items, func(item *Item) bool {
			return item.isIn(c.Scope) && !item.Ended && item.Fields.Text(cmp.Or(o.TargetMember, item.Kind.ARN)) == arn
		})
		if i < 0 {
			return nil, o.Missing.of(c.In)
		}
		item := c.store.items[i]
		switch o.Do {
		case Tag:
			maps.Copy(item.Tags, TagsOf(c.In[o.Tags]))
		case Untag:
			for _, key := range c.keys(o.Tags) {
				delete(item.Tags, key)
			}
		default:
		}
		tags = item.Tags
	}
	return Document{"Tags": maps.Clone(tags)}, nil
}

// keys are the keys of a list of them, or of a list of tags.
func (c *Call) keys(member string) []string {
	keys := c.In.All(member)
	for key := range TagsOf(c.In[member]) {
		keys = append(keys, key)
	}
	return keys
}

// TagsOf reads tags: an object of texts, or a list of keys and values, or of such lists.
func TagsOf(value any) map[string]string {
	tags := map[string]string{}
	for key, text := range object(value) {
		tags[key], _ = text.(string)
	}
	for _, one := range (Document{"list": value}).List("list") {
		if below := one["Tags"]; below != nil {
			maps.Copy(tags, TagsOf(below))
			continue
		}
		for _, names := range [][2]string{{"Key", "Value"}, {"TagKey", "TagValue"}, {"key", "value"}} {
			if key := one.Text(names[0]); key != "" {
				tags[key] = one.Text(names[1])
			}
		}
	}
	return tags
}
