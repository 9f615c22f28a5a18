package resource

import (
	"errors"
	"fmt"
	"time"
)

// Table describes what a store holds, and what can be done with it.
type Table struct {
	Account string
	// Kinds are in the order in which they can be made.
	Kinds []Kind
	// Operations are by the names that the API gives them.
	Operations map[string]Operation
}

// Kind is a row of the table: one kind of resource.
type Kind struct {
	Name string
	// ARN is the member that names one among all resources, for tags.
	ARN string
	// Global kinds are the same in every scope (a region).
	Global bool
	// Takes are the members of a request that are kept; nil are all but the tags.
	Takes []string
	// Tags is the member of a request that has the first tags.
	Tags string
	// Defaults are the members that a request may leave out.
	Defaults Document
	// Made are members that every new resource gets; Renewed also gets them anew at each change.
	Made, Renewed []Member
	// Token is a member of Renewed: a change that names another than the latest is refused.
	Token *Guard
	// By are the members that a request names one by. Of a kind that is Exact, those that a request leaves out must
	// be missing in the resource too; otherwise at least one has to be there, or Unnamed is refused.
	By      []Name
	Exact   bool
	Unnamed Refusal
	// Missing refuses a name that nothing has.
	Missing Refusal
	// Unique are the members that no two have in common.
	Unique []Unique
	// Fixed are the members that no change may change.
	Fixed []Fixed
	// Rules refuse what a resource may not be, new or changed.
	Rules []Rule
	// References are the resources that this kind needs.
	References []Reference
	// States are what one goes through after it is made. The last one stays.
	States []State

	// Check refuses what Rules cannot tell, or completes the members that are going to be kept. The item is nil when
	// it is about to be made.
	Check func(c *Call, item *Item, next Document) error
	// Make does what a new resource does to others, outside of the store; Unmake undoes it before the end.
	Make, Unmake func(c *Call, item *Item) error
	// View adds the members that are found when they are asked for.
	View func(c *Call, item *Item, d Document)
}

// Member is a member and its value, in which {uuid}, {hex17} (17 hexadecimal digits), {scope}, {account} and members
// of the resource can stand in braces. A value that is one member alone keeps that member's type; {now} is a time.
type Member struct{ Name, Value string }

// Name is a member of a request, and the members of a resource that it may be; nil is that of the same name.
type Name struct {
	Ask string
	Is  []string
	// Narrows is true of a member that names nothing by itself.
	Narrows bool
}

// Named are names that are the same in the request and the resource.
func Named(members ...string) []Name {
	names := make([]Name, len(members))
	for i, m := range members {
		names[i] = Name{Ask: m}
	}
	return names
}

// Unique refuses a second resource with the same members.
type Unique struct {
	Members []string
	Refusal Refusal
}

// Fixed refuses the change of the value at a path. Otherwise is what its absence means.
type Fixed struct {
	Path      string
	Otherwise any
	Refusal   Refusal
}

// Rule refuses what When is true of.
type Rule struct {
	When    func(next Document) bool
	Refusal Refusal
}

// Guard refuses by a member of the resource.
type Guard struct {
	Member  string
	Refusal Refusal
}

// Reference is that the texts at the path From are those that member Is has in resources of the kind To. Both have to
// have the same members With. What is Except is no reference.
type Reference struct {
	From, To, Is string
	With         []string
	Except       string
	// Missing refuses a reference to nothing; without a code it is taken.
	Missing Refusal
	// Held refuses the end of what is referred to; {count} is by how many. Without a code it is let go.
	Held Refusal
	// Follows ends a resource with the one that it refers to.
	Follows bool
}

// State is a state and how long it lasts.
type State struct {
	Name  string
	Lasts time.Duration
}

// Verb is what an operation does.
type Verb int

// The verbs. Of an operation that has a function of its own, the verb says nothing.
const (
	Describe Verb = iota // answers with the one that the request names
	Create
	Update
	Delete
	List
	Tag
	Untag
	Tags
)

// Operation is a row of the table: what one operation of the API does.
type Operation struct {
	Do   Verb
	Kind string
	// Answer is the member of the answer that describes the resource, or has the list; the resource's members are
	// also beside it.
	Answer string
	// Says are members that the answer has in place of the resource's own. Texts can have members in braces.
	Says Document
	// Sets are the members that an Update sets also to nothing; nil are those that the request has.
	Sets []string
	// Unless refuses by what the resource has set.
	Unless []Guard
	// Where compares members of a List's request, texts or lists of them, with members of the resource.
	Where map[string]string
	// Filters compare the Values of each of the request's Filters with members of the resource, by the filter's Name.
	// Missing refuses another.
	Filters map[string]string
	// All names a member of a List's request: what it lists has to be there.
	All string
	// Within is a kind of which the request has to name one that is there.
	Within string
	// Of is the member of a tagging request that names resources, Is the member of theirs that it means (by itself
	// their ARN), and Tags that with the tags or their keys. Missing refuses a name that nothing has.
	Of, Is, Tags string
	Missing      Refusal
	// Only tells whether a request is one for this store; nil is always.
	Only func(in Document) bool
	// Run does something else, with the resource that the request names when Kind is set.
	Run func(c *Call, item *Item) (Document, error)
}

// validate finds the rows that do not fit together.
func (t Table) validate() error {
	var errs []error
	kinds := map[string]bool{}
	for _, k := range t.Kinds {
		if kinds[k.Name] {
			errs = append(errs, fmt.Errorf("the kind %s is there twice", k.Name))
		}
		kinds[k.Name] = true
		if len(k.By) > 0 && k.Missing.Code == "" {
			errs = append(errs, fmt.Errorf("the kind %s can be asked for, and has no refusal for one that is missing", k.Name))
		}
		for _, r := range k.References {
			if !kinds[r.To] {
				errs = append(errs, fmt.Errorf("the kind %s refers to %s, which is not before it", k.Name, r.To))
			}
			if r.Follows && r.Held.Code != "" {
				errs = append(errs, fmt.Errorf("the reference of %s to %s cannot both hold and follow", k.Name, r.To))
			}
		}
	}
	for name, o := range t.Operations {
		if o.Do >= Tag && o.Run == nil {
			if o.Of == "" || o.Missing.Code == "" {
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
