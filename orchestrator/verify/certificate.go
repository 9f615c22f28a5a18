package verify

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"
)

// Expiries tells when the certificate of a host expires, by each address of the host. It verifies the chain and the name as
// a client does; an address whose certificate is not right, or that does not answer, is named in the error.
type Expiries interface {
	Expiries(ctx context.Context, host string) (map[string]time.Time, error)
}

const day = 24 * time.Hour

// certificates judges how long the certificates of all addresses are valid for yet. What was measured before stays the
// value of a pass; of a fail it is the days that are left.
func (h HTTP) certificates(ctx context.Context, passed Answer) Answer {
	u, err := url.Parse(h.URL)
	if err != nil {
		return said(Error, fmt.Sprintf("the URL is not one: %v", withoutURL(err)))
	}
	expiries, err := h.Expiries.Expiries(ctx, u.Hostname())
	switch {
	case err != nil && (stopped(ctx, err) || errors.Is(err, context.DeadlineExceeded)):
		return said(Error, fmt.Sprintf("asking for the certificates of %s: %v", u.Hostname(), err))
	case err != nil:
		return said(Fail, fmt.Sprintf("the certificate of %s: %v", u.Hostname(), err))
	case len(expiries) == 0:
		return said(Inconclusive, u.Hostname()+" has no address with a certificate")
	}
	first, by := time.Time{}, ""
	for _, address := range slices.Sorted(maps.Keys(expiries)) {
		if at := expiries[address]; by == "" || at.Before(first) {
			first, by = at, address
		}
	}
	left := time.Until(first)
	seen := fmt.Sprintf("certificate of %d addresses valid until %s", len(expiries), first.UTC().Format(time.DateOnly))
	if left < time.Duration(h.DaysLeft)*day {
		return said(Fail, fmt.Sprintf("%s by %s, which is in %.1f days; at least %d are required", seen, by, left.Hours()/24, h.DaysLeft)).measured(left.Hours()/24, "d")
	}
	passed.Detail = join(passed.Detail, seen)
	return passed
}
