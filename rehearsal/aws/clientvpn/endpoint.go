package clientvpn

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"

	"drover/rehearsal/aws/answer"
)

// endpoint is one endpoint with all that belongs to it.
type endpoint struct {
	id, region, created string
	clients             string // CIDR
	vpc                 string
	description         string
	certificate         string
	authentication      []answer.Element
	log                 answer.Element
	dns, groups         []string
	transport           string
	port, hours         int
	splitTunnel         bool
	portal              bool
	disconnect          bool
	banner              answer.Element
	connect             answer.Element
	enforced            bool
	tags                map[string]string

	associations map[string]*association // by id
	rules        []*rule
	routes       []*route
}

var certificate = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/.+$`)
})

func (s *Service) createEndpoint(c *call) (answer.Element, error) {
	e := &endpoint{id: identifier("cvpn-endpoint"), region: c.region, created: s.now().UTC().Format(time.RFC3339),
		clients: c.form.Get("ClientCidrBlock"), vpc: c.form.Get("VpcId"), transport: "udp", port: 443, hours: 24,
		groups: answer.List(c.form, "SecurityGroupId"), dns: answer.List(c.form, "DnsServers"),
		tags: answer.Tags(c.form, "client-vpn-endpoint"), associations: map[string]*association{}}
	if t := c.form.Get("TransportProtocol"); t != "" {
		e.transport = t
	}
	prefix, err := network(e.clients)
	if err != nil {
		return nil, err
	}
	if prefix.Bits() < 12 || prefix.Bits() > 22 {
		return nil, invalid("The client CIDR %s is not between /12 and /22", prefix)
	}
	if len(e.groups) > 0 && e.vpc == "" {
		return nil, answer.Refuse("MissingParameter", "Security groups need a VpcId")
	}
	if err := e.authenticate(c); err != nil {
		return nil, err
	}
	if err := e.configure(c); err != nil {
		return nil, err
	}
	s.endpoints[e.id] = e
	return answer.Element{"clientVpnEndpointId": e.id, "status": e.status(), "dnsName": e.dnsName()}, nil
}

// authenticate reads how clients say who they are.
func (e *endpoint) authenticate(c *call) error {
	for i := 1; ; i++ {
		prefix := "Authentication." + strconv.Itoa(i) + "."
		kind := c.form.Get(prefix + "Type")
		if kind == "" {
			break
		}
		a := answer.Element{"type": kind}
		switch chain := c.form.Get(prefix + "MutualAuthentication.ClientRootCertificateChainArn"); {
		case kind == "certificate-authentication" && !certificate().MatchString(chain):
			return invalid("The client root certificate %q is not the ARN of a certificate", chain)
		case kind == "certificate-authentication":
			a["mutualAuthentication"] = answer.Element{"clientRootCertificateChain": chain}
		case kind == "directory-service-authentication":
			a["activeDirectory"] = answer.Element{"directoryId": c.form.Get(prefix + "ActiveDirectory.DirectoryId")}
		case kind == "federated-authentication":
			a["federatedAuthentication"] = answer.Element{"samlProviderArn": c.form.Get(prefix + "FederatedAuthentication.SAMLProviderArn"),
				"selfServiceSamlProviderArn": c.form.Get(prefix + "FederatedAuthentication.SelfServiceSAMLProviderArn")}
		}
		e.authentication = append(e.authentication, a)
	}
	if len(e.authentication) == 0 {
		return answer.Refuse("MissingParameter", "The request must contain the parameter Authentication")
	}
	return nil
}

// configure reads what can also be changed later. What a request leaves out stays as it is.
func (e *endpoint) configure(c *call) error {
	set := func(name string, into *string) {
		if c.form.Has(name) {
			*into = c.form.Get(name)
		}
	}
	set("Description", &e.description)
	set("ServerCertificateArn", &e.certificate)
	if !certificate().MatchString(e.certificate) {
		return invalid("The server certificate %q is not the ARN of a certificate", e.certificate)
	}
	e.splitTunnel = answer.Bool(c.form, "SplitTunnel", e.splitTunnel)
	e.disconnect = answer.Bool(c.form, "DisconnectOnSessionTimeout", e.disconnect)
	e.enforced = answer.Bool(c.form, "ClientRouteEnforcementOptions.Enforced", e.enforced)
	if p := c.form.Get("SelfServicePortal"); p != "" {
		e.portal = p == "enabled"
	}
	for name, n := range map[string]struct {
		into    *int
		allowed []int
	}{"VpnPort": {&e.port, []int{443, 1194}}, "SessionTimeoutHours": {&e.hours, []int{8, 10, 12, 24}}} {
		if text := c.form.Get(name); text != "" {
			value, err := strconv.Atoi(text)
			if err != nil || !slices.Contains(n.allowed, value) {
				return invalid("%s is one of %v, not %q", name, n.allowed, text)
			}
			*n.into = value
		}
	}
	if c.form.Has("ConnectionLogOptions.Enabled") {
		on := answer.Bool(c.form, "ConnectionLogOptions.Enabled", false)
		if on && c.form.Get("ConnectionLogOptions.CloudwatchLogGroup") == "" {
			return invalid("The connection log needs a log group")
		}
		e.log = answer.Element{"Enabled": on, "CloudwatchLogGroup": c.form.Get("ConnectionLogOptions.CloudwatchLogGroup"),
			"CloudwatchLogStream": c.form.Get("ConnectionLogOptions.CloudwatchLogStream")}
	}
	if c.form.Has("ClientLoginBannerOptions.Enabled") || e.banner == nil {
		e.banner = answer.Element{"enabled": answer.Bool(c.form, "ClientLoginBannerOptions.Enabled", false), "bannerText": c.form.Get("ClientLoginBannerOptions.BannerText")}
	}
	if c.form.Has("ClientConnectOptions.Enabled") || e.connect == nil {
		e.connect = answer.Element{"enabled": answer.Bool(c.form, "ClientConnectOptions.Enabled", false), "lambdaFunctionArn": c.form.Get("ClientConnectOptions.LambdaFunctionArn")}
	}
	return nil
}

// status is available as soon as clients have a subnet to come to.
func (e *endpoint) status() answer.Element {
	if len(e.associations) == 0 {
		return answer.Element{"code": "pending-associate"}
	}
	return answer.Element{"code": "available"}
}

func (e *endpoint) dnsName() string {
	return "*." + e.id + ".prod.clientvpn." + e.region + ".amazonaws.com"
}

func (e *endpoint) describe() answer.Element {
	d := answer.Element{"clientVpnEndpointId": e.id, "description": e.description, "status": e.status(), "creationTime": e.created,
		"dnsName": e.dnsName(), "clientCidrBlock": e.clients, "dnsServer": e.dns, "splitTunnel": e.splitTunnel,
		"vpnProtocol": "openvpn", "transportProtocol": e.transport, "vpnPort": e.port, "serverCertificateArn": e.certificate,
		"authenticationOptions": e.authentication, "connectionLogOptions": e.log, "tagSet": answer.TagSet(e.tags),
		"securityGroupIdSet": e.groups, "vpcId": e.vpc, "sessionTimeoutHours": e.hours, "clientConnectOptions": e.connect,
		"clientLoginBannerOptions": e.banner, "disconnectOnSessionTimeout": e.disconnect,
		"clientRouteEnforcementOptions": answer.Element{"enforced": e.enforced},
		"endpointIpAddressType":         "ipv4", "trafficIpAddressType": "ipv4"}
	if e.portal {
		d["selfServicePortalUrl"] = "https://self-service.clientvpn.amazonaws.com/endpoints/" + e.id
	}
	return d
}

// find finds an endpoint, or refuses as EC2 does.
func (s *Service) find(c *call, id string) (*endpoint, error) {
	if e := s.endpoints[id]; e != nil && e.region == c.region {
		return e, nil
	}
	return nil, answer.Refuse("InvalidClientVpnEndpointId.NotFound", "Endpoint %s does not exist", id)
}

func (s *Service) asked(c *call) (*endpoint, error) {
	return s.find(c, c.form.Get("ClientVpnEndpointId"))
}

func (s *Service) describeEndpoints(c *call) (answer.Element, error) {
	var list []answer.Element
	ids := answer.List(c.form, "ClientVpnEndpointId")
	for _, id := range ids {
		e, err := s.find(c, id)
		if err != nil {
			return nil, err
		}
		list = append(list, e.describe())
	}
	if len(ids) == 0 {
		for _, id := range slices.Sorted(maps.Keys(s.endpoints)) {
			if e := s.endpoints[id]; e.region == c.region {
				list = append(list, e.describe())
			}
		}
	}
	filters := answer.Filters(c.form)
	list = slices.DeleteFunc(list, func(d answer.Element) bool {
		return !matches(filters, map[string]any{"endpoint-id": d["clientVpnEndpointId"], "transport-protocol": d["transportProtocol"]})
	})
	return answer.Element{"clientVpnEndpoint": list}, nil
}

// matches compares values with filters. A filter that there is no value for matches nothing.
func matches(filters map[string][]string, values map[string]any) bool {
	for name, wanted := range filters {
		value, _ := values[name].(string)
		if !slices.Contains(wanted, value) {
			return false
		}
	}
	return true
}

func (s *Service) modifyEndpoint(c *call) (answer.Element, error) {
	e, err := s.asked(c)
	if err != nil {
		return nil, err
	}
	changed := *e
	if err := changed.configure(c); err != nil {
		return nil, err
	}
	if c.form.Has("DnsServers.Enabled") {
		changed.dns = nil
		if answer.Bool(c.form, "DnsServers.Enabled", true) {
			changed.dns = answer.List(c.form, "DnsServers.CustomDnsServers")
		}
	}
	if groups := answer.List(c.form, "SecurityGroupId"); len(groups) > 0 {
		changed.groups = groups
	}
	if vpc := c.form.Get("VpcId"); vpc != "" {
		changed.vpc = vpc
	}
	*e = changed
	return answer.Element{"return": true}, nil
}

func (s *Service) deleteEndpoint(c *call) (answer.Element, error) {
	e, err := s.asked(c)
	if err != nil {
		return nil, err
	}
	if len(e.associations) > 0 {
		return nil, answer.Refuse("DependencyViolation", "The Client VPN endpoint %s has %d associated target networks", e.id, len(e.associations))
	}
	delete(s.endpoints, e.id)
	return answer.Element{"status": answer.Element{"code": "deleting"}}, nil
}

// describeConnections is always empty: nobody can connect.
func (s *Service) describeConnections(c *call) (answer.Element, error) {
	_, err := s.asked(c)
	return answer.Element{}, err
}

func (s *Service) exportRevocations(c *call) (answer.Element, error) {
	_, err := s.asked(c)
	return answer.Element{"status": answer.Element{"code": "active"}}, err
}
