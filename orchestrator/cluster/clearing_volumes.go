package cluster

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"drover/orchestrator/journal"
	"drover/orchestrator/kubernetes"
)

// keepVolumes records the volumes that pods of the cluster had: they hold data,
// and drover never deletes that.
func (c *clearance) keepVolumes(ctx context.Context) (string, error) {
	type volume struct {
		Metadata kubernetes.Meta
		Spec     struct {
			ClaimRef struct{ Namespace, Name string }
			CSI      struct{ Driver, VolumeHandle string }
		}
	}
	var volumes []volume
	err := c.withAPI(ctx, c.color, func(ctx context.Context, client *kubernetes.Client) (err error) {
		volumes, err = kubernetes.List[volume](ctx, client, "/api/v1/persistentvolumes")
		return err
	})
	if kubernetes.Denied(err) {
		return "", c.bear(err)
	}
	if err != nil {
		return "", notAsked{fmt.Errorf("asking %s for its volumes: %w", c.color, err)}
	}
	var kept []string
	for _, v := range volumes {
		said := fmt.Sprintf("volume %s of %s/%s (%s)", v.Metadata.Name, v.Spec.ClaimRef.Namespace, v.Spec.ClaimRef.Name,
			strings.TrimSpace(v.Spec.CSI.Driver+" "+v.Spec.CSI.VolumeHandle))
		if !slices.Contains(c.state().Kept[c.color], said) {
			kept = append(kept, said)
		}
	}
	for some := range slices.Chunk(kept, mostNamed) {
		if err := c.emit(ctx, c.about(journal.Kept, some)); err != nil {
			return "", err
		}
	}
	if len(volumes) == 0 {
		return "", nil
	}
	return fmt.Sprintf("; volumes kept, as they hold data: %d", len(volumes)), nil
}
