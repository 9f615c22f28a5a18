package awsproxy

import "net/http"

// serveDeletedLogGroup lets moto delete a log group, and EKS deliver into it afterwards what it has not delivered yet.
func (p *Proxy) serveDeletedLogGroup(w http.ResponseWriter, c *call) bool {
	if c.operation != "DeleteLogGroup" {
		return false
	}
	p.serveMoto(w, c)
	if err := p.eks.DeliverLast(c.Context(), c.region, c.body); err != nil {
		p.validation.log("last logs of a control plane: %v", err)
	}
	return true
}
