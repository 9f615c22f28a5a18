// Package guard keeps web pages in a browser on this machine away from what a rehearsal listens with on loopback: a page
// may send requests to any local port, and by DNS rebinding also read the answers. It must refuse before anything is
// read of a request, and must never refuse a client that is no browser and asks by the server's own address or name.
package guard

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// Handler passes on to next what is asked of this machine by a loopback address, as localhost or by one of names, where
// *.example.com stands for every name below example.com. A request for another host, or one that a browser makes for a
// page from elsewhere, is answered with 403.
//
// Methods make no difference: AWS's query protocol also changes things by GET.
func Handler(next http.Handler, names ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !ours(r.Host, names):
			http.Error(w, "the rehearsal does not answer for this host", http.StatusForbidden)
		case foreign(r):
			http.Error(w, "the rehearsal does not answer web pages", http.StatusForbidden)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// ours is true for a host, with or without a port, that the server goes by.
func ours(host string, names []string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	if address, err := netip.ParseAddr(host); err == nil {
		return address.IsLoopback()
	}
	if host == "localhost" {
		return true
	}
	for _, name := range names {
		below, wildcard := strings.CutPrefix(name, "*")
		if host == name || wildcard && strings.HasSuffix(host, below) {
			return true
		}
	}
	return false
}

// foreign is true for a request that a page of another origin causes. Browsers say so in one of two headers, which no page
// can leave out or forge (https://www.w3.org/TR/fetch-metadata/, https://fetch.spec.whatwg.org/#origin-header).
func foreign(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
	default:
		return true
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return false
	}
	from, err := url.Parse(origin)
	return err != nil || from.Host != r.Host
}
