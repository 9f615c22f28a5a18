package platform

import (
	"context"
	"time"
)

// Finder finds what a plan would create and what is there already: a Terraform that was killed leaves resources that are
// in no state.
type Finder interface {
	// Existing asks the platform for each wanted resource by the names that the plan gives it, and returns those that
	// are there, whoever made them. Kinds whose creation is safe to repeat are not asked for, nor are those that the
	// plan does not name yet, as they are inside of another one that is not there.
	Existing(ctx context.Context, wanted []Wanted) ([]Existing, error)
}

// Wanted is a resource that a plan would create.
type Wanted struct {
	Address string         // in its root
	Type    string         // Terraform's, such as aws_eks_cluster
	Values  map[string]any // as planned; what is known only after the apply is missing
}

// Existing is a resource that is there already.
type Existing struct {
	Wanted
	// ID is what Terraform imports it by.
	ID string
	// Tags are its own. Of a kind that has none they are those of what it leads to, such as a record's load balancer;
	// without those it is unknown whose it is.
	Tags map[string]string
	// Condition is whether it can be relied upon.
	Condition Condition
	// Created is when it was made; zero for kinds of which the platform does not say that.
	Created time.Time
	// Elsewhere says how it stands in another network than the wanted one; empty if it does not, or that is not known.
	Elsewhere string
	// Remove is the command that removes it.
	Remove string
}

// Condition is how far a resource is.
type Condition string

// The conditions.
const (
	Ready   Condition = "ready"
	Pending Condition = "pending" // being made, or being deleted
	Broken  Condition = "broken"  // it will not become ready
)
