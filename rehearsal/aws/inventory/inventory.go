// Package inventory asks a simulated account what it holds, through its API, and never through a Terraform state:
// what Terraform forgot is what it is there to find. It only reads, and must never change or delete anything.
package inventory

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"

	"drover/rehearsal/aws/awsapi"
)

// Resource is one thing in the account.
type Resource struct {
	Kind  string `json:"kind"`            // "subnet", "node group", ...
	ID    string `json:"id"`              // what AWS calls it
	Color string `json:"color,omitempty"` // blue, green, or neither
}

// List asks every service that drover's modules use. What every account has from the start (the default VPC and
// what is in it, AWS's own keys) is left out.
func List(ctx context.Context, api *awsapi.Client) ([]Resource, error) {
	q := &questions{api: api}
	if err := q.findVPCs(ctx); err != nil {
		return nil, err
	}
	err := errors.Join(q.askQueries(ctx), q.askBalancers(ctx), q.askIAM(ctx), q.askEKS(ctx), q.askZones(ctx), q.askBuckets(ctx), q.askJSON(ctx), q.askBackups(ctx), q.askChannels(ctx))
	if err != nil {
		return nil, fmt.Errorf("take the account's inventory: %w", err)
	}
	sort.Slice(q.found, func(i, j int) bool {
		if q.found[i].Kind != q.found[j].Kind {
			return q.found[i].Kind < q.found[j].Kind
		}
		return q.found[i].ID < q.found[j].ID
	})
	return q.found, nil
}

type questions struct {
	api         *awsapi.Client
	vpcs        map[string]bool // that are there
	defaultVPCs map[string]bool
	found       []Resource
}

func (q *questions) add(kind, id, color string) {
	q.found = append(q.found, Resource{Kind: kind, ID: id, Color: color})
}

// colorOf reads a color from tags: drover's own, or that of the cluster which EKS made the resource for.
func colorOf(tags map[string]string) string {
	if color := tags["drover:color"]; color != "" {
		return color
	}
	for _, key := range []string{"aws:eks:cluster-name", "eks:cluster-name"} {
		if color := colorOfName(tags[key]); color != "" {
			return color
		}
	}
	return ""
}

// colorOfName reads a color from a cluster's name, which ends with it.
func colorOfName(cluster string) string {
	for _, color := range []string{"blue", "green"} {
		if strings.HasSuffix(cluster, "-"+color) {
			return color
		}
	}
	return ""
}
