package platform

// Targets is who stands behind one port of a load balancer.
type Targets struct {
	// Balancer and Group are the platform's names.
	Balancer, Group string
	// Listener is the port that clients connect to, Port the one that targets are reached at (in Kubernetes: a node port),
	// and Check the one that is asked for health.
	Listener, Port, Check int
	// Management is true of the way in to management interfaces.
	Management bool
	Healthy    int
	// Others counts the targets that are not healthy, by the platform's own words for why.
	Others map[string]int
}
