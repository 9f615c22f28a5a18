// Package clientvpn simulates EC2's Client VPN, which moto lacks: endpoints, their associations with subnets (with
// network interfaces, which keep the subnets), authorization rules and routes. No client can connect to it. It keeps
// its state in memory and must never answer a call that it does not simulate as if it had succeeded.
package clientvpn

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"drover/rehearsal/aws/answer"
	"drover/rehearsal/aws/awsapi"
)

// Service is Client VPN in every region of one account.
type Service struct {
	account string
	moto    func(region string) *awsapi.Client
	now     func() time.Time

	mu        sync.Mutex // guards everything below, and what it leads to
	endpoints map[string]*endpoint
}

// New makes a service without endpoints.
func New(account string, moto func(region string) *awsapi.Client) *Service {
	return &Service{account: account, moto: moto, now: time.Now, endpoints: map[string]*endpoint{}}
}

// call is one request.
type call struct {
	ctx    context.Context //nolint:containedctx // a call lives as long as its request
	region string
	form   url.Values
}

// actions are those that are simulated. Each runs with the lock held.
var actions = map[string]func(*Service, *call) (answer.Element, error){
	"CreateClientVpnEndpoint":                        (*Service).createEndpoint,
	"DescribeClientVpnEndpoints":                     (*Service).describeEndpoints,
	"ModifyClientVpnEndpoint":                        (*Service).modifyEndpoint,
	"DeleteClientVpnEndpoint":                        (*Service).deleteEndpoint,
	"AssociateClientVpnTargetNetwork":                (*Service).associate,
	"DescribeClientVpnTargetNetworks":                (*Service).describeAssociations,
	"DisassociateClientVpnTargetNetwork":             (*Service).disassociate,
	"ApplySecurityGroupsToClientVpnTargetNetwork":    (*Service).applyGroups,
	"AuthorizeClientVpnIngress":                      (*Service).authorize,
	"DescribeClientVpnAuthorizationRules":            (*Service).describeRules,
	"RevokeClientVpnIngress":                         (*Service).revoke,
	"CreateClientVpnRoute":                           (*Service).createRoute,
	"DescribeClientVpnRoutes":                        (*Service).describeRoutes,
	"DeleteClientVpnRoute":                           (*Service).deleteRoute,
	"DescribeClientVpnConnections":                   (*Service).describeConnections,
	"ExportClientVpnClientCertificateRevocationList": (*Service).exportRevocations,
}

// Serve answers an action of EC2's, and says whether it is one that is simulated.
func (s *Service) Serve(w http.ResponseWriter, r *http.Request, region, action string, form url.Values) bool {
	handle := actions[action]
	if handle == nil {
		handle = s.tagging(action, form)
	}
	if handle == nil {
		return false
	}
	s.mu.Lock()
	out, err := handle(s, &call{ctx: r.Context(), region: region, form: form})
	s.mu.Unlock()
	if err != nil {
		answer.EC2.Refuse(w, answer.Of(err))
		return true
	}
	answer.WriteEC2(w, action, out)
	return true
}

// tagging handles EC2's calls for tags when all that they are about is ours.
func (s *Service) tagging(action string, form url.Values) func(*Service, *call) (answer.Element, error) {
	if action != "CreateTags" && action != "DeleteTags" {
		return nil
	}
	ids := answer.List(form, "ResourceId")
	if len(ids) == 0 || slices.ContainsFunc(ids, func(id string) bool { return !strings.HasPrefix(id, "cvpn-endpoint-") }) {
		return nil
	}
	return func(s *Service, c *call) (answer.Element, error) {
		tags := map[string]string{}
		answer.ReadTags(c.form, "Tag", tags)
		for _, id := range ids {
			e, err := s.find(c, id)
			if err != nil {
				return nil, err
			}
			if action == "CreateTags" {
				maps.Copy(e.tags, tags)
				continue
			}
			for key := range tags {
				delete(e.tags, key)
			}
		}
		return answer.Element{"return": true}, nil
	}
}

// Tagged lists the endpoints of a region.
func (s *Service) Tagged(region string) []awsapi.Tagged {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []awsapi.Tagged
	for _, id := range slices.Sorted(maps.Keys(s.endpoints)) {
		if e := s.endpoints[id]; e.region == region {
			list = append(list, awsapi.Tagged{ARN: "arn:aws:ec2:" + region + ":" + s.account + ":client-vpn-endpoint/" + id, Tags: maps.Clone(e.tags)})
		}
	}
	return list
}

func invalid(format string, args ...any) error {
	return answer.Refuse("InvalidParameterValue", format, args...)
}

// identifier makes an id such as EC2 has.
func identifier(prefix string) string {
	var b [9]byte
	_, _ = rand.Read(b[:]) // never fails
	return fmt.Sprintf("%s-%x", prefix, b)[:len(prefix)+18]
}

// network reads an IPv4 network in its own form: no bits below its length.
func network(text string) (netip.Prefix, error) {
	prefix, err := netip.ParsePrefix(text)
	if err != nil || !prefix.Addr().Is4() || prefix != prefix.Masked() {
		return netip.Prefix{}, invalid("%q is not an IPv4 network", text)
	}
	return prefix, nil
}
