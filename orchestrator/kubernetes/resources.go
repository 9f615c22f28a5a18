package kubernetes

import (
	"context"
	"fmt"
	"net/url"
	"strings"
)

// Resource is how the objects of a kind are addressed.
type Resource struct {
	Name       string // the plural in paths
	Namespaced bool
	Kind       string
}

// Path is where an object is. Without a namespace, a namespaced one is in default.
func (r Resource) Path(groupVersion, namespace, name string) string {
	path := "/apis/" + groupVersion
	if !strings.Contains(groupVersion, "/") {
		path = "/api/" + groupVersion
	}
	if r.Namespaced {
		if namespace == "" {
			namespace = "default"
		}
		path += "/namespaces/" + url.PathEscape(namespace)
	}
	return path + "/" + r.Name + "/" + url.PathEscape(name)
}

// Resources are the kinds that a server knows in a version of an API group, such as apps/v1. One that it does not know
// is a Missing error.
func Resources(ctx context.Context, c *Client, groupVersion string) (map[string]Resource, error) {
	path := "/apis/" + groupVersion
	if !strings.Contains(groupVersion, "/") {
		path = "/api/" + groupVersion
	}
	var list struct{ Resources []Resource }
	if err := c.Get(ctx, path, &list); err != nil {
		return nil, fmt.Errorf("asking for the kinds of %s: %w", groupVersion, err)
	}
	kinds := map[string]Resource{}
	for _, r := range list.Resources {
		if !strings.Contains(r.Name, "/") { // subresources
			kinds[r.Kind] = r
		}
	}
	return kinds, nil
}
