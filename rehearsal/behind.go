package rehearsal

import (
	"context"

	"drover/rehearsal/ingress"
)

// behind asks what answers behind the load balancers; nil: whatever has a healthy node does.
func (c *Cloud) behind() func(context.Context, ingress.LoadBalancer) (string, error) {
	if c.fleet == nil {
		return nil
	}
	return c.unserved
}

// unserved says why nothing answers behind a load balancer: the color's cluster has to serve the node port that it leads
// to. Load balancers of Services are of no color, and nobody is sent to them.
func (c *Cloud) unserved(ctx context.Context, lb ingress.LoadBalancer) (string, error) {
	proxy := c.served.Load()
	if lb.Color == "" || proxy == nil {
		return "", nil
	}
	name := lb.Cluster + "-" + lb.Color
	cluster := proxy.Cluster(c.options.Region, name)
	switch {
	case cluster == nil:
		return "there is no cluster " + name, nil
	case lb.NodePort == 0:
		return "nothing listens on its port 443", nil
	}
	return cluster.Unserved(ctx, lb.NodePort)
}
