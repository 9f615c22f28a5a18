package journal

import (
	"maps"
	"time"

	"drover/orchestrator/color"
)

// State is what the events add up to: the cluster now.
type State struct {
	Active    color.Color // empty before the first build is done
	Colors    map[color.Color]Color
	Weights   color.Weights   // as last confirmed
	Intended  color.Weights   // as last intended, where no outcome followed yet
	Unsure    []color.Weights // all that were intended since the last confirmation: DNS may serve any of them
	WeightsAt time.Time       // of the last confirmation
	TTL       time.Duration   // after the last confirmation, how long a resolver may hold what was before
	Followed  bool            // whether the traffic root's state has the weights
	Rotation  *Rotation       // the one under way; nil when none is
	Failed    *FailedColor    // a color that a rotation was rolled back from and that still stands

	// Bundles has, by root, the digest of the files that its state was last changed with, or is being changed with.
	Bundles map[string]string
	Zone    string // the platform's id of the domain's zone
	// Location is the account and region that the cluster stands in; empty if that is not known.
	Location string

	// Open has, by root, the kind of an intent whose outcome is not known: ApplyIntended or DestroyIntended.
	Open map[string]Kind
	// Begun has, by root, the first of the applies whose outcomes are not known: what they made is no older than that.
	Begun map[string]Begun

	// Building, by root, is true from the intent of an apply to its outcome.
	Building map[string]bool
	// By color, until it is destroyed: the objects in its cluster that were to be deleted and were not seen gone, and
	// what was found there and left.
	Clearing, Kept map[color.Color][]string

	Fence    int64           // of the newest process that drove
	Requests map[string]bool // ids of the requests that were taken or refused
	Attached map[string]bool // digests of what was ever put beside the journal
	Past     []Rotation      // oldest first
}

// Color is what a color was built from.
type Color struct {
	Version   string
	Revision  string
	Bundle    string    // digest of the revision's files in the store
	BuiltAt   time.Time // when Terraform first finished building it
	BuiltFrom string    // the revision of that time
	BuiltBy   string    // the rotation of that time; empty for a first build
	Installed string    // digest of the bundle whose Kubernetes objects were last applied in it, and became ready
	Role      Role      // that it was told last; empty where nobody told it
	Endpoint  Endpoint
	Carried   bool      // it had a record, or nobody knows, so that it may have had traffic
	ZeroAt    time.Time // since when it has none; zero while it may have some
}

// Begun is when an apply began, and by which rotation; empty is a first build or a change in place.
type Begun struct {
	At       time.Time
	Rotation string
}

// FailedColor is a color that was verified and lost its traffic again, or never got any.
type FailedColor struct {
	Color    color.Color
	Revision string
	Bundle   string // digest of what it was built from
	Reason   string
	Since    time.Time
	Until    time.Time // when it may be destroyed
}

// Rotation is one replacement of the active color.
type Rotation struct {
	ID         string
	From, To   color.Color
	Version    string // that the new color is built with
	Plan       Plan
	Again      bool     // also with a revision that was rolled back before
	Runs       []string // the names of the runs that began it and went on with it, for their repetitions
	Revision   string   // of the new color's root; empty before render
	Bundle     string
	StartedAt  time.Time
	FinishedAt time.Time
	Outcome    Outcome // empty while under way
	Reason     string  // why it did not end well

	Emptied    bool          // the standby holds nothing of an earlier rotation
	Building   bool          // an apply of the new color was begun
	Built      bool          // and ended
	Installed  *Installation // what became of the objects of bootstrap; nil before
	Draining   bool          // the deletion of what the old color's cluster keeps in the cloud was begun
	Cleared    bool          // and ended
	TakenBack  string        // what that did, in a few words
	Destroying bool          // the deletion of the old color was begun
	Gone       bool          // and ended
	Swept      bool

	Singletons map[color.Color]Singletons // those that were touched
	Told       map[color.Color]Told       // the roles that colors were told

	Phase     string // the last one that started
	Phases    map[string]Progress
	Leftovers []string

	// What this process, by its fence, saw for itself. It is empty again for the next one.
	Driver      time.Time // since when it drives
	Preflighted bool
	Found       string          // what preflight saw, in a line
	Planned     bool            // the end of the old color was planned, and the plan was not refused
	ServedAt    time.Time       // when DNS was last seen to serve the weights
	Stands      map[string]bool // phases whose post-condition it asked and that still holds
	Failure     *Failure
	Stopped     bool // a phase failed, and this process goes no further

	Watch    Watch          // of the phase under way, or of the step of the shift
	Last     *Flows         // of the old color, by this process
	LastAt   time.Time      // when it was measured
	GoneAt   time.Time      // since when this process sees that its load balancer is not there; zero while it is
	Peak     *Flows         // of the old color while it had all traffic
	ZeroAt   time.Time      // since when the old color has weight 0
	Tries    map[string]int // effects that failed one after the other, by phase
	Approved map[string]Approved
	Hold     *Hold
	Back     *Decision // all traffic goes back
	Ignored  string    // the person who has phases begin outside of the window
}

// Installation is how the objects that drover applies itself are in the new color.
type Installation struct {
	Outcome Outcome
	Detail  string
}

// Failure is an effect that failed in this process.
type Failure struct {
	Phase   string
	Detail  string
	At      time.Time
	Refused bool // to try again would not help
}

// Approved is a gate that a person opened, for the evidence that the person saw.
type Approved struct {
	By, Evidence string
	At           time.Time
}

// Decision is what was decided, by whom and why. By is empty where drover's policy decided.
type Decision struct {
	By, Reason string
	At         time.Time
	Discard    bool // what is gone back from need not be kept to be looked at
}

// Hold is why a rotation stays where it is.
type Hold struct {
	Why HoldKind
	Decision
}

// HoldKind is how a rotation came to be held. Each is ended by a person only.
type HoldKind string

// The kinds of holds.
const (
	Paused HoldKind = "paused" // a person asked for it
	Frozen HoldKind = "frozen" // a person asked for it, or the spec's onFailure
	Asking HoldKind = "asking" // the spec's onFailure: a person decides what follows
)

// Progress is how far one phase is.
type Progress struct {
	StartedAt  time.Time // first start; a restart does not move it
	BeganAt    time.Time // last start
	FinishedAt time.Time
	Starts     int
	Outcome    Outcome // empty while it runs
	Detail     string
	Seconds    float64
}

// Done says that the phase ended, with work or without.
func (p Progress) Done() bool { return p.Outcome == Done || p.Outcome == Skipped }

// trafficRoot holds the weighted records, and foundationRoot what both colors stand on.
const (
	trafficRoot    = "traffic"
	foundationRoot = "foundation"
)

// Foundation is true from the first change of the foundation on, in whole or in part, until it is destroyed.
func (s State) Foundation() bool {
	return s.Bundles[foundationRoot] != "" || s.Open[foundationRoot] != ""
}

// Served is what DNS may serve of each color at least, now: where the outcome of the last write was lost, the lower of
// before and intended.
func (s State) Served() color.Weights {
	return s.between(func(before, intended int) int { return min(before, intended) })
}

// Exposed is what DNS may serve of each color at most, now.
func (s State) Exposed() color.Weights {
	return s.between(func(before, intended int) int { return max(before, intended) })
}

func (s State) between(bound func(before, intended int) int) color.Weights {
	if len(s.Unsure) == 0 {
		return s.Weights
	}
	served := maps.Clone(s.Weights)
	if served == nil {
		served = color.Weights{}
	}
	for _, weights := range s.Unsure {
		for _, c := range []color.Color{color.Blue, color.Green} {
			_, before := served[c]
			if _, intended := weights[c]; before || intended {
				served[c] = bound(served[c], weights[c])
			}
		}
	}
	return served
}
