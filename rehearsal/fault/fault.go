// Package fault says what can be broken in a rehearsal, by name, and when: it is data and the reading of what a person
// asks for. It must never break anything itself: the rehearsal does, at the places that the table names.
package fault

import (
	"time"
)

// Place is where a fault acts.
type Place string

// The places.
const (
	AWS     Place = "AWS's API"
	DNS     Place = "name servers"
	Ingress Place = "green's ingress"
	Process Place = "processes"
	Disk    Place = "drover's files"
	Planes  Place = "the clusters' APIs"
)

// Fault is one thing that can be broken. Of the settings, each place reads its own.
type Fault struct {
	Name  string        `json:"name"`
	Does  string        `json:"does"`
	Place Place         `json:"place"`
	Lasts time.Duration `json:"-"` // how long; 0 happens at one moment

	API     API     `json:"-"`
	Servers Servers `json:"-"`
	Answers Answers `json:"-"`
	Kills   string  `json:"-"` // drover, terraform or provider
	Silent  string  `json:"-"` // color whose API server does not answer
}

// API is what becomes of calls.
type API struct {
	Does    Trouble
	Service string // only of this one; empty is every one
	Path    string // only where the path ends so
	Method  string // only with this method
	Spared  int    // one call of so many is answered as ever; 0 spares none
}

// Trouble is what a call meets.
type Trouble string

// The troubles.
const (
	Throttled   Trouble = "throttled"
	Broken      Trouble = "broken"      // 500
	Hangs       Trouble = "hangs"       // no answer until the fault is over
	Expired     Trouble = "expired"     // credentials
	Denied      Trouble = "denied"      // 403
	NeverActive Trouble = "neverActive" // node groups are told as being created
)

// Servers is what becomes of name servers.
type Servers struct {
	Slower bool // only the slower one; otherwise all
	Stale  bool // they go on serving what they serve; otherwise they do not answer
	// Undelegated has parent zones lead to no zone of the account. The servers answer for the zones all the same, as those
	// of a zone do that nobody leads to.
	Undelegated bool
}

// Answers is what becomes of requests to green.
type Answers struct {
	Status      int           // in place of 200
	Delay       time.Duration // before the answer
	Flaps       time.Duration // hit and spared by turns of this length; 0 is hit throughout
	SilentZones int           // so many zones of the load balancer, the first by name, take connections and say nothing
}

// All are the faults, in the order in which they are told.
var All = []Fault{
	{Name: "aws-throttled", Does: "every AWS API refuses two calls of three as throttled", Place: AWS, Lasts: 20 * time.Second, API: API{Does: Throttled, Spared: 3}},
	{Name: "aws-fails", Does: "every AWS API answers 500 to two calls of three", Place: AWS, Lasts: 20 * time.Second, API: API{Does: Broken, Spared: 3}},
	{Name: "aws-hangs", Does: "every AWS API takes calls and does not answer", Place: AWS, Lasts: 30 * time.Second, API: API{Does: Hangs}},
	{Name: "credentials-expire", Does: "every AWS API refuses the credentials as expired", Place: AWS, Lasts: time.Minute, API: API{Does: Expired}},
	{Name: "state-upload-fails", Does: "S3 denies the upload of any Terraform state", Place: AWS, Lasts: 2 * time.Minute, API: API{Does: Denied, Service: "s3", Method: "PUT", Path: ".tfstate"}},
	{Name: "node-group-stuck", Does: "EKS tells every node group as being created, and never as active", Place: AWS, Lasts: 3 * time.Minute, API: API{Does: NeverActive, Service: "eks"}},
	{Name: "green-api-unreachable", Does: "nothing gets through to green's API server or back, on open connections neither", Place: Planes, Lasts: 2 * time.Minute, Silent: "green"},
	{Name: "blue-api-unreachable", Does: "nothing gets through to blue's API server or back, on open connections neither", Place: Planes, Lasts: 4 * time.Minute, Silent: "blue"},
	{Name: "green-500", Does: "green's ingress answers 500", Place: Ingress, Lasts: 30 * time.Second, Answers: Answers{Status: 500}},
	{Name: "green-slow", Does: "green's ingress answers after three seconds", Place: Ingress, Lasts: 30 * time.Second, Answers: Answers{Delay: 3 * time.Second}},
	{Name: "green-one-zone", Does: "green's load balancer says nothing at its address in one zone, on open connections neither", Place: Ingress, Lasts: 30 * time.Second, Answers: Answers{SilentZones: 1}},
	{Name: "check-flaps", Does: "green's ingress answers 503 and 200 by turns of two seconds, so that every check of it flaps", Place: Ingress, Lasts: time.Minute, Answers: Answers{Status: 503, Flaps: 2 * time.Second}},
	{Name: "dns-down", Does: "no name server answers", Place: DNS, Lasts: 30 * time.Second},
	{Name: "dns-one-down", Does: "the slower name server does not answer", Place: DNS, Lasts: 30 * time.Second, Servers: Servers{Slower: true}},
	{Name: "dns-stale", Does: "the slower name server goes on with what it served", Place: DNS, Lasts: time.Minute, Servers: Servers{Slower: true, Stale: true}},
	{Name: "undelegated", Does: "no parent zone leads to a zone of the account", Place: DNS, Lasts: 2 * time.Minute, Servers: Servers{Undelegated: true}},
	{Name: "drover-killed", Does: "drover is killed, and started again", Place: Process, Kills: "drover"},
	{Name: "terraform-killed", Does: "the next Terraform that applies is killed", Place: Process, Kills: "terraform"},
	{Name: "provider-dies", Does: "the provider of the next Terraform that applies is killed", Place: Process, Kills: "provider"},
	{Name: "disk-full", Does: "no file of drover's or Terraform's can grow (a limit on file size stands in for a full disk: Linux only)", Place: Disk, Lasts: 20 * time.Second},
}
