package eks

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"drover/rehearsal/kubernetes"
)

// keeper makes one cluster's nodes and workloads what EKS' state says, and the account's load balancers what its Services say. Only its goroutine uses it.
type keeper struct {
	service *Service
	of      *cluster
	cluster *kubernetes.Cluster
	zones   map[string]string       // of instances
	applied map[string]appliedAddon // by name
	stoodIn bool                    // what is to stand in for a team's workloads was made
}

type appliedAddon struct {
	version   string
	workloads []kubernetes.Workload
}

// wanted is EKS' state at one moment.
type wanted struct {
	version    string
	nodegroups []*nodegroup
	addons     map[string]string // versions, by name
	kept       map[string]bool   // add-ons whose workloads stay although the add-on went
}

func (k *keeper) wanted() wanted {
	s, cl := k.service, k.of
	s.mu.Lock()
	defer s.mu.Unlock()
	w := wanted{version: cl.version, addons: map[string]string{}, kept: maps.Clone(cl.kept)}
	for _, name := range sortedKeys(cl.nodegroups) {
		w.nodegroups = append(w.nodegroups, cl.nodegroups[name])
	}
	for name := range cl.selfManaged {
		w.addons[name] = catalog(name).version(cl.version)
	}
	for name, a := range cl.addons {
		w.addons[name] = a.version
	}
	return w
}

// run looks until ctx is done: at everything when that may have changed or is not yet as it is to be, and between at
// the Services. What goes wrong is told once, until something else does. A control plane that has lost a program is over.
func (k *keeper) run(ctx context.Context, p *plane) {
	told, everything := "", true
	for ctx.Err() == nil {
		if err := k.cluster.Ended(); err != nil {
			k.service.fail(ctx, k.of, err)
			<-ctx.Done() // nothing restarts it
			return
		}
		var err error
		settled := true
		if everything {
			settled, err = k.look(ctx)
		}
		err = errors.Join(err, k.setBalancers(ctx))
		if text := fmt.Sprint(err); text != told {
			k.service.log(ctx, k.of, err)
			told = text
		}
		everything = wait(ctx, p.changed, err, settled)
	}
}

// look makes nodes and add-ons what they are to be, and says whether all of them are ready.
func (k *keeper) look(ctx context.Context) (settled bool, err error) {
	w := k.wanted()
	if err := k.cluster.Upgrade(ctx, w.version); err != nil {
		return false, err
	}
	names, err := k.setNodes(ctx, w.nodegroups)
	if err := errors.Join(err, k.setAddons(ctx, w), k.standIn(ctx)); err != nil {
		return false, err
	}
	nodes, err := k.nodesReady(ctx, names)
	if err != nil {
		return false, err
	}
	addons, err := k.addonsReady(ctx)
	return nodes && addons, err
}

// setNodes gives the cluster the nodes of its groups, and says which group has which.
func (k *keeper) setNodes(ctx context.Context, groups []*nodegroup) (map[*nodegroup][]string, error) {
	var all []kubernetes.Node
	names := map[*nodegroup][]string{}
	for _, ng := range groups {
		nodes, err := k.nodesOf(ctx, ng)
		if err != nil {
			return nil, err
		}
		names[ng] = []string{}
		for _, n := range nodes {
			names[ng] = append(names[ng], n.Name)
		}
		all = append(all, nodes...)
	}
	return names, k.cluster.SetNodes(ctx, all)
}

// nodesReady keeps which groups have all their nodes.
func (k *keeper) nodesReady(ctx context.Context, names map[*nodegroup][]string) (all bool, err error) {
	ready, err := k.cluster.ReadyNodes(ctx)
	if err != nil {
		return false, err
	}
	k.service.mu.Lock()
	defer k.service.mu.Unlock()
	all = true
	for _, ng := range k.of.nodegroups {
		list, looked := names[ng]
		there := !slices.ContainsFunc(list, func(name string) bool { return !ready[name] })
		ng.ready = looked && there
		all = all && ng.ready
	}
	return all, nil
}

// setAddons makes and removes the add-ons' workloads.
func (k *keeper) setAddons(ctx context.Context, w wanted) error {
	for name, version := range w.addons {
		if k.applied[name].version == version {
			continue
		}
		list := workloadsOf(name, version)
		for _, workload := range list {
			if err := k.cluster.Apply(ctx, workload); err != nil {
				return err
			}
		}
		k.applied[name] = appliedAddon{version, list}
	}
	for name, a := range k.applied {
		if _, stays := w.addons[name]; stays || w.kept[name] {
			continue
		}
		for _, workload := range a.workloads {
			if err := k.cluster.Remove(ctx, workload); err != nil {
				return err
			}
		}
		delete(k.applied, name)
	}
	return nil
}

// standIn makes what stands in for a team's workloads, once: what somebody does to them afterwards stays.
func (k *keeper) standIn(ctx context.Context) error {
	if k.stoodIn {
		return nil
	}
	for _, workload := range k.service.planes.StandIns {
		if err := k.cluster.Apply(ctx, workload); err != nil {
			return err
		}
	}
	k.stoodIn = true
	return nil
}

// addonsReady keeps which add-ons run as they are to.
func (k *keeper) addonsReady(ctx context.Context) (all bool, err error) {
	ready := map[string]bool{}
	for name, a := range k.applied {
		ready[name] = true
		for _, workload := range a.workloads {
			is, err := k.cluster.Available(ctx, workload)
			if err != nil && !kubernetes.IsNotFound(err) { // a person may have deleted it
				return false, err
			}
			ready[name] = ready[name] && is
		}
	}
	k.service.mu.Lock()
	defer k.service.mu.Unlock()
	all = true
	for name, a := range k.of.addons {
		a.ready = ready[name] && k.applied[name].version == a.version
		all = all && a.ready
	}
	return all, nil
}
