package main

import (
	"context"
	"strings"
	"testing"

	"drover/generator/spec"
	"drover/orchestrator/kubernetes"
)

func TestAKubeconfigHoldsNoCredentials(t *testing.T) {
	t.Parallel()
	c := spec.Cluster{Metadata: spec.Metadata{Name: "tiny"}}
	c.Spec.Region = "eu-west-1"
	data, err := configFor(c, "tiny-blue", kubernetes.Access{Server: "https://api.example.com", CA: []byte("PEM"), Token: func(context.Context) (string, error) {
		t.Error("a token was made for a file")
		return "", nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for _, has := range []string{"server: https://api.example.com", "certificate-authority-data: UEVN", "current-context: tiny-blue", "- get-token", "- tiny-blue", "- eu-west-1", "apiVersion: client.authentication.k8s.io/v1\n"} {
		if !strings.Contains(text, has) {
			t.Errorf("it lacks %q:\n%s", has, text)
		}
	}
	for _, secret := range []string{"token:", "client-key", "password"} {
		if strings.Contains(text, secret) {
			t.Errorf("it has %q:\n%s", secret, text)
		}
	}
}
