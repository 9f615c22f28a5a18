package singleton

import (
	"context"

	"drover/orchestrator/kubernetes"
)

const settings = "/api/v1/namespaces/argocd/configmaps/argocd-cm"

// agentLeaves tells Argo CD, where it runs, that what drover stops is no difference from the repository, so that it does not
// heal it: https://argo-cd.readthedocs.io/en/release-3.2/user-guide/diffing/#application-level-configuration
// A cluster without Argo CD, or one whose owner has these settings otherwise, is as safe: the policy denies the pods.
func (k *Keeper) agentLeaves(ctx context.Context) error {
	if k.told {
		return nil
	}
	var found struct{ Metadata kubernetes.Meta }
	err := k.Client.Get(ctx, settings, &found)
	switch {
	case kubernetes.Missing(err):
		return nil
	case err != nil:
		return err
	}
	data := object{}
	for _, kind := range []string{"apps_Deployment", "apps_StatefulSet", "batch_CronJob"} {
		data["resource.customizations.ignoreDifferences."+kind] = "managedFieldsManagers: [" + holder + "]\n"
	}
	err = k.apply(ctx, settings, object{"apiVersion": "v1", "kind": "ConfigMap", "metadata": object{"name": "argocd-cm", "namespace": "argocd"}, "data": data})
	if kubernetes.Conflict(err) {
		k.Progress("Argo CD may heal what drover stops: add " + holder + " to managedFieldsManagers in " + "resource.customizations.ignoreDifferences of argocd-cm: " + err.Error())
		err = nil
	}
	k.told = err == nil
	return err
}
