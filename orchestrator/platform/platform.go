// Package platform holds the few questions that only a platform's own API answers, the one write that cannot wait for
// Terraform (the weights of the traffic records), and the interface through which the orchestrator asks for them. It must
// never change anything else in the cloud: all other changes are Terraform's.
package platform

import (
	"context"
	"time"

	"drover/orchestrator/kubernetes"
)

// Platform answers questions about one account in one region.
//
// Every method returns an error when the question could not be asked or was not answered. The zero value of a
// result never stands for "all is well".
type Platform interface {
	// Account gives the account that the credentials in use belong to.
	Account(ctx context.Context) (string, error)
	// ClusterActive tells whether a cluster and every node group of it are up.
	ClusterActive(ctx context.Context, cluster string) (Health, error)
	// Quota lists what a build would not fit in, what it may outgrow, and what could not be asked.
	Quota(ctx context.Context, n Need) ([]Shortage, error)
	// AddonVersions gives the version of each add-on that the platform recommends for a version of Kubernetes. Those that
	// it has none of are not in it.
	AddonVersions(ctx context.Context, kubernetes string, addons []string) (map[string]string, error)
	// NodeImages gives the release of each of the platform's own node images that nodes of these kinds start from, as it
	// recommends for a version of Kubernetes, by the platform's name of the kind of image. Those that it has none of are not
	// in it.
	NodeImages(ctx context.Context, kubernetes string, nodes []Nodes) (map[string]string, error)
	// Awaits tells what the platform was asked for already and does at a time of its own, if that is all that an update
	// would change: what, and when, for people. It is empty for any other update.
	Awaits(ctx context.Context, u Update) (string, error)
	// HoldsNothing is true for a kind of Terraform resource that has no data, and that the platform refuses to delete
	// while something uses it.
	HoldsNothing(kind string) bool
	// Flows measures the connections that a load balancer took in the window that ends now.
	// The load balancer is named as Terraform gives it (on AWS: its ARN).
	Flows(ctx context.Context, loadBalancer string, window time.Duration) (Flows, error)
	// Targets tells who stands behind each port of a color's own load balancers, which are found by their tags.
	Targets(ctx context.Context, cluster, color string) ([]Targets, error)
	// Leftovers lists the resources that carry the tags of a cluster and, if color is not empty, of that color.
	Leftovers(ctx context.Context, cluster, color string) ([]Resource, error)
	// Kubernetes tells how a cluster's API server is reached with the credentials in use. Its Server is empty where
	// the platform names none.
	Kubernetes(ctx context.Context, cluster string) (kubernetes.Access, error)
	// Pool gives the node pool of a node by the labels that the platform puts on it; empty if they name none.
	Pool(labels map[string]string) string
	Weigher
	Finder
}

// Weigher reads and sets the weights of the traffic records. Terraform owns these records: it makes and deletes them,
// and follows each SetWeights with the same values, so that its plan shows no change.
type Weigher interface {
	// Weights returns, for each color, the weight of the record that the zone holds for the domain.
	// Without any weighted record, or without a zone, the map is empty.
	Weights(ctx context.Context, zone Zone) (map[string]int, error)
	// SetWeights writes the weights of all records of a change in one atomic request. It compares and sets: records
	// that do not have the expected weights when the request is carried out are a *ChangedError, a color without a
	// record is a *NoRecordError, and in both cases nothing is written. A record may already have its new weight, as
	// after a write whose answer was lost; writing again what is there is safe, and returns a new token.
	// Nothing but the weight of a record changes. A management domain that no color with a weight serves any more
	// loses its records in the same request, as in Terraform's configuration; and so does the domain its records of
	// IPv6 if a color with a weight has none.
	SetWeights(ctx context.Context, c Change) (Token, error)
	// Confirmed waits until every server of the platform serves a change, and reads the records back. It waits five
	// minutes at most. Without a token, as after a crash between the write and its record in the journal, call
	// SetWeights again.
	Confirmed(ctx context.Context, c Change, token Token) (Confirmation, error)
}

// Zone names the DNS zone of a cluster's domain.
type Zone struct {
	// ID is the platform's own. Empty: the zone is found by the domain, and is not one that is tagged as another cluster's.
	ID              string
	Cluster, Domain string
}

// Health is what a platform says about one cluster.
type Health struct {
	// Active is true if the cluster and all its node groups (one at least) are up and report no issue.
	Active bool
	// Exists is true for a cluster that is there, in whatever state.
	Exists bool
	// Tags are the cluster's own, and Created is when it was made.
	Tags    map[string]string
	Created time.Time
	// Detail names what is not up, or says in a few words what is.
	Detail string
	// Version is the Kubernetes version of the control plane, such as "1.33".
	Version string
	// NodeGroups maps each node group to its status in the platform's own word.
	NodeGroups map[string]string
}

// Update is a change in place that Terraform plans for one resource.
type Update struct {
	// Kind is Terraform's type of the resource.
	Kind string
	// Before and After are its arguments and attributes; what is not known before the change is not in After.
	Before, After map[string]any
}

// Flows is the traffic of one load balancer in a window.
type Flows struct {
	// Alive is true if the platform holds any metric of this load balancer in the window.
	// When it is false, the two numbers say nothing.
	Alive bool
	// Gone is true if the platform knows no such load balancer: nothing can be connected to it.
	Gone bool
	// New is the number of connections that were opened in the window.
	New float64
	// Active is the highest number of connections that were open at one time in the window.
	Active float64
	// Until is when the newest measurement was made. What came after it is not in the numbers: platforms publish a
	// minute or more late.
	Until time.Time
}

// Resource is one thing that exists in the account.
type Resource struct {
	// ID is the platform's own identifier (on AWS: an ARN).
	ID string
	// Kind is the service and the type, such as "ec2/subnet".
	Kind string
	// Keeps is true if the resource holds data (a volume, a snapshot, a bucket, a database): drover never deletes it.
	Keeps bool
}
