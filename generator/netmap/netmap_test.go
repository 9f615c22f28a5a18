package netmap_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"drover/generator/fleet"
	"drover/generator/netmap"
)

// update writes testdata anew: go test ./generator/netmap -update.
var update = flag.Bool("update", false, "write golden files anew")

// members are the specs that package spec keeps as good ones.
func members(t testing.TB, names ...string) []fleet.Member {
	t.Helper()
	var files []string
	for _, name := range names {
		files = append(files, filepath.Join("..", "spec", "testdata", "good", name+".yaml"))
	}
	all, said, err := fleet.Load(t.Context(), files)
	if err != nil || said.HasErrors() {
		t.Fatal(err, said.Error())
	}
	for i := range all {
		all[i].File = filepath.Base(all[i].File)
	}
	return all
}

func mapOf(t *testing.T, all []fleet.Member) netmap.Map {
	t.Helper()
	m, err := netmap.Of(all, 16, 18, 20)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func inJSON(m netmap.Map, w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(m)
}

// testdata holds how a plan and a fleet are shown in each form.
func TestPlansAreShownAsInTestdata(t *testing.T) {
	t.Parallel()
	for name, specs := range map[string][]string{
		"shop-prod": {"shop-prod"}, "connected": {"connected"}, "adopted": {"adopted"}, "ipv6": {"ipv6"}, "fleet": {"web-google", "shop-prod", "minimal", "internal-azure"},
	} {
		for form, write := range map[string]func(netmap.Map, io.Writer) error{
			"txt": netmap.Map.Table, "md": netmap.Map.Markdown, "svg": netmap.Map.SVG, "json": inJSON,
		} {
			t.Run(name+"."+form, func(t *testing.T) {
				t.Parallel()
				var got bytes.Buffer
				if err := write(mapOf(t, members(t, specs...)), &got); err != nil {
					t.Fatal(err)
				}
				golden := filepath.Join("testdata", name+"."+form)
				if *update {
					if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(golden)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(got.Bytes(), want) {
					t.Errorf("the %s is\n%s\nwant\n%s", form, got.Bytes(), want)
				}
			})
		}
	}
}

func TestTheNextFreeBlockTouchesNothingThatTheSpecsName(t *testing.T) {
	t.Parallel()
	m := mapOf(t, members(t, "shop-prod", "minimal", "internal-azure", "web-google"))
	if len(m.NextFree) != 3 {
		t.Fatalf("there are %d free blocks", len(m.NextFree))
	}
	for _, f := range m.NextFree {
		for _, c := range m.Clusters {
			if f.Block.Overlaps(c.Network) || c.VPNClients != nil && f.Block.Overlaps(*c.VPNClients) {
				t.Errorf("%s, said to be free, overlaps a range of %s", f.Block, c.Name)
			}
			for _, r := range c.Reserved {
				if f.Block.Overlaps(r.CIDR) {
					t.Errorf("%s, said to be free, overlaps %s", f.Block, r.Name)
				}
			}
		}
	}
}

// broken is a pipe whose reader is gone.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestAnAnswerThatCannotBeWrittenIsAnError(t *testing.T) {
	t.Parallel()
	m := mapOf(t, members(t, "minimal"))
	for form, write := range map[string]func(io.Writer) error{"table": m.Table, "picture": m.SVG} {
		if err := write(broken{}); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("writing the %s to a closed pipe gives %v", form, err)
		}
	}
}

// It is valid on a platform that nothing is generated for yet, and hides no other cluster.
func TestANetworkTooSmallToPlanIsShownWithoutZones(t *testing.T) {
	t.Parallel()
	all := members(t, "internal-azure", "minimal")
	all[0].Cluster.Spec.Network.CIDR = "10.48.0.0/22"
	m := mapOf(t, all)
	var table, picture bytes.Buffer
	if err := errors.Join(m.Table(&table), m.SVG(&picture)); err != nil {
		t.Fatal(err)
	}
	for form, text := range map[string]string{"table": table.String(), "picture": picture.String()} {
		if !strings.Contains(text, "take a /20 or larger") || !strings.Contains(text, "10.48.0.0/22") || !strings.Contains(text, "10.40.96.0/23") {
			t.Errorf("the %s of a /22 and a /16 is\n%s", form, text)
		}
	}
}

func TestANetworkThatCannotBeReadIsAnErrorThatNamesTheFile(t *testing.T) {
	t.Parallel()
	all := members(t, "internal-azure")
	all[0].Cluster.Spec.Network.CIDR = "10.48.0.0"
	if _, err := netmap.Of(all); err == nil || !strings.Contains(err.Error(), "internal-azure.yaml") || !strings.Contains(err.Error(), "spec.network.cidr") {
		t.Errorf("an address for a range is answered with %v", err)
	}
}
