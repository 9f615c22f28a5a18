package aws

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"drover/orchestrator/platform"
)

func shopChange(expected, after map[string]int) platform.Change {
	return platform.Change{ZoneID: "Z1", Domain: "Shop.test.", Management: []string{"ops.shop.test"}, Expected: expected, New: after, Fence: 3}
}

func recordOf(name string, kind types.RRType, color string, weight int64) types.ResourceRecordSet {
	return types.ResourceRecordSet{Name: sdk.String(name), Type: kind, SetIdentifier: sdk.String(color), Weight: sdk.Int64(weight),
		HealthCheckId: sdk.String("check-" + color), AliasTarget: &types.AliasTarget{DNSName: sdk.String(color + ".elb.test."), HostedZoneId: sdk.String("Z2"), EvaluateTargetHealth: true}}
}

// shop has records for the domain and its wildcard.
func shop(kinds []types.RRType, weights map[string]int64) weighted {
	found := weighted{}
	for _, kind := range kinds {
		for color, weight := range weights {
			for _, name := range []string{"shop.test", "*.shop.test"} {
				found.add(group{name, kind}, recordOf(name, kind, color, weight))
			}
		}
	}
	return found
}

// The suite in platformtest holds what is written; this is how: Route 53 compares all values of what is deleted, so that
// a record that is not as it was read makes it refuse the whole batch.
func TestEachRecordIsDeletedAsItWasReadAndCreatedWithItsNewWeight(t *testing.T) {
	t.Parallel()
	before := map[string]int64{"blue": 95, "green": 5}
	found := shop([]types.RRType{types.RRTypeA, types.RRTypeAaaa}, before)
	batch, err := rewritten(found, shopChange(map[string]int{"blue": 95, "green": 5}, map[string]int{"blue": 100, "green": 0}))
	if err != nil || len(batch) != 16 {
		t.Fatalf("%d changes, %v; want 16", len(batch), err)
	}
	for i, change := range batch {
		set, half := change.ResourceRecordSet, len(batch)/2
		color := sdk.ToString(set.SetIdentifier)
		action, weight := types.ChangeActionDelete, before[color]
		if i >= half {
			action, weight = types.ChangeActionCreate, map[string]int64{"blue": 100, "green": 0}[color]
		}
		if change.Action != action || *set.Weight != weight {
			t.Errorf("change %d is a %s of %s with %d, want a %s with %d", i, change.Action, color, *set.Weight, action, weight)
		}
		other := batch[(i+half)%len(batch)].ResourceRecordSet
		if set.Type != other.Type || set.HealthCheckId != other.HealthCheckId || set.AliasTarget != other.AliasTarget {
			t.Errorf("change %d differs from its counterpart in more than the weight: %+v, %+v", i, set, other)
		}
	}
}

// Clients that have IPv6 prefer it. Where only one of the colors with traffic has records of it, these go in the same
// batch that gives the other one its share.
func TestRecordsOfIPv6GoWhereAColorWithTrafficHasNone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		has    map[string]int64 // the colors with records of IPv6
		before map[string]int64
		after  map[string]int
		stays  bool
	}{
		"the new color has none":                {map[string]int64{"blue": 100}, map[string]int64{"blue": 100, "green": 0}, map[string]int{"blue": 95, "green": 5}, false},
		"the new color has none, and no weight": {map[string]int64{"blue": 100}, map[string]int64{"blue": 100, "green": 0}, map[string]int{"blue": 100, "green": 0}, true},
		"the old color has none":                {map[string]int64{"green": 0}, map[string]int64{"blue": 100, "green": 0}, map[string]int{"blue": 95, "green": 5}, false},
		"the way back to a color without":       {map[string]int64{"green": 100}, map[string]int64{"blue": 0, "green": 100}, map[string]int{"blue": 100, "green": 0}, false},
		"all traffic to the color with":         {map[string]int64{"green": 50}, map[string]int64{"blue": 50, "green": 50}, map[string]int{"blue": 0, "green": 100}, true},
		"both have them":                        {map[string]int64{"blue": 95, "green": 5}, map[string]int64{"blue": 95, "green": 5}, map[string]int{"blue": 50, "green": 50}, true},
	} {
		found := shop([]types.RRType{types.RRTypeA}, c.before)
		maps.Copy(found, shop([]types.RRType{types.RRTypeAaaa}, c.has))
		batch, err := rewritten(found, shopChange(nil, c.after))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		made := map[types.RRType]int{}
		gone := map[types.RRType]int{}
		for _, change := range batch {
			if kind := change.ResourceRecordSet.Type; change.Action == types.ChangeActionCreate {
				made[kind]++
			} else {
				gone[kind]++
			}
		}
		want := 0
		if c.stays {
			want = 2 * len(c.has)
		}
		if made[types.RRTypeA] != 4 || gone[types.RRTypeA] != 4 || gone[types.RRTypeAaaa] != 2*len(c.has) || made[types.RRTypeAaaa] != want {
			t.Errorf("%s: the batch deletes %v and creates %v, want 4 of A, and %d of AAAA made anew", name, gone, made, want)
		}
	}
}

// zone53 is a Route 53 of one zone that does as the test says.
type zone53 struct {
	mu      sync.Mutex
	lists   []map[string]int64 // each list has the weights of the next; the last stays
	refuse  int                // batches that are refused
	batches []string
	status  []string // answers of GetChange
}

func (z *zone53) start(t *testing.T) *Platform {
	t.Helper()
	server := httptest.NewServer(z)
	t.Cleanup(server.Close)
	return at(server.URL)
}

func (z *zone53) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	z.mu.Lock()
	defer z.mu.Unlock()
	switch {
	case r.Method == http.MethodPost:
		body, _ := io.ReadAll(r.Body)
		z.batches = append(z.batches, string(body))
		if z.refuse > 0 {
			z.refuse--
			w.WriteHeader(http.StatusBadRequest)
			_, _ = fmt.Fprint(w, `<InvalidChangeBatch xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Messages><Message>Tried to delete resource record set but the values provided do not match the current values</Message></Messages><RequestId>1</RequestId></InvalidChangeBatch>`)
			return
		}
		_, _ = fmt.Fprint(w, `<ChangeResourceRecordSetsResponse><ChangeInfo><Id>/change/C1</Id><Status>PENDING</Status><SubmittedAt>2026-01-01T00:00:00Z</SubmittedAt></ChangeInfo></ChangeResourceRecordSetsResponse>`)
	case strings.Contains(r.URL.Path, "/rrset"):
		weights := z.lists[0]
		z.lists = z.lists[min(1, len(z.lists)-1):]
		_, _ = fmt.Fprint(w, `<ListResourceRecordSetsResponse><ResourceRecordSets>`)
		for _, name := range []string{"shop.test.", `\052.shop.test.`} {
			for color, weight := range weights {
				_, _ = fmt.Fprintf(w, `<ResourceRecordSet><Name>%s</Name><Type>A</Type><SetIdentifier>%s</SetIdentifier><Weight>%d</Weight><TTL>30</TTL></ResourceRecordSet>`, name, color, weight)
			}
		}
		_, _ = fmt.Fprint(w, `</ResourceRecordSets><IsTruncated>false</IsTruncated><MaxItems>300</MaxItems></ListResourceRecordSetsResponse>`)
	case strings.Contains(r.URL.Path, "/change/"):
		status := z.status[0]
		z.status = z.status[min(1, len(z.status)-1):]
		_, _ = fmt.Fprintf(w, `<GetChangeResponse><ChangeInfo><Id>/change/C1</Id><Status>%s</Status><SubmittedAt>2026-01-01T00:00:00Z</SubmittedAt></ChangeInfo></GetChangeResponse>`, status)
	default:
		_, _ = fmt.Fprint(w, `<GetHostedZoneResponse><HostedZone><Id>/hostedzone/Z1</Id><Name>shop.test.</Name><CallerReference>1</CallerReference><Config><PrivateZone>true</PrivateZone></Config></HostedZone></GetHostedZoneResponse>`)
	}
}

func TestAWriteThatRoute53RefusesIsComparedAnew(t *testing.T) {
	t.Parallel()
	before, after := map[string]int64{"blue": 95, "green": 5}, map[string]int64{"blue": 50, "green": 50}
	change := shopChange(map[string]int{"blue": 95, "green": 5}, map[string]int{"blue": 50, "green": 50})
	for name, c := range map[string]struct {
		zone    *zone53
		batches int
		found   map[string]int // nil: it succeeds
	}{
		"another process was faster":           {&zone53{lists: []map[string]int64{before, {"blue": 100, "green": 0}}, refuse: 1}, 1, map[string]int{"blue": 100, "green": 0}},
		"the answer to our own write was lost": {&zone53{lists: []map[string]int64{before, after}, refuse: 1}, 2, nil},
		"something else was changed":           {&zone53{lists: []map[string]int64{before}, refuse: 1}, 2, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			token, err := c.zone.start(t).SetWeights(t.Context(), change)
			if len(c.zone.batches) != c.batches {
				t.Errorf("%d batches were sent, want %d", len(c.zone.batches), c.batches)
			}
			if c.found == nil {
				if err != nil || token != "/change/C1" {
					t.Errorf("SetWeights = %q, %v", token, err)
				}
				return
			}
			var changed *platform.ChangedError
			if !errors.As(err, &changed) || !maps.Equal(changed.Found, c.found) || !strings.Contains(err.Error(), "do not match the current values") {
				t.Errorf("the error is %v, want a ChangedError with Route 53's own words", err)
			}
		})
	}
}

func TestARefusalWithoutAReasonIsNotTriedForEver(t *testing.T) {
	t.Parallel()
	z := &zone53{lists: []map[string]int64{{"blue": 95, "green": 5}}, refuse: 100}
	_, err := z.start(t).SetWeights(t.Context(), shopChange(map[string]int{"blue": 95, "green": 5}, map[string]int{"blue": 50, "green": 50}))
	if err == nil || len(z.batches) != writeAttempts {
		t.Errorf("%d batches, %v", len(z.batches), err)
	}
}

func TestAChangeIsConfirmedOnceItIsInSync(t *testing.T) {
	t.Parallel()
	z := &zone53{lists: []map[string]int64{{"blue": 100, "green": 0}}, status: []string{"PENDING", "PENDING", "INSYNC"}}
	got, err := z.start(t).Confirmed(t.Context(), shopChange(nil, map[string]int{"blue": 100, "green": 0}), "/change/C1")
	if err != nil || !got.Private || got.TTL != 30*time.Second {
		t.Errorf("Confirmed = %+v, %v", got, err)
	}
}
