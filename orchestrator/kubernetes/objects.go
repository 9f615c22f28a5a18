package kubernetes

import (
	"path"
	"slices"
	"time"
)

// Meta is what every object has.
type Meta struct {
	Name              string            `json:"name"`
	Namespace         string            `json:"namespace"`
	UID               string            `json:"uid"`
	ResourceVersion   string            `json:"resourceVersion"`
	Labels            map[string]string `json:"labels"`
	Annotations       map[string]string `json:"annotations"`
	OwnerReferences   []Owner           `json:"ownerReferences"`
	Generation        int64             `json:"generation"`
	CreationTimestamp time.Time         `json:"creationTimestamp"`
	DeletionTimestamp *time.Time        `json:"deletionTimestamp"`
}

// Owner is another object that an object was made for.
type Owner struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	UID  string `json:"uid"`
}

// Path is where the object itself is, by the collection of all namespaces that it is in.
func (m Meta) Path(collection string) string {
	if m.Namespace != "" {
		group, resource := path.Split(collection)
		collection = group + "namespaces/" + m.Namespace + "/" + resource
	}
	return collection + "/" + m.Name
}

// Condition is one of an object's own statements about itself.
type Condition struct {
	Type, Status, Reason, Message string
	LastTransitionTime            time.Time
}

// Named gives the condition of a type.
func Named(conditions []Condition, kind string) (Condition, bool) {
	i := slices.IndexFunc(conditions, func(c Condition) bool { return c.Type == kind })
	if i < 0 {
		return Condition{}, false
	}
	return conditions[i], true
}

// Node is a machine of the cluster.
type Node struct {
	Metadata Meta
	Spec     struct{ Unschedulable bool }
	Status   struct{ Conditions []Condition }
}

// Workload is a Deployment, a StatefulSet or a DaemonSet: their fields do not contradict each other.
type Workload struct {
	Metadata Meta
	Spec     struct {
		Replicas *int
		Selector Selector
	}
	Status struct {
		ObservedGeneration     int64
		AvailableReplicas      int
		DesiredNumberScheduled int
		NumberAvailable        int
		Conditions             []Condition
	}
}

// Pod is one pod.
type Pod struct {
	Metadata Meta
	Status   struct {
		Phase                 string
		Conditions            []Condition
		InitContainerStatuses []Container
		ContainerStatuses     []Container
	}
}

// Container is how one container of a pod is.
type Container struct {
	Name         string
	RestartCount int
	State        struct {
		Waiting *struct{ Reason, Message string }
	}
	LastState struct {
		Terminated *struct {
			Reason   string
			ExitCode int
		}
	}
}

// Selector chooses pods by their labels.
type Selector struct {
	MatchLabels      map[string]string
	MatchExpressions []struct {
		Key, Operator string
		Values        []string
	}
}

// Matches follows https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#resources-that-support-set-based-requirements.
// A selector without any requirement chooses nothing here.
func (s Selector) Matches(labels map[string]string) bool {
	for key, value := range s.MatchLabels {
		if have, ok := labels[key]; !ok || have != value {
			return false
		}
	}
	for _, e := range s.MatchExpressions {
		value, has := labels[e.Key]
		met := map[string]bool{
			"In": has && slices.Contains(e.Values, value), "NotIn": !has || !slices.Contains(e.Values, value),
			"Exists": has, "DoesNotExist": !has,
		}
		if !met[e.Operator] {
			return false
		}
	}
	return len(s.MatchLabels)+len(s.MatchExpressions) > 0
}
