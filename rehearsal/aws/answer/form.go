package answer

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
)

// List reads Name.1, Name.2 and so on of an EC2 request.
func List(form url.Values, name string) []string {
	var list []string
	for i := 1; ; i++ {
		value, ok := form[fmt.Sprintf("%s.%d", name, i)]
		if !ok {
			return list
		}
		list = append(list, value[0])
	}
}

// Filters reads Filter.1.Name, Filter.1.Value.1 and so on.
func Filters(form url.Values) map[string][]string {
	filters := map[string][]string{}
	for i := 1; ; i++ {
		name := form.Get(fmt.Sprintf("Filter.%d.Name", i))
		if name == "" {
			return filters
		}
		filters[name] = List(form, fmt.Sprintf("Filter.%d.Value", i))
	}
}

// Tags reads the tags that a request has for a kind of resource. Some operations say TagSpecification, others
// TagSpecifications.
func Tags(form url.Values, kind string) map[string]string {
	tags := map[string]string{}
	for _, name := range []string{"TagSpecification", "TagSpecifications"} {
		for i := 1; form.Has(fmt.Sprintf("%s.%d.ResourceType", name, i)); i++ {
			prefix := fmt.Sprintf("%s.%d.", name, i)
			if form.Get(prefix+"ResourceType") == kind {
				ReadTags(form, prefix+"Tag", tags)
			}
		}
	}
	return tags
}

// ReadTags reads name.1.Key, name.1.Value and so on.
func ReadTags(form url.Values, name string, into map[string]string) {
	for i := 1; ; i++ {
		key := form.Get(fmt.Sprintf("%s.%d.Key", name, i))
		if key == "" {
			return
		}
		into[key] = form.Get(fmt.Sprintf("%s.%d.Value", name, i))
	}
}

// TagSet is tags as EC2 lists them.
func TagSet(tags map[string]string) []Element {
	keys := make([]string, 0, len(tags))
	for key := range tags {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	set := make([]Element, 0, len(keys))
	for _, key := range keys {
		// An empty value is a value here, and not left out.
		set = append(set, Element{"key": key, "value": plain(tags[key])})
	}
	return set
}

// plain is text that is written also when it is empty.
type plain string

func (p plain) String() string { return escaped(string(p)) }

// Bool reads a boolean, which is not set when it is absent.
func Bool(form url.Values, name string, otherwise bool) bool {
	value, err := strconv.ParseBool(form.Get(name))
	if err != nil {
		return otherwise
	}
	return value
}
