package eks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"drover/rehearsal/aws/awsapi"
)

// lastLogs is for how long logs of a deleted cluster still arrive. On AWS that is minutes; a deletion of the group right
// behind that of the cluster meets it in either case.
const lastLogs = 10 * time.Second

const logsTarget = "Logs_20140328"

// logGroup is where EKS delivers the logs of a control plane. It cannot be told another name.
// https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
func logGroup(cluster string) string { return "/aws/eks/" + cluster + "/cluster" }

// logs says whether any log of the control plane is on.
func (in *clusterRequest) logs() bool {
	for _, setting := range in.Logging.ClusterLogging {
		if setting.Enabled && len(setting.Types) > 0 {
			return true
		}
	}
	return false
}

// createLogGroup creates the log group of a cluster where there is none, as EKS does: unencrypted, and kept for ever.
func (s *Service) createLogGroup(ctx context.Context, region, cluster string) error {
	err := s.moto(region).JSON(ctx, "logs", logsTarget, "CreateLogGroup", object{"logGroupName": logGroup(cluster)}, nil)
	var refused *awsapi.Error
	if errors.As(err, &refused) && strings.HasSuffix(refused.Code, "ResourceAlreadyExistsException") {
		return nil
	}
	if err != nil {
		return fmt.Errorf("create the log group of %s: %w", cluster, err)
	}
	return nil
}

// DeliverLast is asked after a log group was deleted: EKS creates it again for the last logs of a cluster that is gone.
// https://github.com/terraform-aws-modules/terraform-aws-eks/issues/2763
func (s *Service) DeliverLast(ctx context.Context, region string, deletion []byte) error {
	var in struct {
		Name string `json:"logGroupName"`
	}
	if err := json.Unmarshal(deletion, &in); err != nil {
		return nil //nolint:nilerr // moto has said what is wrong with it
	}
	cluster := strings.TrimSuffix(strings.TrimPrefix(in.Name, "/aws/eks/"), "/cluster")
	s.mu.Lock()
	until := s.logsUntil[clusterKey{region, cluster}]
	_, stands := s.clusters[clusterKey{region, cluster}]
	s.mu.Unlock()
	if in.Name != logGroup(cluster) || stands || !s.now().Before(until) {
		return nil
	}
	return s.createLogGroup(ctx, region, cluster)
}
