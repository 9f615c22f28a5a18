// Package fleet reads any number of specs and says what is wrong between them:
// clusters of one name or one domain, and networks that overlap. What is wrong within one
// spec is said by package spec.
//
// It must never compare every spec with every other: ten thousand are checked
// in about the time that it takes to read them.
package fleet

import (
	"cmp"
	"context"

	"drover/generator/parallel"
	"drover/generator/spec"
)

// Member is one spec of a fleet, and the file that it came from.
type Member struct {
	File    string
	Cluster spec.Cluster
}

// mostSaid is how many diagnostics of a whole fleet are shown.
const mostSaid = 500

// Load reads the specs in files and checks them, each by itself and, where
// each by itself is right, all together. Members come in the order of files;
// they are only to be used if the diagnostics hold no error. The error is that
// of the context.
func Load(ctx context.Context, files []string) ([]Member, spec.Diagnostics, error) {
	members := make([]Member, len(files))
	each := make([]spec.Diagnostics, len(files))
	err := parallel.Each(len(files), func(i int) error {
		members[i].File = files[i]
		members[i].Cluster, each[i] = spec.Load(files[i])
		return ctx.Err()
	})
	if err != nil {
		return nil, nil, cmp.Or(ctx.Err(), err)
	}
	var said spec.Diagnostics
	var sound []Member // a spec with errors of its own is not compared: its ranges may be a mistake
	for i, diagnostics := range each {
		said = append(said, diagnostics...)
		if !diagnostics.HasErrors() {
			sound = append(sound, members[i])
		}
	}
	return members, append(said, check(sound, members)...).First(mostSaid), nil
}

// Check says what is wrong between specs that are right by themselves.
func Check(members []Member) spec.Diagnostics { return check(members, members) }

// check says what is wrong between specs that are right by themselves; what it
// suggests instead is free in all of them.
func check(sound, all []Member) spec.Diagnostics {
	if len(sound) < 2 {
		return nil
	}
	r := &report{places: map[string]*spec.Places{}}
	r.names(sound)
	r.domains(sound)
	r.overlaps(sound, all)
	return r.said
}
