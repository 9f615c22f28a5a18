package eks

import (
	"context"
	"errors"
	"strings"
	"time"

	"drover/rehearsal/aws/awsapi"
)

// logGroup is where the control plane of a cluster writes its logs.
func logGroup(cluster string) string { return "/aws/eks/" + cluster + "/cluster" }

// clusterOf is the cluster whose control plane writes to a log group; empty is none.
func clusterOf(group string) string {
	name, after := strings.CutPrefix(group, "/aws/eks/")
	name, before := strings.CutSuffix(name, "/cluster")
	if !after || !before {
		return ""
	}
	return name
}

// logs are the kinds of logs that a control plane writes, by their names.
type logs map[string]bool

// set takes the logging of a request: what it does not name stays as it is.
func (l logs) set(logging object) {
	setups, _ := logging["clusterLogging"].([]any)
	for _, setup := range setups {
		one, _ := setup.(map[string]any)
		enabled, _ := one["enabled"].(bool)
		types, _ := one["types"].([]any)
		for _, kind := range types {
			name, _ := kind.(string)
			if l[name] = enabled; !enabled {
				delete(l, name)
			}
		}
	}
}

// makeLogGroup makes the log group that EKS makes by itself when it writes the first line, unless it is there. It has
// no retention and no tags, as EKS's has none.
func (s *Service) makeLogGroup(ctx context.Context, region, cluster string) error {
	err := s.moto(region).JSON(ctx, "logs", "Logs_20140328", "CreateLogGroup", map[string]string{"logGroupName": logGroup(cluster)}, nil)
	var refused *awsapi.Error
	if errors.As(err, &refused) && refused.Code == "ResourceAlreadyExistsException" {
		return nil
	}
	return err
}

// lastLogs is for how long logs of a deleted cluster still arrive. On AWS that is minutes; a deletion of the group right
// behind that of the cluster meets it in either case.
// https://github.com/terraform-aws-modules/terraform-aws-eks/issues/2763
const lastLogs = 10 * time.Second

// LogAgain makes a log group that was deleted anew, if it is that of a cluster that stands and writes logs, whose
// control plane goes on writing, or of one that is gone and whose last logs still arrive.
func (s *Service) LogAgain(ctx context.Context, region, group string) error {
	name := clusterOf(group)
	s.mu.Lock()
	cl := s.clusters[clusterKey{region, name}]
	writes := cl != nil && len(cl.logs) > 0 || cl == nil && s.now().Before(s.logsUntil[clusterKey{region, name}])
	s.mu.Unlock()
	if !writes {
		return nil
	}
	return s.makeLogGroup(ctx, region, name)
}
