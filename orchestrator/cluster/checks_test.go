package cluster

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	"drover/orchestrator/platform"
	"drover/orchestrator/rotation"
	"drover/orchestrator/verify"
)

// wire is a network on which Prometheus answers one, and everything that is asked is written down.
type wire struct{ asked []string }

func (w *wire) Client(string) *http.Client   { return &http.Client{Transport: w} }
func (w *wire) URL(host, path string) string { return "https://" + host + path }
func (w *wire) LookupHost(context.Context, string) ([]string, error) {
	return []string{"192.0.2.1"}, nil
}

func (w *wire) Served(_ context.Context, host string) (map[string][]string, error) {
	w.asked = append(w.asked, "the servers of "+host)
	return map[string][]string{"192.0.2.53:53": {"192.0.2.1"}}, nil
}

func (w *wire) Expiries(_ context.Context, host string) (map[string]time.Time, error) {
	w.asked = append(w.asked, "the certificate of "+host)
	return map[string]time.Time{"192.0.2.1": time.Now().AddDate(0, 0, 20)}, nil
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	asked := r.URL.String()
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, err
		}
		asked += " " + form.Get("query")
		if strings.HasSuffix(r.URL.Path, "judge") {
			asked = string(body) + r.Header.Get("X-Key")
		}
	}
	w.asked = append(w.asked, asked)
	answer := `{"verdict":"pass","status":"success","data":{"resultType":"scalar","result":[1700000000,"1"]}}`
	return &http.Response{StatusCode: http.StatusOK, Status: "200 OK", Body: io.NopCloser(strings.NewReader(answer)), Request: r}, nil
}

func checksOf(verify ...spec.Check) spec.Cluster {
	return spec.Cluster{Metadata: spec.Metadata{Name: "shop"}, Spec: spec.Spec{Ingress: spec.Ingress{Domain: "shop.test"}, Rotation: spec.Rotation{Verify: verify}}}
}

// The texts of checks name the color that is judged, the other one, the cluster and the host.
func TestChecksAskWhatTheirTextsSayOfTheColor(t *testing.T) {
	t.Parallel()
	least := 1.0
	c := checksOf(
		spec.Check{HTTP: &spec.HTTPCheck{Path: "/of/{{color}}"}},
		spec.Check{Prometheus: &spec.PrometheusCheck{URL: "https://prometheus.{{color}}.ops.shop.test", Query: `up{cluster="{{cluster}}",not="{{other}}",host="{{host}}"}`, Min: &least}},
		spec.Check{Command: &spec.CommandCheck{Run: []string{"echo", "{{other}}"}}},
	)
	for of, want := range map[color.Color][]string{
		color.Green: {"https://green.shop.test/of/green", `https://prometheus.green.ops.shop.test/api/v1/query up{cluster="shop-green",not="blue",host="green.shop.test"}`},
		color.Blue:  {"https://blue.shop.test/of/blue", `https://prometheus.blue.ops.shop.test/api/v1/query up{cluster="shop-blue",not="green",host="blue.shop.test"}`},
	} {
		net := &wire{}
		for _, check := range SpecChecks(net, &fakeCloud{}, nil, nil)(c, of)[3:] {
			answer := check.Run(t.Context())
			if answer.Verdict != verify.Pass {
				t.Errorf("%s of %s: %+v", check.Name(), of, answer)
			}
			if strings.HasPrefix(check.ID, "command") && !strings.Contains(answer.Detail, string(of.Other())) {
				t.Errorf("the program was run as %q", answer.Detail)
			}
		}
		if !slices.Equal(net.asked, want) {
			t.Errorf("asked %q, want %q", net.asked, want)
		}
	}
}

// Names, certificates and a team's own judge are asked of the color's own side; the judge is told the moment, and gets the
// secret by the variable that the spec names.
func TestJudgesAreToldWhatTheyJudge(t *testing.T) {
	t.Parallel()
	c := checksOf(
		spec.Check{HTTP: &spec.HTTPCheck{Path: "/", Certificate: &spec.CertificateCheck{DaysLeft: 14}}},
		spec.Check{DNS: &spec.DNSCheck{Name: "api.{{host}}", From: spec.Authoritative}},
		spec.Check{DNS: &spec.DNSCheck{Name: "{{color}}.example.org", From: "resolver"}},
		spec.Check{Webhook: &spec.WebhookCheck{URL: "https://{{color}}.test/judge", Header: "X-Key", Key: spec.EnvRef{Env: "KEY"}}},
	)
	net := &wire{}
	ctx := verify.At(t.Context(), verify.Moment{Rotation: "r1", Phase: spec.DuringShift, Share: 25})
	for _, check := range SpecChecks(net, &fakeCloud{}, nil, func(name string) string { return "value of " + name })(c, color.Green)[3:] {
		if answer := check.Run(ctx); answer.Verdict != verify.Pass {
			t.Errorf("%s: %+v", check.Name(), answer)
		}
	}
	want := []string{"https://green.shop.test/", "the certificate of green.shop.test", "the servers of api.green.shop.test",
		`{"cluster":"shop","color":"green","other":"blue","host":"green.shop.test","name":"shop-green","rotation":"r1","phase":"shift","share":25}value of KEY`}
	if !slices.Equal(net.asked, want) {
		t.Errorf("asked %q, want %q", net.asked, want)
	}
}

// asking keeps what the platform is asked for.
type asking struct {
	fakeCloud
	asked []platform.MetricQuery
}

func (a *asking) Metrics(_ context.Context, q platform.MetricQuery) ([]platform.MetricValue, error) {
	a.asked = append(a.asked, q)
	return []platform.MetricValue{{Value: 0.5}}, nil
}

func TestMetricsAreAskedOfTheColor(t *testing.T) {
	t.Parallel()
	most := 1.0
	c := checksOf(spec.Check{CloudWatch: &spec.CloudWatchCheck{Max: &most, Expression: "e / 2", Period: spec.Duration(time.Minute), Metrics: []spec.CloudWatchMetric{
		{Name: "e", Namespace: "Shop", Metric: "Errors", Stat: "Sum", Dimensions: map[string]string{"Cluster": "{{cluster}}", "LoadBalancer": spec.BalancerMark}}}}})
	cloud := &asking{}
	check := SpecChecks(&wire{}, cloud, nil, nil)(c, color.Green)[3]
	if a := check.Run(t.Context()); a.Verdict != verify.Pass || a.Value == nil || *a.Value != 0.5 || !strings.HasPrefix(check.ID, "cloudwatch-") {
		t.Errorf("%s: %+v", check.ID, a)
	}
	q := cloud.asked[0]
	if q.Cluster != "shop" || q.Color != "green" || q.Expression != "e / 2" || q.Metrics[0].Dimensions["Cluster"] != "shop-green" || q.Metrics[0].Dimensions["LoadBalancer"] != spec.BalancerMark {
		t.Errorf("asked for %+v", q)
	}
}

// What a rotation is pinned to has the occasions of checks that are not always asked, and nothing of the others: the
// journal of a spec without them reads as it did.
func TestThePlanHasTheOccasionsOfChecks(t *testing.T) {
	t.Parallel()
	c := checksOf(spec.Check{HTTP: &spec.HTTPCheck{Path: "/a"}, When: []string{"soak"}}, spec.Check{HTTP: &spec.HTTPCheck{Path: "/b"}, When: []string{"always"}}, spec.Check{HTTP: &spec.HTTPCheck{Path: "/c"}})
	checks := SpecChecks(&wire{}, &fakeCloud{}, nil, nil)(c, color.Green)
	plan := planOf(c, "digest", checks)
	if len(plan.When) != 1 || !slices.Equal(plan.When[checks[3].ID], []string{"soak"}) {
		t.Errorf("the occasions are %v", plan.When)
	}
	c.Spec.Rotation.Verify = c.Spec.Rotation.Verify[1:]
	data, err := json.Marshal(planOf(c, "digest", SpecChecks(&wire{}, &fakeCloud{}, nil, nil)(c, color.Green)))
	if err != nil || strings.Contains(string(data), "when") {
		t.Errorf("%s, %v", data, err)
	}
}

// A rotation under way keeps its spec as JSON. Fields of a later release are not in it where they are not set, so that
// the spec is not taken for another one.
func TestASpecWithoutNewFieldsIsPinnedAsBefore(t *testing.T) {
	t.Parallel()
	data, err := json.Marshal([]spec.Check{{HTTP: &spec.HTTPCheck{Path: "/"}}, {Prometheus: &spec.PrometheusCheck{}}})
	want := `[{"Kubernetes":null,"HTTP":{"Path":"/","Status":0,"Samples":0,"MaxLatency":"0s","Timeout":"0s"},"Prometheus":null,"Command":null},` +
		`{"Kubernetes":null,"HTTP":null,"Prometheus":{"URL":"","Query":"","Min":null,"Max":null,"Timeout":"0s"},"Command":null}]`
	if err != nil || string(data) != want {
		t.Errorf("%s, %v; want %s", data, err, want)
	}
	whole, err := json.Marshal(spec.Rotation{})
	if err != nil || strings.Contains(string(whole), "Handover") || strings.Contains(string(whole), "Volumes") {
		t.Errorf("%s, %v; fields that a spec does not use are not pinned", whole, err)
	}
	if got := identity("http", "green.shop.test", spec.Check{HTTP: &spec.HTTPCheck{Path: "/", Status: 200, Samples: 20, Timeout: spec.Duration(600e9)}}); got != "http-c6c8534804e457ac" {
		t.Errorf("the check is known as %s", got)
	}
}

// Only the checks of the occasion are asked, and what they measure is in the journal.
func TestARoundAsksTheChecksOfItsOccasion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := &session{Options: w.options(), loop: &rotation.Loop{State: journal.Empty()}}
	measured := 0.25
	s.ports.Checks = func(spec.Cluster, color.Color) []Check {
		return []Check{{ID: "a", Check: fakeCheck{w, "a"}}, {ID: "b", When: []string{"shift", "soak"}, Check: measuring{measured}}}
	}
	for during, want := range map[string]int{spec.DuringVerify: 1, spec.DuringShift: 2, spec.DuringSoak: 2} {
		results := s.round(t.Context(), color.Green, during, false)
		if len(results) != want {
			t.Errorf("during %s: %+v", during, results)
		}
		if want == 2 && (results[1].Value == nil || *results[1].Value != measured || results[1].Unit != "s" || verdictOf(during, color.Green, results[1]).Value == nil) {
			t.Errorf("measured: %+v", results[1])
		}
	}
}

type measuring struct{ value float64 }

func (measuring) Name() string { return "measuring" }
func (m measuring) Run(context.Context) verify.Answer {
	return verify.Answer{Verdict: verify.Pass, Value: &m.value, Unit: "s"}
}

// What a check measured at one share of the traffic says nothing of another; before any traffic all samples are needed.
func TestLimitsBeginAnewWithEachStep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := &session{Options: w.options(), loop: &rotation.Loop{State: journal.Empty()}}
	s.ports.Checks = func(spec.Cluster, color.Color) []Check {
		return []Check{{ID: "a", Check: fakeCheck{w, "a"}, Limits: verify.Limits{Samples: 2, Failures: 1}}}
	}
	ask := func(want verify.Verdict, during string, all bool) {
		t.Helper()
		if got := s.round(t.Context(), color.Green, during, all); got[0].Verdict != string(want) {
			t.Errorf("%+v, want %s", got, want)
		}
	}
	ask(verify.Inconclusive, spec.DuringVerify, true)
	ask(verify.Pass, spec.DuringVerify, true)
	w.verdicts["a"] = verify.Fail
	ask(verify.Pass, spec.DuringVerify, false) // one of two may fail
	s.loop.State.Weights = color.Shared(color.Green, 10)
	ask(verify.Inconclusive, spec.DuringShift, false) // nothing passed at this share
	ask(verify.Fail, spec.DuringShift, false)
}
