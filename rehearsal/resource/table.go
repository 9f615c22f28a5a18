package resource

import (
	"errors"
	"fmt"
	"time"
)

// Table describes what a store holds and what callers can do with it.
type Table struct {
	Account string
	// Kinds are ordered: a kind may refer only to kinds before it.
	Kinds []Kind
	// Operations are keyed by the API's operation names.
	Operations map[string]Operation
}

// Kind is a row of the table: one kind of resource.
type Kind struct {
	Name string
	// ARN is the member that identifies a resource of any kind, for tagging.
	ARN string
	// Global kinds are visible in every scope (region).
	Global bool
	// Keep lists the request members that a resource keeps; nil keeps all except the tags.
	Keep []string
	// Tags is the request member that holds the initial tags.
	Tags string
	// Defaults are values for members that the request omits.
	Defaults Document
	// OnCreate members are generated for a new resource; OnChange members also at each change.
	OnCreate, OnChange []Member
	// Token is an OnChange member; a change that passes an outdated value is refused.
	Token *Guard
	// NamedBy lists the request members that identify a resource. In an Exact kind, all of them must match, absent ones
	// included; otherwise at least one must be given, or Unnamed is returned.
	NamedBy []Name
	Exact   bool
	Unnamed Refusal
	// Missing refuses a request that names no existing resource.
	Missing Refusal
	// Unique lists combinations of members that no two resources may share.
	Unique []Unique
	// Fixed lists members that cannot change.
	Fixed []Fixed
	// Rules refuse invalid members, on create and on change.
	Rules []Rule
	// References are the resources that this kind depends on.
	References []Reference
	// States are passed through in order after creation. The last one stays.
	States []State

	// Check refuses what Rules cannot express, and may complete the members before they are stored. The item is nil on
	// create.
	Check func(c *Call, item *Item, next Document) error
	// Make applies a new resource's effects outside the store; Unmake reverts them before the resource is removed.
	Make, Unmake func(c *Call, item *Item) error
	// View adds computed members to a description.
	View func(c *Call, item *Item, d Document)
}

// Member is a generated member. Its value is a template: {uuid}, {hex17} (17 hexadecimal digits), {scope}, {account} and
// the resource's own members are replaced. A template that is a single member keeps that member's type; {now} is a
// time.Time.
type Member struct{ Name, Value string }

// Name is a request parameter and the resource members that it may match; nil means the member of the same name.
type Name struct {
	Param   string
	Members []string
	// Narrows marks a parameter that does not identify a resource on its own.
	Narrows bool
}

// Named returns names for parameters that match the member of the same name.
func Named(members ...string) []Name {
	names := make([]Name, len(members))
	for i, m := range members {
		names[i] = Name{Param: m}
	}
	return names
}

// Unique refuses a second resource with equal members.
type Unique struct {
	Members []string
	Refusal Refusal
}

// Fixed refuses a change of the value at a path. Otherwise is the value that an absent member stands for.
type Fixed struct {
	Path      string
	Otherwise any
	Refusal   Refusal
}

// Rule refuses a resource for which When is true.
type Rule struct {
	When    func(next Document) bool
	Refusal Refusal
}

// Guard refuses an operation while the resource's member is set.
type Guard struct {
	Member  string
	Refusal Refusal
}

// Reference links the texts at the path From to the resources of kind To whose Member has that value, and whose With
// members are equal too. The value Except is not a reference.
type Reference struct {
	From, To, Member string
	With             []string
	Except           string
	// Missing refuses a dangling reference; without a code, dangling references are accepted.
	Missing Refusal
	// InUse refuses to delete the target; {count} is the number of referrers. Without a code, deletion is allowed.
	InUse Refusal
	// Cascade deletes a resource together with its target.
	Cascade bool
}

// State is a state and its duration.
type State struct {
	Name  string
	Lasts time.Duration
}

// Verb is what an operation does.
type Verb int

// The verbs. They are ignored for operations that have a Run function.
const (
	Describe Verb = iota // returns the resource that the request names
	Create
	Update
	Delete
	List
	Tag
	Untag
	Tags
)

// Operation is a row of the table: what one API operation does.
type Operation struct {
	Do   Verb
	Kind string
	// Answer is the answer's member that holds the description or the list. A description's members are repeated at the
	// top level; the API model drops those that do not belong there.
	Answer string
	// Overrides replace members of the description. Texts are templates.
	Overrides Document
	// Replaces lists the only members that an Update writes; one that the request omits is removed. Nil: an Update writes
	// the members of the request.
	Replaces []string
	// Guards refuse the operation while a member of the resource is set.
	Guards []Guard
	// Match selects resources for a List: request member (a text or a list of them) to resource member.
	Match map[string]string
	// Filters does the same for the request's Filters, by filter name. Missing refuses other names.
	Filters map[string]string
	// MustExist is a request member whose values must all be listed.
	MustExist string
	// Within is a kind of which the request must also name an existing resource.
	Within string
	// Target is the request member that names the resources to tag, by TargetMember (default: the ARN); Tags is the one
	// that holds tags or keys. Missing refuses an unknown resource.
	Target, TargetMember, Tags string
	Missing                    Refusal
	// Accepts reports whether a request is for this store; nil accepts all.
	Accepts func(in Document) bool
	// Run replaces the verb. If Kind is set, it receives the resource that the request names.
	Run func(c *Call, item *Item) (Document, error)
}

// validate reports rows that are inconsistent.
func (t Table) validate() error {
	var errs []error
	kinds := map[string]bool{}
	for _, k := range t.Kinds {
		if kinds[k.Name] {
			errs = append(errs, fmt.Errorf("the kind %s is there twice", k.Name))
		}
		kinds[k.Name] = true
		if len(k.NamedBy) > 0 && k.Missing.Code == "" {
			errs = append(errs, fmt.Errorf("the kind %s can be asked for, and has no refusal for one that is missing", k.Name))
		}
		for _, r := range k.References {
			if !kinds[r.To] {
				errs = append(errs, fmt.Errorf("the kind %s refers to %s, which is not before it", k.Name, r.To))
			}
			if r.Cascade && r.InUse.Code != "" {
				errs = append(errs, fmt.Errorf("the reference of %s to %s cannot both hold and follow", k.Name, r.To))
			}
		}
	}
	for name, o := range t.Operations {
		if o.Do >= Tag && o.Run == nil {
			if o.Target == "" || o.Missing.Code == "" {
				errs = append(errs, fmt.Errorf("%s says neither of what nor what it refuses", name))
			}
			continue
		}
		if o.Kind == "" && o.Run == nil || o.Kind != "" && !kinds[o.Kind] || o.Within != "" && !kinds[o.Within] {
			errs = append(errs, fmt.Errorf("%s is of a kind that is not there: %s %s", name, o.Kind, o.Within))
		}
	}
	return errors.Join(errs...)
}
