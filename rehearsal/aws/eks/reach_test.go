package eks

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"drover/rehearsal/aws/awsapi"
)

// groupRules answers as moto does for the rules of the cluster's security group.
const groupRules = `<DescribeSecurityGroupRulesResponse><securityGroupRuleSet>
	<item><isEgress>false</isEgress><ipProtocol>tcp</ipProtocol><fromPort>443</fromPort><toPort>443</toPort><cidrIpv4>10.40.0.0/16</cidrIpv4></item>
	<item><isEgress>false</isEgress><ipProtocol>tcp</ipProtocol><fromPort>30443</fromPort><toPort>30443</toPort><cidrIpv4>192.168.0.0/16</cidrIpv4></item>
	<item><isEgress>true</isEgress><ipProtocol>-1</ipProtocol><cidrIpv4>0.0.0.0/0</cidrIpv4></item>
</securityGroupRuleSet></DescribeSecurityGroupRulesResponse>`

func TestAnAPIAnswersWhomItsEndpointsLetIn(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, groupRules) }))
	t.Cleanup(server.Close)
	s := New("123456789012", func(string) *awsapi.Client { return &awsapi.Client{Endpoint: server.URL, HTTP: server.Client()} })
	private := object{"endpointPrivateAccess": true, "endpointPublicAccess": false, "publicAccessCidrs": []any{}}
	restricted := object{"endpointPrivateAccess": true, "endpointPublicAccess": true, "publicAccessCidrs": []any{"203.0.113.0/24"}}
	some := object{"endpointPrivateAccess": false, "endpointPublicAccess": true, "publicAccessCidrs": []any{"203.0.113.0/24"}}
	public := object{"endpointPrivateAccess": false, "endpointPublicAccess": true, "publicAccessCidrs": []any{"0.0.0.0/0"}}
	for name, c := range map[string]struct {
		network object
		source  string
		in      bool
	}{
		"private from inside":                {private, "10.40.0.9", true},
		"private from the internet":          {private, "203.0.113.7", false},
		"private, by a rule of another port": {private, "192.168.1.7", false},
		"restricted from an address let in":  {restricted, "203.0.113.7", true},
		"restricted from another address":    {restricted, "198.51.100.7", false},
		"restricted from inside":             {restricted, "10.40.0.9", true},
		"public from the internet":           {public, "198.51.100.7", true},
		"public, by a translated address":    {public, "10.40.0.9", true},
		"public to some, by an unknown one":  {some, "10.40.0.9", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in, err := s.letsIn(t.Context(), &cluster{name: "tiny-blue", network: c.network, securityGroup: "sg-1"}, netip.MustParseAddr(c.source))
			if err != nil || in != c.in {
				t.Errorf("let in: %v, %v, want %v", in, err, c.in)
			}
		})
	}
}
