package awsproxy

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestWhatNobodySimulatesIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		service, body string
		refused       bool
	}{
		"firewall":         {"network-firewall", "{}", true},
		"VPN":              {"ec2", "Action=CreateClientVpnEndpoint&Version=2016-11-15", true},
		"VPN, action last": {"ec2", "Version=2016-11-15&Action=DescribeClientVpnEndpoints", true},
		"subnet":           {"ec2", "Action=CreateSubnet&TagSpecification.1.Tag.1.Value=ClientVpn", false},
		"another service":  {"eks", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(c.body))
			answer := httptest.NewRecorder()
			if got := refuseMissing(answer, request, c.service); got != c.refused {
				t.Fatalf("refused is %v", got)
			}
			if c.refused && (answer.Code != http.StatusBadRequest || !strings.Contains(answer.Body.String(), "does not simulate")) {
				t.Errorf("answered %d %s", answer.Code, answer.Body)
			}
			if left, _ := io.ReadAll(request.Body); !c.refused && string(left) != c.body {
				t.Errorf("the body that is passed on is %q", left)
			}
		})
	}
}
