package kubernetes

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// API is one resource in one version of its group.
type API struct {
	Group, Version, Resource string
	Removed                  string // the minor version of Kubernetes that no longer has it, such as "1.32"
}

// String is the API as a person writes it: group/version/resource.
func (a API) String() string { return a.groupVersion() + "/" + a.Resource }

func (a API) groupVersion() string { return a.Group + "/" + a.Version }

// The metric of API servers that says which deprecated APIs were asked for since they started: see
// https://kubernetes.io/docs/reference/using-api/deprecation-policy/#rest-resources-aka-api-objects.
const (
	deprecatedMetric = "apiserver_requested_deprecated_apis{"
	aliveMetric      = "apiserver_request_total{" // is there on every API server that answered anything
	// A managed control plane has several API servers behind one address, each with its own memory; every new
	// connection may meet another.
	metricsAsks = 4
)

var metricLabel = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`([a-z_]+)="([^"]*)"`) })

// Deprecated gives the APIs that will be removed, and were asked for since the API servers started, in order.
func Deprecated(ctx context.Context, c *Client) ([]API, error) {
	var found []API
	for range metricsAsks {
		c.Close()
		page, err := c.Text(ctx, "/metrics")
		if err != nil {
			return nil, fmt.Errorf("asking which deprecated APIs are in use: %w", err)
		}
		used, err := parseDeprecated(page)
		if err != nil {
			return nil, err
		}
		found = append(found, used...)
	}
	slices.SortFunc(found, func(a, b API) int { return cmp.Compare(a.String(), b.String()) })
	return slices.Compact(found), nil
}

// parseDeprecated reads a page of metrics. One without the metric that every API server has is no answer.
func parseDeprecated(page string) ([]API, error) {
	var found []API
	alive := false
	lines := bufio.NewScanner(strings.NewReader(page))
	lines.Buffer(nil, len(page)+1)
	for lines.Scan() {
		line := lines.Text()
		alive = alive || strings.HasPrefix(line, aliveMetric)
		if !strings.HasPrefix(line, deprecatedMetric) || strings.HasSuffix(line, " 0") {
			continue
		}
		labels := map[string]string{}
		for _, match := range metricLabel().FindAllStringSubmatch(line, -1) {
			labels[match[1]] = match[2]
		}
		if removed := labels["removed_release"]; removed != "" {
			found = append(found, API{labels["group"], labels["version"], labels["resource"], removed})
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading the API server's metrics: %w", err)
	}
	if !alive {
		return nil, fmt.Errorf("the page /metrics lacks %s, so it is not an API server's", strings.TrimSuffix(aliveMetric, "{"))
	}
	return found, nil
}

// Successor gives the version to write instead, as group/version; empty if the server has no newer one of the resource.
func Successor(ctx context.Context, c *Client, a API) (string, error) {
	var group struct{ PreferredVersion struct{ GroupVersion string } }
	if err := c.Get(ctx, "/apis/"+a.Group, &group); err != nil {
		return "", err
	}
	preferred := group.PreferredVersion.GroupVersion
	if preferred == "" || preferred == a.groupVersion() {
		return "", nil
	}
	var version struct{ Resources []struct{ Name string } }
	if err := c.Get(ctx, "/apis/"+preferred, &version); err != nil {
		return "", err
	}
	for _, r := range version.Resources {
		if r.Name == a.Resource {
			return preferred, nil
		}
	}
	return "", nil
}

// Writers gives the objects of an API that were last written in that version, each with who wrote it. They are read in
// the version by, a group/version, so that asking is not itself a use of what is removed.
func Writers(ctx context.Context, c *Client, a API, by string) ([]string, error) {
	type object struct {
		Metadata struct {
			Meta
			ManagedFields []struct{ Manager, APIVersion string }
		}
	}
	objects, err := List[object](ctx, c, "/apis/"+cmp.Or(by, a.groupVersion())+"/"+a.Resource)
	if err != nil {
		return nil, err
	}
	var writers []string
	for _, o := range objects {
		for _, field := range o.Metadata.ManagedFields {
			if field.APIVersion == a.groupVersion() {
				name := strings.TrimPrefix(o.Metadata.Namespace+"/"+o.Metadata.Name, "/")
				writers = append(writers, fmt.Sprintf("%s (by %s)", name, field.Manager))
				break
			}
		}
	}
	return writers, nil
}
