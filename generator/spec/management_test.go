package spec

import (
	"strings"
	"testing"
)

// Management is never open to more than was said: left out, its ranges are those that the spec names.
func TestInternalManagementIsReachedFromWhatTheSpecNames(t *testing.T) {
	t.Parallel()
	for management, want := range map[string]string{
		"{domain: ops.tiny.example.com}":                                                           "10.40.0.0/16 10.0.0.0/16 10.90.0.0/22",
		"{domain: ops.tiny.example.com, allow: [10.0.0.0/16]}":                                     "10.0.0.0/16",
		"{domain: ops.tiny.example.com, visibility: public, allow: [203.0.113.0/24]}":              "203.0.113.0/24",
		"{domain: a.b.tiny.example.com, visibility: internal, allow: [10.90.0.0/22, 10.8.0.0/16]}": "10.90.0.0/22 10.8.0.0/16",
	} {
		c, diags := Parse("x", []byte(`
apiVersion: drover/v1
kind: Cluster
metadata: {name: tiny}
spec:
  platform: aws
  region: eu-west-1
  network: {cidr: 10.40.0.0/16, reserved: [{name: office, cidr: 10.0.0.0/16}, {name: partner, cidr: 203.0.113.0/24}]}
  access:
    admins: [arn:aws:iam::123456789012:role/platform-admin]
    vpn:
      clients: 10.90.0.0/22
      serverCertificate: arn:aws:acm:eu-west-1:123456789012:certificate/11111111-1111-1111-1111-111111111111
      clientRootCertificate: arn:aws:acm:eu-west-1:123456789012:certificate/22222222-2222-2222-2222-222222222222
  ingress: {domain: tiny.example.com, management: `+management+`}
`))
		if len(diags) > 0 {
			t.Errorf("%s is answered with %s", management, diags.Error())
			continue
		}
		if got := strings.Join(c.Spec.Ingress.Management.Allow, " "); got != want {
			t.Errorf("%s is reached from %s, want %s", management, got, want)
		}
	}
}
