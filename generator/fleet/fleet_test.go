package fleet_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"drover/generator/fleet"
	"drover/generator/spec"
)

// written writes specs, each given by its name and the lines of its network,
// and gives the files in that order.
func written(t *testing.T, specs ...[2]string) []string {
	t.Helper()
	dir := t.TempDir()
	var files []string
	for i, s := range specs {
		text := fmt.Sprintf("apiVersion: drover/v1\nkind: Cluster\nmetadata: {name: %s}\nspec:\n  platform: aws\n  region: eu-west-1\n"+
			"  ingress: {domain: %s.example.com}\n%s\n", s[0], s[0], s[1])
		if !strings.Contains(text, "  access:") {
			text += "  access: {admins: [\"arn:aws:iam::123456789012:role/platform-admin\"]}\n"
		}
		file := filepath.Join(dir, fmt.Sprintf("%c.yaml", 'a'+i))
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

func check(t *testing.T, files []string) string {
	t.Helper()
	members, said, err := fleet.Load(t.Context(), files)
	if err != nil || len(members) != len(files) {
		t.Fatalf("loading %v gave %d members, and %v", files, len(members), err)
	}
	for i, m := range members {
		if m.File != files[i] {
			t.Errorf("member %d is %s, want %s", i, m.File, files[i])
		}
	}
	for _, d := range said {
		if d.Severity == spec.Error && strings.Contains(d.Message, ", in ") && (len(d.Related) != 1 || d.Related[0].Line < 1 || d.Related[0].File == d.File) {
			t.Errorf("a diagnostic about two files does not relate to the other: %+v", d)
		}
		if d.File == "" || d.Message == "" || d.Suggestion == "" || d.Line < 1 || !strings.Contains(d.Excerpt, "^") {
			t.Errorf("a diagnostic lacks its place, message, suggestion or caret: %+v", d)
		}
	}
	return strings.ReplaceAll(said.Error(), filepath.Dir(files[0])+"/", "")
}

func TestTwoPublicClustersOfOneDomainAreRefused(t *testing.T) {
	t.Parallel()
	files := written(t,
		[2]string{"one", "  network: {cidr: 10.40.0.0/16}"},
		[2]string{"two", "  network: {cidr: 10.41.0.0/16}"},
		[2]string{"three", "  network: {cidr: 10.42.0.0/16}"})
	shared := func(file, domain string) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := regexp.MustCompile(`ingress: .*`).ReplaceAllString(string(data), "ingress: "+domain)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	shared(files[1], "{domain: one.example.com}")
	shared(files[2], "{domain: one.example.com, visibility: internal}")
	want := "b.yaml:7:21: error: spec.ingress.domain one.example.com is the domain of one too, in a.yaml:7\n"
	if got := check(t, files); !strings.HasPrefix(got, want) || strings.Contains(got, "c.yaml") {
		t.Errorf("two clusters of one domain are answered with:\n%s\nwant only:\n%s", got, want)
	}
}

func TestOverlapsBetweenSpecsAreRefusedNamingBothLines(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		specs [][2]string
		want  string
	}{
		"two networks": {
			[][2]string{{"one", "  network: {cidr: 10.40.0.0/16}"}, {"two", "  network: {cidr: 10.40.128.0/18}"}},
			"b.yaml:8:19: error: spec.network.cidr 10.40.128.0/18 overlaps the network of one, 10.40.0.0/16, in a.yaml:8\n" +
				"    8 |   network: {cidr: 10.40.128.0/18}\n      |                   ^^^^^^^^^^^^^^\n" +
				"  --> a.yaml:8:19\n    8 |   network: {cidr: 10.40.0.0/16}\n      |                   ^^^^^^^^^^^^\n" +
				"      = help: write cidr: 10.41.0.0/18, which is free in all of these specs",
		},
		"a range that another reserves": {
			[][2]string{{"one", "  network: {cidr: 10.40.0.0/16}"}, {"two", "  network:\n    cidr: 10.50.0.0/16\n    reserved: [{name: office, cidr: 10.40.0.0/16}]"}},
			`a.yaml:8:19: error: spec.network.cidr 10.40.0.0/16 overlaps the range "office" that two reserves, 10.40.0.0/16, in b.yaml:10`,
		},
		"VPN clients": {
			[][2]string{
				{"one", "  network: {cidr: 10.40.0.0/16}\n" + vpn("10.90.0.0/22")},
				{"two", "  network: {cidr: 10.41.0.0/16}\n" + vpn("10.90.0.0/20")},
			},
			"b.yaml:11:16: error: spec.access.vpn.clients 10.90.0.0/20 overlaps the VPN clients of one, 10.90.0.0/22, in a.yaml:11",
		},
		"the services of one": {
			[][2]string{{"one", "  network: {cidr: 10.40.0.0/16, services: 10.41.0.0/16}"}, {"two", "  network: {cidr: 10.41.0.0/16}"}},
			"a.yaml:8:43: error: spec.network.services 10.41.0.0/16 overlaps the network of two, 10.41.0.0/16, in b.yaml:8",
		},
		"the services of many": {
			[][2]string{
				{"one", "  network: {cidr: 10.40.0.0/16}"}, {"two", "  network: {cidr: 10.41.0.0/16}"}, {"three", "  network: {cidr: 172.20.0.0/16}"},
			},
			"c.yaml:8:19: error: spec.network.cidr 172.20.0.0/16 overlaps the services of one and of others, 172.20.0.0/16, in a.yaml:8",
		},
		"the pods of two": {
			[][2]string{{"one", "  network: {cidr: 10.40.0.0/16, pods: 100.64.0.0/16}"}, {"two", "  network: {cidr: 10.41.0.0/16, pods: 100.64.128.0/18}"}},
			"b.yaml:8:39: error: spec.network.pods 100.64.128.0/18 overlaps the pods of one, 100.64.0.0/16, in a.yaml:8\n" +
				"    8 |   network: {cidr: 10.41.0.0/16, pods: 100.64.128.0/18}\n      |                                       ^^^^^^^^^^^^^^^\n" +
				"  --> a.yaml:8:39\n    8 |   network: {cidr: 10.40.0.0/16, pods: 100.64.0.0/16}\n      |                                       ^^^^^^^^^^^^^\n" +
				"      = help: write pods: 100.65.0.0/18, which is free in all of these specs",
		},
		"a peer that is not what it says": {
			[][2]string{
				{"one", "  network:\n    cidr: 10.40.0.0/16\n    peerings: [{name: three, network: vpc-0a1b2c3d4e5f60718, cidrs: [10.41.0.0/16]}]"},
				{"two", "  network: {cidr: 10.41.0.0/16}"},
			},
			`b.yaml:8:19: error: spec.network.cidr 10.41.0.0/16 overlaps the range "three" that one reserves, 10.41.0.0/16, in a.yaml:10`,
		},
		"two of a name": {
			[][2]string{{"one", "  network: {cidr: 10.40.0.0/16}"}, {"one", "  network: {cidr: 10.41.0.0/16}"}},
			`b.yaml:3:18: error: metadata.name "one" is the name of another cluster too, in a.yaml:3`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := check(t, written(t, row.specs...))
			if !strings.Contains(got, row.want) || strings.Count(got, "error:") != 1 {
				t.Errorf("is answered with\n%s\nwant\n%s", got, row.want)
			}
		})
	}
}

func vpn(clients string) string {
	const certificate = "arn:aws:acm:eu-west-1:123456789012:certificate/11111111-1111-1111-1111-111111111111"
	return "  access:\n    vpn:\n      clients: " + clients + "\n      serverCertificate: " + certificate + "\n      clientRootCertificate: " + certificate +
		"\n    admins: [arn:aws:iam::123456789012:role/platform-admin]"
}

func TestWhatClustersMayShareIsNoOverlap(t *testing.T) {
	t.Parallel()
	got := check(t, written(t,
		[2]string{"one", "  network:\n    cidr: 10.40.0.0/16\n    services: 172.20.0.0/16\n    reserved: [{name: office, cidr: 10.0.0.0/16}, {name: two, cidr: 10.41.0.0/16}]"},
		[2]string{"two", "  network:\n    cidr: 10.41.0.0/16\n    services: 172.20.0.0/16\n    reserved: [{name: office, cidr: 10.0.0.0/16}]\n    peerings: [{name: one, network: vpc-0a1b2c3d4e5f60718, cidrs: [10.40.0.0/16]}]\n" +
			"    transitGateway: {id: tgw-0a1b2c3d4e5f60718, cidrs: [10.0.0.0/8]}"},
	))
	if strings.Contains(got, "error") {
		t.Errorf("two clusters with an office, services and each other's network in common are refused:\n%s", got)
	}
}

func TestEveryOverlapOfAFleetIsToldAnotherFreeBlock(t *testing.T) {
	t.Parallel()
	specs := make([][2]string, 20)
	for i := range specs {
		specs[i] = [2]string{fmt.Sprintf("cluster%d", i), "  network: {cidr: 10.40.0.0/16}"}
	}
	got := check(t, written(t, specs...))
	for i := 1; i < len(specs); i++ {
		if want := fmt.Sprintf("write cidr: 10.%d.0.0/16,", 40+i); strings.Count(got, want) != 1 {
			t.Errorf("%q is not suggested exactly once:\n%s", want, got)
		}
	}
}

func TestASpecWithMistakesOfItsOwnIsNotCompared(t *testing.T) {
	t.Parallel()
	got := check(t, written(t, [2]string{"one", "  network: {cidr: 10.40.0.0/16}"}, [2]string{"two", "  network: {cidr: 10.40.0.0/16, zones: 99}"}))
	if strings.Contains(got, "overlaps") || !strings.Contains(got, "spec.network.zones is 99") {
		t.Errorf("a spec with a wrong number of zones is answered with\n%s", got)
	}
}

// Its ranges may be a mistake and may be not, so that nobody is sent there.
func TestNothingIsSuggestedThatASpecWithMistakesOfItsOwnNames(t *testing.T) {
	t.Parallel()
	got := check(t, written(t,
		[2]string{"one", "  network: {cidr: 10.40.0.0/16}"}, [2]string{"two", "  network: {cidr: 10.40.0.0/16}"},
		[2]string{"three", "  network: {cidr: 10.41.0.0/16, zones: 99}"}))
	if !strings.Contains(got, "help: write cidr: 10.42.0.0/16, which is free in all of these specs") {
		t.Errorf("beside a spec with a wrong number of zones is suggested\n%s", got)
	}
}

// AWS adds no range of another private block to a network.
func TestOtherPodsAreSuggestedOfTheRangeThatEveryNetworkTakes(t *testing.T) {
	t.Parallel()
	got := check(t, written(t,
		[2]string{"one", "  network: {cidr: 10.0.0.0/16, pods: 100.127.0.0/16}"}, [2]string{"two", "  network: {cidr: 172.24.0.0/16, pods: 172.25.0.0/16}"},
		[2]string{"three", "  network: {cidr: 10.1.0.0/16, reserved: [{name: far, cidr: 172.25.0.0/16}, {name: carrier, cidr: 100.64.0.0/11}]}"}))
	if !strings.Contains(got, "help: write pods: 100.96.0.0/16, which is free in all of these specs") {
		t.Errorf("for pods in a range that another spec reserves is suggested\n%s", got)
	}
}

func TestLoadingStopsWhenItIsCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := fleet.Load(ctx, []string{"missing.yaml"}); !errors.Is(err, context.Canceled) {
		t.Errorf("a canceled load gives %v", err)
	}
}

// A fleet in which everything overlaps is checked in the time that it takes to
// look at it, and its report names each range once.
func TestAFleetOfEqualNetworksHasOneDiagnosticForEach(t *testing.T) {
	t.Parallel()
	gone := filepath.Join(t.TempDir(), "gone.yaml")
	members := make([]fleet.Member, 3000)
	for i := range members {
		c := spec.Cluster{Metadata: spec.Metadata{Name: fmt.Sprintf("c%d", i)}}
		c.Spec.Network = spec.Network{CIDR: "10.40.0.0/16", Services: "172.20.0.0/16"}
		members[i] = fleet.Member{File: gone, Cluster: c}
	}
	if got := len(fleet.Check(members)); got != len(members)-1 {
		t.Errorf("%d equal networks give %d diagnostics", len(members), got)
	}
}

func TestASuggestedNetworkOverlapsNothingOfTheFleet(t *testing.T) {
	t.Parallel()
	members, said, err := fleet.Load(t.Context(), written(t,
		[2]string{"one", "  network: {cidr: 10.40.0.0/16, reserved: [{name: office, cidr: 10.42.0.0/15}]}"},
		[2]string{"two", "  network: {cidr: 10.41.128.0/18, services: 10.44.0.0/16}"}))
	if err != nil || said.HasErrors() {
		t.Fatal(err, said.Error())
	}
	for n, want := range map[int]string{0: "10.40.0.0/16", 1: "10.41.0.0/16", 2: "10.45.0.0/16"} {
		if got, ok := fleet.Free(members[:n], 16); !ok || got.String() != want {
			t.Errorf("beside %d clusters %s is suggested, want %s", n, got, want)
		}
	}
}

// The next network is looked for in all private ranges, and never where
// container runtimes have their own.
func TestTheNextNetworkIsLookedForInAllPrivateRanges(t *testing.T) {
	t.Parallel()
	for kept, want := range map[string]string{
		"10.0.0.0/8": "172.16.0.0/16", "10.0.0.0/8 172.16.0.0/16": "172.18.0.0/16",
		"10.0.0.0/8 172.16.0.0/12": "192.168.0.0/16", "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16": "",
	} {
		var c spec.Cluster
		for _, cidr := range strings.Fields(kept) {
			c.Spec.Network.Reserved = append(c.Spec.Network.Reserved, spec.Reserved{Name: "kept", CIDR: cidr})
		}
		if got, ok := fleet.Free([]fleet.Member{{Cluster: c}}, 16); ok != (want != "") || ok && got.String() != want {
			t.Errorf("beside %s the block %s (%t) is suggested, want %q", kept, got, ok, want)
		}
	}
}
