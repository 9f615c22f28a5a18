//go:build unix

package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	"drover/orchestrator/platform"
	"drover/orchestrator/platform/aws"
	"drover/orchestrator/rotation"
	"drover/orchestrator/store"
	"drover/orchestrator/store/file"
	"drover/orchestrator/traffic"
	"drover/rehearsal/aws/awsapi"
	"drover/test/harness"
)

const (
	backTrials  = 25
	backClients = 20 // of each trial
	backTTL     = time.Second
	backDomain  = "herd.example.com"
)

// From the round of checks by which green's analysis has failed until every authoritative server answers blue and nothing
// else: at most 2 s at the median. Of clients that keep an answer for its time to live, 99 % go to blue within that and
// 2 s. Deciding, the store, the write to Route 53 and its confirmation at the name servers are drover's own, and so are
// loop and phases; the account and the name servers are the rehearsal's; the checks' verdicts are given.
func BenchmarkBack(b *testing.B) {
	z := newZone(b)
	var took, since, known, clients []float64
	for b.Loop() {
		for range backTrials {
			t := z.trial(b)
			took, since = append(took, t.served.Sub(t.failed).Seconds()), append(since, t.served.Sub(t.first).Seconds())
			known = append(known, t.known.Sub(t.failed).Seconds())
			for _, left := range t.left {
				clients = append(clients, left.Sub(t.failed).Seconds())
			}
		}
	}
	slices.Sort(clients)
	b.ReportMetric(median(took), "s-median(max:2)")
	b.ReportMetric(slices.Max(took), "s-slowest")
	b.ReportMetric(median(since), "s-since-first-fail")
	b.ReportMetric(median(known), "s-until-confirmed")
	b.ReportMetric(clients[len(clients)*99/100], fmt.Sprintf("s-client-99%%(max:%.0f)", (backTTL+2*time.Second).Seconds()))
	b.ReportMetric(float64(len(took)), "trials")
}

// zone is one in the simulated Route 53, with both colors' records.
type zone struct {
	platform *aws.Platform
	net      *traffic.Net
	servers  []*traffic.Net // each asks one name server alone
	id       string
	fence    int64
}

func newZone(b *testing.B) *zone {
	b.Helper()
	spec := filepath.Join(b.TempDir(), "cluster.yaml")
	if err := os.WriteFile(spec, []byte(strings.ReplaceAll(rotated, "VERSION", "1.35")), 0o600); err != nil {
		b.Fatal(err)
	}
	for name, value := range harness.Cloud(b, spec) {
		b.Setenv(name, value)
	}
	api := awsapi.Client{Endpoint: os.Getenv("AWS_ENDPOINT_URL"), Region: os.Getenv("AWS_REGION"), HTTP: http.DefaultClient}
	var made struct {
		ID string `xml:"HostedZone>Id"`
	}
	z := &zone{}
	call := func(operation, path, body string, out any) {
		if err := api.RESTXML(b.Context(), "route53", operation, http.MethodPost, path, []byte(body), out); err != nil {
			b.Fatal(err)
		}
	}
	const document = `xmlns="https://route53.amazonaws.com/doc/2013-04-01/"`
	call("CreateHostedZone", "/2013-04-01/hostedzone", `<CreateHostedZoneRequest `+document+`><Name>`+backDomain+`</Name><CallerReference>bench</CallerReference></CreateHostedZoneRequest>`, &made)
	z.id = strings.TrimPrefix(made.ID, "/hostedzone/")
	call("ChangeResourceRecordSets", "/2013-04-01/hostedzone/"+z.id+"/rrset", `<ChangeResourceRecordSetsRequest `+document+`><ChangeBatch><Changes>`+records()+`</Changes></ChangeBatch></ChangeResourceRecordSetsRequest>`, nil)
	var err error
	if z.platform, err = aws.New(b.Context(), api.Region, func(...string) {}); err != nil {
		b.Fatal(err)
	}
	if z.net, err = traffic.FromEnv(); err != nil {
		b.Fatal(err)
	}
	for server := range strings.SplitSeq(os.Getenv("DROVER_NAMESERVERS"), ",") {
		one, err := traffic.From(func(name string) string {
			if name == "DROVER_NAMESERVERS" {
				return server
			}
			return os.Getenv(name)
		})
		if err != nil {
			b.Fatal(err)
		}
		z.servers = append(z.servers, one)
	}
	return z
}

// addresses are those of the colors' load balancers.
var addresses = map[color.Color]string{color.Blue: "127.0.9.1", color.Green: "127.0.9.2"}

// records are each color's own host, and the weighted ones: all traffic is green's.
func records() string {
	var b strings.Builder
	record := func(name, more string, c color.Color) {
		fmt.Fprintf(&b, `<Change><Action>CREATE</Action><ResourceRecordSet><Name>%s</Name><Type>A</Type>%s<TTL>%d</TTL><ResourceRecords><ResourceRecord><Value>%s</Value></ResourceRecord></ResourceRecords></ResourceRecordSet></Change>`,
			name, more, int(backTTL.Seconds()), addresses[c])
	}
	for _, c := range []color.Color{color.Blue, color.Green} {
		record(string(c)+"."+backDomain, "", c)
		for _, name := range []string{backDomain, "*." + backDomain} {
			record(name, fmt.Sprintf("<SetIdentifier>%s</SetIdentifier><Weight>%d</Weight>", c, color.Shared(color.Green, 100)[c]), c)
		}
	}
	return b.String()
}

// set writes weights as drover does, and waits until they are served.
func (z *zone) set(ctx context.Context, weights color.Weights) error {
	z.fence++
	change := platform.Change{ZoneID: z.id, Domain: backDomain, New: map[string]int{}, Fence: z.fence, Rotation: "r"}
	hosts := map[string]string{}
	for c, weight := range weights {
		change.New[string(c)], hosts[string(c)] = weight, string(c)+"."+backDomain
	}
	token, err := z.platform.SetWeights(ctx, change)
	if err != nil {
		return err
	}
	if _, err := z.platform.Confirmed(ctx, change, token); err != nil {
		return err
	}
	_, err = z.net.Confirm(ctx, backDomain, hosts, change.New)
	return err
}

// trial is one soak that fails.
type trial struct {
	*zone
	lease         *store.Lease
	first, failed time.Time   // the first round of checks with a fail, and the one by which the analysis has failed
	served        time.Time   // when all name servers answered blue, as somebody saw who asks them all the time
	known         time.Time   // when drover had that confirmed
	left          []time.Time // when each client went to blue
}

var errServed = errors.New("blue is served")

// trial sends all traffic to green, has green fail while it soaks, and watches drover's loop and the clients.
func (z *zone) trial(b *testing.B) *trial {
	b.Helper()
	if err := z.set(b.Context(), color.Shared(color.Green, 100)); err != nil {
		b.Fatal(err)
	}
	lease, err := store.Open(file.Open(b.TempDir()), "herd", store.Options{}).Acquire(b.Context(), store.Holder{})
	if err != nil {
		b.Fatal(err)
	}
	t := &trial{zone: z, lease: lease, left: make([]time.Time, backClients)}
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	defer cancel()
	var clients sync.WaitGroup
	for i := range t.left {
		clients.Go(func() { t.left[i] = z.client(ctx, time.Duration(i)*backTTL/backClients) })
	}
	time.Sleep(backTTL) // each has an answer
	served := make(chan time.Time, 1)
	go func() { served <- z.served(ctx) }()
	loop := &rotation.Loop{Decide: rotation.Next, Memory: t, Hands: t, Clock: t, Observer: t, State: soaking(), Patience: time.Minute}
	if err := loop.Run(ctx); !errors.Is(err, errServed) {
		b.Fatalf("the rotation did not go back: %v", err)
	}
	clients.Wait()
	t.served = <-served
	if ctx.Err() != nil || slices.ContainsFunc(append(t.left, t.served), time.Time.IsZero) {
		b.Fatal("a client stayed with green")
	}
	return t
}

// served is when the last of the zone's name servers answered with blue: before, each answered with green alone.
func (z *zone) served(ctx context.Context) time.Time {
	var last time.Time
	for _, server := range z.servers {
		for {
			found, err := server.LookupHost(ctx, backDomain)
			if err == nil && slices.Equal(found, []string{addresses[color.Blue]}) {
				break
			}
			select {
			case <-ctx.Done():
				return time.Time{}
			case <-time.After(10 * time.Millisecond):
			}
		}
		last = time.Now()
	}
	return last
}

// client asks for the domain whenever the time to live of the answer before is over, until it is blue's.
func (z *zone) client(ctx context.Context, begin time.Duration) time.Time {
	for pause := begin; ; pause = backTTL {
		select {
		case <-ctx.Done():
			return time.Time{}
		case <-time.After(pause):
		}
		if found, err := z.net.LookupHost(ctx, backDomain); err == nil && slices.Equal(found, []string{addresses[color.Blue]}) {
			return time.Now()
		}
	}
}

// soaking is a rotation whose green has all traffic and is watched.
func soaking() journal.State {
	now := time.Now().UTC()
	plan := journal.Plan{Spec: "s", Steps: []int{100}, Checks: []string{"c"}, Interval: time.Second, Soak: time.Hour, Slowest: time.Minute, Patience: time.Minute, OnFailure: "rollback"}
	s := journal.Fold([]journal.Event{
		{Kind: journal.Activated, Time: now, To: color.Blue},
		{Kind: journal.Weights, Time: now, Weights: color.Shared(color.Green, 100), TTL: backTTL.Seconds()},
		{Kind: journal.RotationStarted, Time: now, Rotation: "r", From: color.Blue, To: color.Green, Plan: &plan},
		{Kind: journal.Activated, Time: now, To: color.Green},
		{Kind: journal.Preflighted, Time: now},
	})
	for _, p := range rotation.Phases {
		s.Add(journal.Event{Kind: journal.PhaseStarted, Time: now, Phase: p.Name})
		if p.Name == rotation.Soak {
			break
		}
		s.Add(journal.Event{Kind: journal.PhaseDone, Time: now, Phase: p.Name, Outcome: journal.Done})
	}
	return s
}

// Carry is what a rotation does outside, as far as this one comes.
func (t *trial) Carry(ctx context.Context, e rotation.Effect, emit rotation.Emit) error {
	switch e.Do {
	case rotation.Ask:
		if t.failed = time.Now(); t.first.IsZero() {
			t.first = t.failed
		}
		return emit(ctx, journal.Event{Kind: journal.Checked, Phase: e.Phase, Root: string(e.Color), Verdicts: []journal.Result{{Check: "c", Name: "http", Verdict: "fail"}}})
	case rotation.Weigh:
		if err := emit(ctx, journal.Event{Kind: journal.WeightsIntended, Phase: e.Phase, Weights: e.Weights}); err != nil {
			return err
		}
		if err := t.set(ctx, e.Weights); err != nil {
			return err
		}
		t.known = time.Now()
		return fmt.Errorf("%w: %w", rotation.ErrLost, errServed) // what follows is not measured
	default:
		return fmt.Errorf("this rotation does not come to %s", e.Do)
	}
}

// Append is a record of a store on disk.
func (t *trial) Append(ctx context.Context, e journal.Event) (journal.Event, error) {
	data, err := json.Marshal(e)
	if err == nil {
		_, err = t.lease.Append(ctx, data)
	}
	return e, err
}

func (*trial) Requests(context.Context) ([]rotation.Request, error) { return nil, nil }
func (*trial) Event(journal.Event)                                  {}
func (*trial) Progress(string)                                      {}
func (*trial) Now() time.Time                                       { return time.Now() }

func (*trial) Sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
