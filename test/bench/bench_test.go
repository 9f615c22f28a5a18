//go:build unix

package bench

import (
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"drover/generator/fleet"
	"drover/generator/spec"
	"drover/test/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// text is a spec of the usual size. Networks of one size lie side by side.
func text(i, bits int, platform string) string {
	n := 10<<24 + i<<(32-bits)
	network := netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}), bits)
	region := map[string]string{"aws": "eu-west-1", "google": "europe-west4"}[platform]
	access := map[string]string{"aws": "\n  access: {admins: [\"arn:aws:iam::123456789012:role/platform-admin\"]}"}[platform]
	return fmt.Sprintf(`apiVersion: drover/v1
kind: Cluster
metadata: {name: c%05d, labels: {team: shop, environment: production}}
spec:
  platform: %s
  region: %s
  kubernetes: {version: "1.33", logRetention: 30d}
  network:
    cidr: %s
    zones: 3
  ingress:
    domain: c%d.example.com
  nodePools:
    - name: general
      min: 3
      max: 12
  rotation:
    verify:
      - http: {path: /healthz, samples: 50}
    traffic: {steps: [5, 25, 50, 100], interval: 5m}
    soak: 1h
    approvals: [shift, destroy]%s
`, i, platform, region, network, i, access)
}

// specs writes n specs and gives their directory and files.
func specs(b *testing.B, n, bits int, platform string) (dir string, files []string) {
	b.Helper()
	dir = b.TempDir()
	for i := range n {
		file := filepath.Join(dir, fmt.Sprintf("c%05d.yaml", i))
		if err := os.WriteFile(file, []byte(text(i, bits, platform)), 0o600); err != nil {
			b.Fatal(err)
		}
		files = append(files, file)
	}
	return dir, files
}

// seconds runs a program, which must succeed, and gives how long it took and the most memory that it had.
func seconds(b *testing.B, program string, args ...string) (took float64, peak int64) {
	b.Helper()
	command := exec.CommandContext(b.Context(), program, args...)
	start := time.Now()
	output, err := command.CombinedOutput()
	took = time.Since(start).Seconds()
	if err != nil {
		b.Fatalf("%s: %v\n%.500s", command, err, output)
	}
	peak = command.ProcessState.SysUsage().(*syscall.Rusage).Maxrss
	if runtime.GOOS == "linux" {
		peak *= 1024 // Linux counts kilobytes
	}
	return took, peak
}

func timed(run func()) float64 {
	start := time.Now()
	run()
	return time.Since(start).Seconds()
}

func median(values []float64) float64 {
	values = slices.Sorted(slices.Values(values))
	return values[len(values)/2]
}

// Generating 1,000 clusters: at most 3 times cp -r of the same output. 2,000: at most 2.2 times 1,000.
func BenchmarkGenerate(b *testing.B) {
	one, _ := specs(b, 1000, 20, "aws")
	two, _ := specs(b, 2000, 20, "aws")
	var ones, byCopy, byHalf []float64
	for b.Loop() {
		root := b.TempDir() // removed at the end only: ext4 is slow to give out inodes that were freed a moment ago
		out := filepath.Join(root, "1000")
		first, _ := seconds(b, harness.Program(b), "generate", "-f", one, "-o", out)
		copied, _ := seconds(b, "cp", "-r", out, filepath.Join(root, "copy"))
		double, _ := seconds(b, harness.Program(b), "generate", "-f", two, "-o", filepath.Join(root, "2000"))
		ones, byCopy, byHalf = append(ones, first), append(byCopy, first/copied), append(byHalf, double/first)
	}
	b.ReportMetric(median(ones), "s/1000")
	b.ReportMetric(median(byCopy), "x-cp(max:3)")
	b.ReportMetric(median(byHalf), "x-half(max:2.2)")
}

// Validating 10,000 specs with the overlap check across all: at most 1.5 times decoding the same files alone, under
// 1 GiB. Decoding alone is measured in two ways, on as many processors: the YAML library filling in the same types, and
// drover's own loading of each file by itself.
func BenchmarkValidate(b *testing.B) {
	dir, files := specs(b, 10_000, 22, "google")
	var byYAML, byLoad []float64
	for b.Loop() {
		decoded := timed(func() { each(files, func(file string) { decode(b, file) }) })
		loaded := timed(func() { each(files, func(file string) { _, _ = spec.Load(file) }) })
		whole := timed(func() {
			if _, said, err := fleet.Load(b.Context(), files); err != nil || said.HasErrors() {
				b.Fatal(err, said)
			}
		})
		byYAML, byLoad = append(byYAML, whole/decoded), append(byLoad, whole/loaded)
	}
	took, peak := seconds(b, harness.Program(b), "validate", "-f", dir)
	b.ReportMetric(median(byYAML), "x-yaml(max:1.5)")
	b.ReportMetric(median(byLoad), "x-load(max:1.5)")
	b.ReportMetric(took, "s/program")
	b.ReportMetric(float64(peak)/(1<<20), "MiB(max:1024)")
}

func each(files []string, do func(string)) {
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(files); i = int(next.Add(1)) - 1 {
				do(files[i])
			}
		})
	}
	workers.Wait()
}

func decode(b *testing.B, file string) {
	data, err := os.ReadFile(file)
	if err != nil {
		b.Error(err)
		return
	}
	var c spec.Cluster
	if err := yaml.Unmarshal(data, &c); err != nil {
		b.Error(err)
	}
}

// The overlap check grows as n log n: twice the specs take little more than twice the time.
func BenchmarkOverlaps(b *testing.B) {
	var members []fleet.Member
	for i := range 80_000 {
		var c spec.Cluster
		c.Metadata.Name = fmt.Sprintf("c%d", i)
		c.Spec.Network.CIDR = netip.PrefixFrom(netip.AddrFrom4([4]byte{10 + byte(i>>16), byte(i >> 8), byte(i), 0}), 24).String()
		c.Spec.Network.Services = "172.20.0.0/16"
		c.Spec.Network.Reserved = []spec.Reserved{{Name: "office", CIDR: "192.168.0.0/16"}}
		members = append(members, fleet.Member{File: "none", Cluster: c})
	}
	sizes := []int{10_000, 20_000, 40_000, 80_000}
	took := make([][]float64, len(sizes))
	for b.Loop() {
		for i, n := range sizes {
			took[i] = append(took[i], timed(func() {
				if said := fleet.Check(members[:n]); len(said) > 0 {
					b.Fatal(said)
				}
			}))
		}
	}
	b.ReportMetric(median(took[0])*1000, "ms/10000")
	for i := 1; i < len(sizes); i++ {
		b.ReportMetric(median(took[i])/median(took[i-1]), fmt.Sprintf("x-half/%d", sizes[i]))
	}
}

// Validating one spec, whole process: under 50 ms at the median; starting any command: under 30 ms. A program that does
// nothing is the floor of this machine.
func BenchmarkStart(b *testing.B) {
	example := filepath.Join(harness.Repository(b), "examples", "aws", "production.yaml")
	programs := map[string][]string{
		"ms-validate(max:50)": {harness.Program(b), "validate", "-f", example},
		"ms-start(max:30)":    {harness.Program(b), "--version"},
		"ms-true":             {"true"},
	}
	took := map[string][]float64{}
	for b.Loop() {
		for range 21 {
			for name, command := range programs {
				s, _ := seconds(b, command[0], command[1:]...)
				took[name] = append(took[name], s*1000)
			}
		}
	}
	for name, values := range took {
		b.ReportMetric(median(values), name)
	}
}
