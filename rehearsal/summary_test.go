package rehearsal

import (
	"crypto/x509"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"drover/orchestrator/journal"
	"drover/rehearsal/aws/inventory"
	"drover/rehearsal/dns"
	"drover/rehearsal/load"
)

func TestEventsTellTheCourseOfARotation(t *testing.T) {
	t.Parallel()
	stream := `{"kind":"rotation-started","from":"blue","to":"green","version":"1.34"}
{"kind":"phase-started","phase":"preflight"}
{"kind":"phase-done","phase":"preflight","outcome":"done","seconds":2}
{"kind":"phase-failed","phase":"build","outcome":"failed","seconds":3}
{"kind":"phase-done","phase":"build","outcome":"done","seconds":60.5}
{"kind":"rotation-finished","outcome":"done"}
{
  "cluster": "shop",
  "active": "green"
}
`
	var e eventReader
	for _, part := range []string{stream[:37], stream[37:200], stream[200:]} { // pipes cut anywhere
		if n, err := e.Write([]byte(part)); n != len(part) || err != nil {
			t.Fatal(n, err)
		}
	}
	want := []Phase{{"preflight", 2, journal.Done}, {"build", 63.5, journal.Done}}
	if !reflect.DeepEqual(e.phases, want) || e.from != "blue" || e.outcome != journal.Done {
		t.Errorf("phases %+v from %s, %s; want %+v from blue, done", e.phases, e.from, e.outcome, want)
	}
}

func TestCompareFindsWhatIsLeftOfTheOldColor(t *testing.T) {
	t.Parallel()
	node := inventory.Resource{Kind: "volume", ID: "vol-1", Color: "blue"}
	detached := inventory.Resource{Kind: "volume", ID: "vol-1"}
	shared := inventory.Resource{Kind: "VPC", ID: "vpc-1"}
	tagged := inventory.Resource{Kind: "target group", ID: "tg-1", Color: "blue"}
	fresh := inventory.Resource{Kind: "EKS cluster", ID: "shop-green", Color: "green"}
	got := compare([]inventory.Resource{node, shared}, []inventory.Resource{detached, shared, tagged, fresh}, "blue")
	if want := []inventory.Resource{detached, tagged}; !reflect.DeepEqual(got.Leftovers, want) {
		t.Errorf("left over: %+v, want %+v", got.Leftovers, want)
	}
	if got := compare(nil, []inventory.Resource{shared, fresh}, "blue"); got.Leftovers == nil || len(got.Leftovers) != 0 {
		t.Errorf("nothing left over is %#v, want an empty list", got.Leftovers)
	}
}

func TestWeightsBeginWithWhatWasServedAtTheStart(t *testing.T) {
	t.Parallel()
	start := time.Now()
	at := func(seconds int, blue, green int) dns.Sample {
		return dns.Sample{From: start.Add(time.Duration(seconds) * time.Second), Weights: map[string]int{"blue": blue, "green": green},
			Answers: map[string]int{"blue": blue, "green": green}}
	}
	got := weightsSince(start, []dns.Sample{at(-90, 0, 0), at(-60, 100, 0), at(30, 50, 50), at(60, 0, 100)})
	if len(got) != 3 || got[0].Seconds != 0 || got[0].Blue != 100 || got[1].Seconds != 30 || got[2].Green != 100 || got[2].Answers.Green != 100 {
		t.Errorf("the weights are %+v", got)
	}
}

func TestASummaryIsASuccessOnlyIfEverythingIs(t *testing.T) {
	t.Parallel()
	good := Summary{Outcome: journal.Done, Weights: []Weights{{Blue: 100}, {Green: 100}}, Requests: load.Requests{Total: 10, Counts: load.Counts{Blue: 5, Green: 5}}}
	for _, management := range [][]Weights{nil, {{Blue: 100}, {Blue: 1, Green: 100}, {Green: 100}}} {
		good.Management = management
		if err := good.Err(); err != nil {
			t.Errorf("with %v: %v", management, err)
		}
	}
	for name, change := range map[string]func(*Summary){
		"failed":      func(s *Summary) { s.Outcome = journal.Failed },
		"rolled back": func(s *Summary) { s.Outcome = journal.RolledBack },
		"no requests": func(s *Summary) { s.Requests = load.Requests{} },
		"one failed":  func(s *Summary) { s.Requests.Failed = 1 },
		"management":  func(s *Summary) { s.Management = []Weights{{Blue: 100}} },
		"no record":   func(s *Summary) { s.Management = []Weights{} },
		"leftovers":   func(s *Summary) { s.Inventory.Leftovers = []inventory.Resource{{Kind: "volume", ID: "vol-1"}} },
	} {
		bad := good
		change(&bad)
		if bad.Err() == nil {
			t.Errorf("%s is a success", name)
		}
	}
}

func TestTheSummaryHasItsDocumentedShape(t *testing.T) {
	t.Parallel()
	s := Summary{Outcome: journal.Done, Phases: []Phase{{"shift", 1.5, journal.Done}}, Weights: []Weights{{Seconds: 1, Blue: 95, Green: 5}},
		Management: []Weights{{Seconds: 2, Green: 100}}, Inventory: compare(nil, nil, "blue")}
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"outcome":"done"`, `"phases":[{"name":"shift","seconds":1.5,"outcome":"done"}]`, `"weights":[{"seconds":1,"blue":95,"green":5`, `"management":[{"seconds":2,"blue":0,"green":100`,
		`"requests":{"total":0,"failed":0,"blue":0,"green":0,"latency":{`, `"leftovers":[]`} {
		if !strings.Contains(string(data), part) {
			t.Errorf("%s is not in %s", part, data)
		}
	}
	var text strings.Builder
	if err := s.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"shift", "Weights of the management interfaces", "Nothing of the old color is left", "moto"} {
		if !strings.Contains(text.String(), part) {
			t.Errorf("%q is not in the summary:\n%s", part, text.String())
		}
	}
}

func TestTheSummaryListsOnlyTheKindsWhoseNumberDiffers(t *testing.T) {
	t.Parallel()
	vpc, blue, green := inventory.Resource{Kind: "VPC", ID: "vpc-1"}, inventory.Resource{Kind: "EKS cluster", ID: "b", Color: "blue"}, inventory.Resource{Kind: "EKS cluster", ID: "g", Color: "green"}
	volume := inventory.Resource{Kind: "volume", ID: "vol-1"}
	var b strings.Builder
	Summary{Inventory: compare([]inventory.Resource{vpc, blue}, []inventory.Resource{vpc, green, volume}, "blue")}.writeInventory(&b)
	for _, line := range []string{"  volume       0     ·      ·      1     ·      ·", "     all       2     1      ·      3     ·      1", "2 kinds have as many resources as before"} {
		if !strings.Contains(b.String(), line) {
			t.Errorf("%q is not in\n%s", line, b.String())
		}
	}
	if strings.Contains(b.String(), "VPC") || strings.Contains(b.String(), "EKS cluster") {
		t.Errorf("kinds whose number is the same are listed:\n%s", b.String())
	}
}

func TestTheCertificateIsForManagementInterfacesOfAnyColor(t *testing.T) {
	t.Parallel()
	leaf := x509.Certificate{DNSNames: Options{Domain: "shop.example.com", Management: "ops.shop.example.com"}.hosts()}
	for _, host := range []string{"shop.example.com", "green.shop.example.com", "ops.shop.example.com", "grafana.ops.shop.example.com", "grafana.green.ops.shop.example.com"} {
		if err := leaf.VerifyHostname(host); err != nil {
			t.Error(err)
		}
	}
	if hosts := (Options{Domain: "shop.example.com"}).hosts(); len(hosts) != 2 {
		t.Errorf("without management the certificate is for %v", hosts)
	}
}

func TestExportsAreReadByAShell(t *testing.T) {
	t.Parallel()
	got := exports(map[string]string{"B": "it's", "A": "x y"})
	if want := "export A='x y'\nexport B='it'\\''s'\n# "; !strings.HasPrefix(got, want) {
		t.Errorf("got %q, want %q first", got, want)
	}
}

func TestTheSummaryTellsTheRequestsByKind(t *testing.T) {
	t.Parallel()
	r := load.Requests{Total: 6, Counts: load.Counts{Blue: 3, Green: 2, Failed: 1},
		Kinds: []load.KindCounts{
			{Kind: load.Caches, Clients: 3, Counts: load.Counts{Blue: 3, Latency: load.Latency{P50: 0.4, P95: 1, P99: 2, Max: 9.5}}},
			{Kind: load.Ignores, Clients: 1, Counts: load.Counts{Green: 2, Failed: 1}},
		},
		Seconds: []load.Second{
			{Kinds: map[load.Kind]load.Counts{load.Caches: {Blue: 2}, load.Ignores: {Failed: 1}}},
			{Second: 1, Kinds: map[load.Kind]load.Counts{load.Caches: {Blue: 1, Green: 1}, load.Ignores: {Green: 2}}},
		},
		Failures: []string{"after 0.1 s, a client that ignores the TTL: refused"}}
	var b strings.Builder
	Summary{Requests: r}.writeRequests(&b)
	for _, line := range []string{"Requests: 6", "cache for the TTL        3     3      0       0  0.4  1.0  2.0  9.5",
		"  cache for the TTL   ░▒\n", "  ignore the TTL      !█\n", "failed after 0.1 s, a client that ignores"} {
		if !strings.Contains(b.String(), line) {
			t.Errorf("%q is not in\n%s", line, b.String())
		}
	}
	data, err := json.Marshal(Summary{Requests: r})
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"kinds":[{"kind":"caches for the TTL","clients":3,"failed":0,"blue":3,`, `"seconds":[{"second":0,"failed":0,`,
		`"kinds":{"caches for the TTL":{"failed":0,"blue":2,"green":0,"latency":{"p50":0,`} {
		if !strings.Contains(string(data), part) {
			t.Errorf("%s is not in %s", part, data)
		}
	}
}
