package kubernetes_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"drover/orchestrator/internal/apitest"
	"drover/orchestrator/kubernetes"
)

func client(t *testing.T, a kubernetes.Access) *kubernetes.Client {
	t.Helper()
	c, err := kubernetes.New(a)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestAListTurnsAllPages(t *testing.T) {
	t.Parallel()
	server := apitest.Start(t)
	server.Have(t, "/api/v1/nodes", `{"metadata":{"name":"a"}}`, `{"metadata":{"name":"b"}}`, `{"metadata":{"name":"c"}}`)
	nodes, err := kubernetes.List[kubernetes.Node](t.Context(), client(t, server.Access()), "/api/v1/nodes")
	if err != nil || len(nodes) != 3 || nodes[2].Metadata.Name != "c" {
		t.Errorf("got %v, %v", nodes, err)
	}
}

// What refuses, is missing or is something else is never an empty list.
func TestAListThatWasNotGivenIsAnError(t *testing.T) {
	t.Parallel()
	server := apitest.Start(t)
	server.Page("/api/v1/nodes", `{"kind":"Status","items":[]}`)
	server.Page("/api/v1/html", `<html>`)
	server.Answer("/api/v1/pods", http.StatusForbidden)
	c := client(t, server.Access())
	for path, says := range map[string]string{"/api/v1/nodes": "no list", "/api/v1/html": "no list", "/api/v1/pods": "spec.access.admins", "/api/v1/none": "404"} {
		if list, err := kubernetes.List[kubernetes.Node](t.Context(), c, path); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, %v; want an error with %q", path, list, err, says)
		}
	}
}

func TestOnlyTheClustersOwnCertificateIsTrusted(t *testing.T) {
	t.Parallel()
	server := apitest.Start(t)
	server.Have(t, "/api/v1/nodes")
	access := server.Access()
	access.CA = foreignCA(t)
	_, err := kubernetes.List[kubernetes.Node](t.Context(), client(t, access), "/api/v1/nodes")
	if err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a server with a foreign certificate was believed: %v", err)
	}
	if len(server.Asked()) > 0 {
		t.Error("the token was sent to it")
	}
	access.CA = nil
	if _, err := kubernetes.New(access); err == nil || !strings.Contains(err.Error(), "no certificate authority") {
		t.Errorf("a client that would trust the system's authorities was made: %v", err)
	}
	for _, address := range []string{"http://127.0.0.1", "127.0.0.1:443", "https://"} {
		if _, err := kubernetes.New(kubernetes.Access{Server: address, CA: server.Access().CA}); err == nil {
			t.Errorf("%q was taken for an https URL", address)
		}
	}
	if _, err := kubernetes.New(kubernetes.Access{}); !errors.Is(err, kubernetes.ErrNoServer) {
		t.Errorf("without an address: %v", err)
	}
}

func foreignCA(t *testing.T) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func TestAnIdentityThatIsNotKnownIsToldWhatToDo(t *testing.T) {
	t.Parallel()
	server := apitest.Start(t)
	access := server.Access()
	access.Token = func(context.Context) (string, error) { return "secret-of-another", nil }
	_, err := kubernetes.List[kubernetes.Node](t.Context(), client(t, access), "/api/v1/nodes")
	if !kubernetes.Denied(err) || !strings.Contains(err.Error(), "spec.access.admins") || strings.Contains(err.Error(), "secret-of-another") {
		t.Errorf("got %v", err)
	}
	access.Token = func(context.Context) (string, error) { return "", errors.New("credentials have expired") }
	if _, err := kubernetes.List[kubernetes.Node](t.Context(), client(t, access), "/x"); err == nil || !strings.Contains(err.Error(), "expired") {
		t.Errorf("got %v", err)
	}
}

func TestAServerThatIsNotThereIsUnreachable(t *testing.T) {
	t.Parallel()
	server := apitest.Start(t)
	server.Close()
	_, err := kubernetes.List[kubernetes.Node](t.Context(), client(t, server.Access()), "/api/v1/nodes")
	var unreachable *kubernetes.UnreachableError
	if !errors.As(err, &unreachable) || !strings.Contains(err.Error(), "VPN") {
		t.Errorf("got %v", err)
	}
}

// A deletion that is repeated after a crash must not reach what was made anew under the same name.
func TestADeletionIsOfOneObjectAndCanBeRepeated(t *testing.T) {
	t.Parallel()
	server := apitest.Start(t)
	server.Have(t, "/api/v1/services", `{"metadata":{"name":"web","namespace":"shop","uid":"new"}}`)
	c := client(t, server.Access())
	const path = "/api/v1/namespaces/shop/services/web"
	if err := c.Delete(t.Context(), path, "old"); err != nil {
		t.Fatal(err)
	}
	if left, _ := kubernetes.List[kubernetes.Node](t.Context(), c, "/api/v1/services"); len(left) != 1 {
		t.Fatal("another object of the same name was deleted")
	}
	for range 2 {
		if err := c.Delete(t.Context(), path, "new"); err != nil {
			t.Fatal(err)
		}
	}
	if left, _ := kubernetes.List[kubernetes.Node](t.Context(), c, "/api/v1/services"); len(left) != 0 {
		t.Error("it is still there")
	}
}

func TestSelectors(t *testing.T) {
	t.Parallel()
	labels := map[string]string{"app": "web", "tier": "front"}
	expression := func(key, operator string, values ...string) kubernetes.Selector {
		var s kubernetes.Selector
		s.MatchExpressions = append(s.MatchExpressions, struct {
			Key, Operator string
			Values        []string
		}{key, operator, values})
		return s
	}
	for name, c := range map[string]struct {
		selector kubernetes.Selector
		want     bool
	}{
		"empty":          {kubernetes.Selector{}, false},
		"labels":         {kubernetes.Selector{MatchLabels: map[string]string{"app": "web"}}, true},
		"other label":    {kubernetes.Selector{MatchLabels: map[string]string{"app": "web", "tier": "back"}}, false},
		"missing label":  {kubernetes.Selector{MatchLabels: map[string]string{"none": ""}}, false},
		"in":             {expression("tier", "In", "front", "back"), true},
		"not in":         {expression("tier", "NotIn", "front"), false},
		"exists":         {expression("tier", "Exists"), true},
		"does not exist": {expression("tier", "DoesNotExist"), false},
		"unknown":        {expression("tier", "Gt", "1"), false},
	} {
		if got := c.selector.Matches(labels); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
