package eks

// ipFamily is what a request says of the addresses of pods and services.
// https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html
type ipFamily struct {
	Name     string `json:"ipFamily"`
	Services string `json:"serviceIpv4Cidr"`
}

func (f ipFamily) six() bool { return f.Name == "ipv6" }

func (f ipFamily) check() error {
	switch {
	case f.Name != "" && f.Name != "ipv4" && !f.six():
		return refuse(invalidParameter, "ipFamily %q is none of ipv4, ipv6", f.Name)
	case f.six() && f.Services != "":
		return refuse(invalidParameter, "serviceIpv4Cidr cannot be specified when ipFamily is ipv6")
	}
	return nil
}

// familyDefaults are what EKS takes where the request says nothing; for IPv6 it always takes the range of services
// itself, of the addresses that are unique to a network.
func familyDefaults(network object) {
	network.setDefault("ipFamily", "ipv4")
	if network["ipFamily"] == "ipv6" {
		delete(network, "serviceIpv4Cidr")
		network["serviceIpv6Cidr"] = "fd7a:11c5:2b6d::/108"
		return
	}
	network.setDefault("serviceIpv4Cidr", "172.20.0.0/16")
}
