package rehearsal

import (
	"fmt"
	"slices"

	"drover/rehearsal/fault"
	"drover/rehearsal/kubernetes"
	"drover/rehearsal/kubernetes/programs"
)

// ControlPlanes says what the clusters' API servers were.
type ControlPlanes struct {
	Release string   `json:"release"` // of the programs
	Minors  []string `json:"minors"`  // that they ran as
	As      string   `json:"as"`      // who drover was, by ARN; empty: somebody whom no cluster lets in
	// StandIns are Deployments, as namespace/name, that the rehearsal made in every cluster in place of the team's own.
	StandIns []string `json:"standIns"`
}

// controlPlanes is nil when the clusters had none.
func (r *run) controlPlanes() *ControlPlanes {
	if !r.Kubernetes {
		return nil
	}
	minors := []string{kubernetes.Emulated(r.Spec.Spec.Kubernetes.Version), kubernetes.Emulated(r.ToVersion)}
	names := []string{}
	if r.Repository == "" {
		for _, w := range slices.Concat(standIns(r.Spec.Spec), gateway(r.Spec.Spec)) {
			names = append(names, w.Namespace+"/"+w.Name)
		}
	}
	return &ControlPlanes{Release: programs.Version(), Minors: slices.Compact(minors), As: runsAs(r.Spec.Spec), StandIns: names}
}

// emulation says which of the rehearsal's versions the API servers cannot be.
func (r *run) emulation() (notes []string) {
	for _, minor := range slices.Compact([]string{r.Spec.Spec.Kubernetes.Version, r.ToVersion}) {
		if is := kubernetes.Emulated(minor); is != minor {
			notes = append(notes, fmt.Sprintf("the control plane runs Kubernetes %s instead of %s: kube-apiserver %s cannot emulate that version", is, minor, programs.Version()))
		}
	}
	return notes
}

// silenceable refuses faults of clusters' APIs where clusters have none.
func silenceable(faults []fault.Injection, kubernetes bool) error {
	for _, in := range faults {
		if in.Fault.Place == fault.Planes && !kubernetes {
			return fmt.Errorf("%s: the clusters have no API that could be silent; leave out --kubernetes=off", in)
		}
	}
	return nil
}
