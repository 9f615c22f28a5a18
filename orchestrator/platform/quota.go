package platform

// Need is what a build takes of an account, on top of what is there. The zero value takes nothing.
type Need struct {
	// Networks and Addresses are for a network that is yet to be made: itself, and its stable public addresses.
	Networks, Addresses int
	// Colors is how many such colors are to fit beside each other, of which one is built now; 0 is one. It counts in Most.
	Colors int
	// Clusters and Balancers are those of a color.
	Clusters, Balancers int
	// Listeners is how many the load balancer with the most has, and Targets how many groups of targets all have together.
	Listeners, Targets int
	// Rules is how many the firewall rule set with the most rules in one direction has (on AWS: a security group).
	Rules int
	Pools []Machines
	// Subnets are those that nodes or load balancers are put into, and that exist already.
	Subnets []Subnet
}

// Machines is one node pool.
type Machines struct {
	Pool  string
	Types []string // any of which it may start
	Spot  bool
	// Min is how many it starts with, and Max how many it may grow to.
	Min, Max int
}

// Nodes is what decides which image nodes start from.
type Nodes struct {
	Machine string // the type of machine that the pool prefers
	System  string // as the spec has it
}

// Subnet is what is put into one subnet.
type Subnet struct {
	ID string
	// Nodes that a color starts with there, and may grow to.
	Min, Max int
	// Nodes and Pods tell whether the subnet's addresses are for nodes, for pods, or for both.
	Nodes, Pods bool
	// Balancers have an address of the subnet each.
	Balancers int
}

// Shortage is one quota that a build does not fit in, or may not for long, or that could not be asked.
type Shortage struct {
	// What is limited, such as "EKS clusters in a region".
	What string
	// Code is the platform's own name of the quota; empty for what is no quota, such as the addresses of a subnet.
	Code string
	// Used, Limit, Needed and Most are counts. Needed is what the build takes on top of Used for sure, and Most what it
	// may grow to, with the other color beside it.
	Used, Limit, Needed, Most int
	// Unknown is not empty if the platform gave no answer, and says why. It is neither a pass nor a shortage.
	Unknown string
}

// Fails is true if the build cannot succeed, as the platform has answered.
func (s Shortage) Fails() bool { return s.Unknown == "" && s.Used+s.Needed > s.Limit }
