package answer

import (
	"fmt"
	"net/url"
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

// Bool reads a boolean, which is not set when it is absent.
func Bool(form url.Values, name string, otherwise bool) bool {
	value, err := strconv.ParseBool(form.Get(name))
	if err != nil {
		return otherwise
	}
	return value
}
