package bootstrap

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"drover/orchestrator/kubernetes"
)

// application is what is read of one of Argo CD's Applications:
// https://argo-cd.readthedocs.io/en/release-3.2/operator-manual/application.yaml
type application struct {
	Metadata kubernetes.Meta
	Spec     struct {
		sources
		SyncPolicy struct {
			Automated json.RawMessage
		}
	}
	Status struct {
		Sync struct {
			Status, Revision string
			Revisions        []string
			ComparedTo       sources
		}
		Health         struct{ Status, Message string }
		OperationState struct {
			Phase, Message string
			RetryCount     int
		}
		Conditions   []struct{ Type, Message string }
		Resources    []resource
		ReconciledAt *time.Time
	}
}

// sources are the places that an Application comes from; mostly one.
type sources struct {
	Source  source
	Sources []source
}

type source struct{ RepoURL, TargetRevision, Path, Chart string }

// resource is one object that an Application brings.
type resource struct {
	Group, Version, Kind, Namespace, Name string
}

// applicationSet is what is read of one of Argo CD's ApplicationSets, which make Applications.
type applicationSet struct {
	Metadata kubernetes.Meta
	Status   struct{ Conditions []kubernetes.Condition }
}

// judgment is what keeps one of Argo CD's objects from being as it should be; nothing where why is empty.
type judgment struct {
	why string
	// failed is true where Argo CD has given up or cannot go on, in difference to what takes its time.
	failed bool
}

// judge says whether an Application is synced and healthy. What Argo CD says nothing of is neither.
func (a application) judge() judgment {
	s := a.Status
	for _, c := range s.Conditions {
		if strings.HasSuffix(c.Type, "Error") {
			return judgment{c.Type + ": " + c.Message, true}
		}
	}
	switch phase := s.OperationState.Phase; {
	case a.Metadata.DeletionTimestamp != nil:
		return judgment{why: "it is being deleted"}
	case s.ReconciledAt == nil || s.Sync.Status == "":
		return judgment{why: "Argo CD has not looked at it yet"}
	case a.elsewhere():
		return judgment{why: "Argo CD has not compared it with where it comes from now"}
	case phase == "Failed" || phase == "Error":
		return judgment{"its sync failed: " + s.OperationState.Message, true}
	case phase == "Running" || phase == "Terminating":
		return judgment{why: strings.TrimSuffix("it is being synced: "+s.OperationState.Message, ": ")}
	case s.Sync.Status != "Synced" && !automated(a.Spec.SyncPolicy.Automated):
		return judgment{"it is " + s.Sync.Status + ", and waits for a person: give it syncPolicy.automated", true}
	case s.Sync.Status != "Synced":
		return judgment{why: "it is " + s.Sync.Status}
	case s.Health.Status != "Healthy":
		return judgment{why: strings.TrimSuffix("its health is "+orUnknown(s.Health.Status)+": "+s.Health.Message, ": ")}
	}
	return judgment{}
}

func automated(policy json.RawMessage) bool {
	var enabled struct{ Enabled *bool }
	if len(policy) == 0 || string(policy) == "null" || json.Unmarshal(policy, &enabled) != nil {
		return false
	}
	return enabled.Enabled == nil || *enabled.Enabled
}

func orUnknown(status string) string {
	if status == "" {
		return "Unknown"
	}
	return status
}

// elsewhere is true where Argo CD's verdict is about another source than the Application has by now.
func (a application) elsewhere() bool {
	spec, seen := a.Spec.sources, a.Status.Sync.ComparedTo
	if len(spec.Sources) != len(seen.Sources) {
		return true
	}
	for i, s := range spec.Sources {
		if s != seen.Sources[i] {
			return true
		}
	}
	return spec.Source != (source{}) && spec.Source != seen.Source
}

// revision is the commit that an Application was synced to.
func (a application) revision() string {
	if len(a.Status.Sync.Revisions) > 0 {
		return strings.Join(a.Status.Sync.Revisions, ", ")
	}
	return a.Status.Sync.Revision
}

// brings is false of an Application without a single object.
func (a application) brings() judgment {
	if len(a.Status.Resources) > 0 {
		return judgment{}
	}
	from := a.Spec.Source
	return judgment{fmt.Sprintf("it brings nothing: no manifest is in %s of %s at %s", from.Path, from.RepoURL, from.TargetRevision), true}
}

// judge says whether an ApplicationSet could make its Applications.
func (a applicationSet) judge() judgment {
	if c, has := kubernetes.Named(a.Status.Conditions, "ErrorOccurred"); has && c.Status == "True" {
		return judgment{c.Reason + ": " + c.Message, true}
	}
	if c, has := kubernetes.Named(a.Status.Conditions, "ResourcesUpToDate"); !has || c.Status != "True" {
		return judgment{why: strings.TrimSuffix("its Applications are not made yet: "+c.Message, ": ")}
	}
	return judgment{}
}
