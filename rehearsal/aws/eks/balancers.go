package eks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"drover/rehearsal/aws/servicelb"
)

// cleanup is the finalizer by which a Service stays until its load balancer is gone.
const cleanup = "service.kubernetes.io/load-balancer-cleanup"

// balanced is a Service as its load balancer is made from it.
type balanced struct {
	Metadata struct {
		Namespace, Name, ResourceVersion string
		DeletionTimestamp                *time.Time
		Finalizers                       []string
		Annotations                      map[string]string
	}
	Spec struct {
		Type              string
		LoadBalancerClass string
		Ports             []struct {
			Protocol       string
			Port, NodePort int
		}
	}
	Status struct {
		LoadBalancer struct{ Ingress []struct{ Hostname string } }
	}
}

// wanted says whether the Service is to have a load balancer. One with a class is some other controller's.
func (b balanced) wanted() bool {
	return b.Spec.Type == "LoadBalancer" && b.Spec.LoadBalancerClass == "" && b.Metadata.DeletionTimestamp == nil
}

func (b balanced) held() bool { return slices.Contains(b.Metadata.Finalizers, cleanup) }

func (b balanced) path() string {
	return "/api/v1/namespaces/" + url.PathEscape(b.Metadata.Namespace) + "/services/" + url.PathEscape(b.Metadata.Name)
}

func (b balanced) internal() bool {
	a := b.Metadata.Annotations
	return a["service.beta.kubernetes.io/aws-load-balancer-internal"] == "true" || a["service.beta.kubernetes.io/aws-load-balancer-scheme"] == "internal"
}

// setBalancers gives Services their load balancers and takes them back, as the cloud controller of EKS does. Those of a
// cluster that ends stay, as on AWS.
func (k *keeper) setBalancers(ctx context.Context) error {
	var list struct{ Items []balanced }
	if err := k.cluster.Client().Get(ctx, "/api/v1/services", &list); err != nil {
		return fmt.Errorf("list the Services: %w", err)
	}
	var errs []error
	for _, b := range list.Items {
		var err error
		switch told := len(b.Status.LoadBalancer.Ingress) > 0; {
		case b.wanted() && b.held() && told: // all is done
		case b.wanted():
			err = k.balance(ctx, b)
		case b.held():
			err = k.release(ctx, b)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("load balancer of Service %s/%s: %w", b.Metadata.Namespace, b.Metadata.Name, err))
		}
	}
	return errors.Join(errs...)
}

// balance makes a Service's load balancer. What it made of one that fails is taken back, to begin anew next time.
func (k *keeper) balance(ctx context.Context, b balanced) error {
	for _, p := range b.Spec.Ports {
		if p.Protocol != "TCP" {
			return fmt.Errorf("port %d is %s, and the rehearsal has load balancers for TCP only", p.Port, p.Protocol)
		}
	}
	service, err := k.balancer(ctx, b)
	if err != nil {
		return err
	}
	if err := k.hold(ctx, b, append(b.others(), cleanup)); err != nil {
		return err
	}
	controller := k.controller()
	host, err := controller.Ensure(ctx, service)
	if err != nil {
		return errors.Join(err, controller.Release(ctx, service))
	}
	status := object{"status": object{"loadBalancer": object{"ingress": []object{{"hostname": host}}}}}
	return k.cluster.Client().Merge(ctx, b.path()+"/status", status)
}

// release deletes a Service's load balancer, and then lets the Service go.
func (k *keeper) release(ctx context.Context, b balanced) error {
	if err := k.controller().Release(ctx, k.named(b)); err != nil {
		return err
	}
	if b.Metadata.DeletionTimestamp == nil { // it is of another type now
		if err := k.cluster.Client().Merge(ctx, b.path()+"/status", object{"status": object{"loadBalancer": nil}}); err != nil {
			return err
		}
		b.Metadata.ResourceVersion = ""
	}
	return k.hold(ctx, b, b.others())
}

// others are the finalizers of others.
func (b balanced) others() []string {
	return slices.DeleteFunc(slices.Clone(b.Metadata.Finalizers), func(f string) bool { return f == cleanup })
}

// hold sets a Service's finalizers, unless somebody has changed it since it was read: then the next look does.
func (k *keeper) hold(ctx context.Context, b balanced, finalizers []string) error {
	metadata := object{"finalizers": finalizers}
	if b.Metadata.ResourceVersion != "" {
		metadata["resourceVersion"] = b.Metadata.ResourceVersion
	}
	return k.cluster.Client().Merge(ctx, b.path(), object{"metadata": metadata})
}

func (k *keeper) controller() servicelb.Controller {
	return servicelb.Controller{AWS: k.service.planes.AWS(k.of.region)}
}

// named is a Service as its load balancer is found.
func (k *keeper) named(b balanced) servicelb.Service {
	k.service.mu.Lock()
	defer k.service.mu.Unlock()
	return servicelb.Service{Cluster: k.of.name, VPC: k.of.network.text("vpcId"), Namespace: b.Metadata.Namespace, Name: b.Metadata.Name}
}

// balancer is a Service as its load balancer is made.
func (k *keeper) balancer(ctx context.Context, b balanced) (servicelb.Service, error) {
	s := k.named(b)
	s.Internal = b.internal()
	for _, p := range b.Spec.Ports {
		s.Ports = append(s.Ports, servicelb.Port{Port: p.Port, NodePort: p.NodePort})
	}
	var found struct {
		Subnets []subnet `xml:"subnetSet>item"`
	}
	err := k.service.moto(k.of.region).Query(ctx, "ec2", ec2Version, "DescribeSubnets", url.Values{"Filter.1.Name": {"vpc-id"}, "Filter.1.Value.1": {s.VPC}}, &found)
	if err != nil {
		return s, fmt.Errorf("look up its subnets: %w", err)
	}
	role := "kubernetes.io/role/elb"
	if s.Internal {
		role = "kubernetes.io/role/internal-elb"
	}
	s.Subnets = balancedSubnets(found.Subnets, role, s.Cluster)
	if len(s.Subnets) == 0 { // nobody has said where: beside the control plane
		k.service.mu.Lock()
		defer k.service.mu.Unlock()
		s.Subnets = slices.Clone(k.of.subnets)
	}
	return s, nil
}

type subnet struct {
	ID   string   `xml:"subnetId"`
	Zone string   `xml:"availabilityZone"`
	Tags []string `xml:"tagSet>item>key"`
}

// balancedSubnets are those for load balancers of a role, one in each zone: neither another cluster's nor, in a zone
// that has more of them, any but the first by its id.
func balancedSubnets(all []subnet, role, cluster string) (ids []string) {
	const of = "kubernetes.io/cluster/"
	zones := map[string]bool{}
	slices.SortFunc(all, func(a, b subnet) int { return cmp.Compare(a.ID, b.ID) })
	for _, s := range all {
		clusters := slices.ContainsFunc(s.Tags, func(key string) bool { return strings.HasPrefix(key, of) })
		if !slices.Contains(s.Tags, role) || zones[s.Zone] || clusters && !slices.Contains(s.Tags, of+cluster) {
			continue
		}
		zones[s.Zone] = true
		ids = append(ids, s.ID)
	}
	return ids
}
