package spec

import (
	"strings"
	"testing"
)

// Where the platform's checks cannot get in they would fail for ever, and take
// both colors out.
func TestAColorIsAskedOnlyWhereThePlatformGetsIn(t *testing.T) {
	t.Parallel()
	for ingress, want := range map[string]*HealthCheck{
		"":                                 {Protocol: "tcp", Port: 443},
		", visibility: internal":           nil,
		", allow: [203.0.113.0/24]":        nil,
		", allow: [10.0.0.0/8, 0.0.0.0/0]": {Protocol: "tcp", Port: 443},
		"}, rotation: {traffic: {health: {protocol: http}}": {Protocol: "http", Path: "/", Port: 80},
	} {
		text := strings.Replace(`{apiVersion: drover/v1, kind: Cluster, metadata: {name: tiny},
  spec: {platform: aws, region: eu-west-1, network: {cidr: 10.40.0.0/16}, ingress: {domain: tiny.example.com+},
  access: {admins: ["arn:aws:iam::123456789012:role/platform-admin"]}}}`, "+", ingress, 1)
		c, diags := Parse("cluster.yaml", []byte(text))
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		got := c.Spec.Rotation.Traffic.Health
		if (got == nil) != (want == nil) || got != nil && *got != *want {
			t.Errorf("with %q the platform asks %+v, want %+v", ingress, got, want)
		}
	}
}
