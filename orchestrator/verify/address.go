package verify

import (
	"errors"
	"net/url"
)

// server is scheme and host of an address. What else an address has may be a secret: user and password, and tokens in its
// path and its query.
func server(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "the given URL"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host}).String()
}

// withoutURL is the cause in an error of net/url or net/http, which quote the whole address.
func withoutURL(err error) error {
	var quoting *url.Error
	if errors.As(err, &quoting) {
		return quoting.Err
	}
	return err
}
