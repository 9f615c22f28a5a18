//go:build unix

package bench

import (
	"bytes"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"drover/test/harness"
)

// rotated is a small cluster, with every wait as short as a spec can have it.
const rotated = `apiVersion: drover/v1
kind: Cluster
metadata: {name: herd}
spec:
  platform: aws
  region: eu-west-1
  kubernetes: {version: "VERSION"}
  network: {cidr: 10.60.0.0/16, zones: 2, nat: single, endpoints: [], flowLogs: {retention: 1d}}
  access: {admins: ["arn:aws:iam::123456789012:role/admin"]}
  ingress: {domain: herd.example.com}
  nodePools: [{name: general, min: 1}]
  accept: [{warning: short-ttl, reason: the records of a rehearsal live for 5 seconds}]
  rotation:
    verify: [{http: {path: /healthz, samples: 5, timeout: 2m}}]
    traffic: {steps: [50, 100], interval: 1s, ttl: 1s}
    soak: 1s
    quiet: 1s
    keepBlue: 0s
    approvals: []
`

// script is a rotation as a careful team writes it down, with as many commands of Terraform as drover runs, as many at a
// time: what lives for years shows no drift; the new color is planned, the plan is looked at and applied; its records are
// made; traffic moves in two steps, each waited for; green soaks, blue is quiet; the protection of the old
// color's load balancer is lifted, and the color is planned and destroyed. It moves traffic with Terraform, makes no checks of the new color, measures nothing of the old one, keeps no journal and
// holds no lease: whatever drover takes for those is drover's to make up for.
const script = `set -euo pipefail
tf() { root=$1; shift; terraform -chdir="$OUT/$root" "$@" >>"$OUT/../script.log" 2>&1; }
planned() { # plan and look at the plan: nothing else may be deleted
  tf "$1" plan -input=false -lock-timeout=1m -out=next.tfplan "${@:2}"
  terraform -chdir="$OUT/$1" show -json next.tfplan >"$OUT/../$1.json"
}
applied() { planned "$@"; tf "$1" apply -input=false -lock-timeout=1m next.tfplan; }
weights() { # the new color's share, of both that have a record
  jq --argjson new "$1" --arg to "$TO" --arg from "$FROM" '.colors[$to].weight = $new | .colors[$from].weight = 100 - $new' "$OUT/../both.json" >"$OUT/traffic/colors.auto.tfvars.json"
}

tf foundation init -input=false
tf traffic init -input=false
tf foundation plan -input=false -lock-timeout=1m -detailed-exitcode & drift=$!
tf traffic plan -input=false -lock-timeout=1m -detailed-exitcode
wait $drift

tf "$TO" init -input=false
applied "$TO"
endpoint=$(terraform -chdir="$OUT/$TO" output -json load_balancer)
jq --arg to "$TO" --arg from "$FROM" --argjson it "$endpoint" '.colors[$to] = (.colors[$from] | .dns_name = $it.dns_name | .zone_id = $it.zone_id)' "$OUT/traffic/colors.auto.tfvars.json" >"$OUT/../both.json"

weights 50; applied traffic; sleep 6 # the 5 s that an answer lives, and the interval
weights 100; applied traffic; sleep 6
sleep 2                              # soak, and quiet
jq --arg from "$FROM" 'del(.colors[$from])' "$OUT/traffic/colors.auto.tfvars.json" >"$OUT/../one.json"
cp "$OUT/../one.json" "$OUT/traffic/colors.auto.tfvars.json"; applied traffic

tf "$FROM" init -input=false
applied "$FROM" -var=deletion_protection=false -refresh=false -target=module.cluster.aws_lb.this
applied "$FROM" -var=deletion_protection=false -destroy
`

// A whole rotation with real Terraform takes no longer than a shell script with the same commands of it. Both rotate one
// cluster in one simulated account, one after the other: drover from blue to green, and the script from green to blue. And
// drover itself, without its children, has at most 80 MiB.
func BenchmarkRotation(b *testing.B) {
	dir := b.TempDir()
	file := filepath.Join(dir, "cluster.yaml")
	write := func(version string) {
		if err := os.WriteFile(file, []byte(strings.ReplaceAll(rotated, "VERSION", version)), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	var drovers, scripts, ratios []float64
	var peak int64
	for b.Loop() {
		if err := os.RemoveAll(filepath.Join(dir, "infra")); err != nil {
			b.Fatal(err)
		}
		write("1.35")
		env := harness.Cloud(b, file)
		run(b, harness.Command(b, dir, env, "apply", "--auto-approve"))
		write("1.36")
		took, memory := run(b, harness.Command(b, dir, env, "rotate", "--auto-approve"))
		peak = max(peak, memory)
		own := scripted(b, dir, env)
		drovers, scripts, ratios = append(drovers, took), append(scripts, own), append(ratios, took/own)
	}
	b.ReportMetric(median(drovers), "s/drover")
	b.ReportMetric(median(scripts), "s/script")
	b.ReportMetric(median(ratios), "x-script(max:1.00)")
	b.ReportMetric(float64(peak)/(1<<20), "MiB-drover(max:80)")
	if runtime.GOOS == "linux" && (peak == 0 || peak > 80<<20) {
		b.Errorf("drover had %.1f MiB at the most; it is to have less than 80", float64(peak)/(1<<20))
	}
}

// scripted has the script rotate from green to blue, in the roots as drover has left them: files and states. Blue's are
// new, from green's own.
func scripted(b *testing.B, dir string, env map[string]string) float64 {
	b.Helper()
	plain := harness.Terraform(b)
	out := filepath.Join(dir, "infra", "herd")
	command := exec.CommandContext(b.Context(), "bash", "-c", script)
	command.Env = append(append(os.Environ(), plain.Env...), "OUT="+out, "FROM=green", "TO=blue", "PATH="+filepath.Dir(plain.Path)+string(os.PathListSeparator)+os.Getenv("PATH"))
	for _, name := range slices.Sorted(maps.Keys(env)) {
		command.Env = append(command.Env, name+"="+env[name])
	}
	for _, root := range []string{"foundation", "blue", "green", "traffic"} { // as a fresh checkout has them
		if err := os.RemoveAll(filepath.Join(out, root, ".terraform")); err != nil {
			b.Fatal(err)
		}
	}
	took, _ := run(b, command)
	return took
}

// run runs a program that must succeed. It returns how long it took, and the most memory of its own.
func run(b *testing.B, command *exec.Cmd) (took float64, peak int64) {
	b.Helper()
	var said bytes.Buffer
	command.Stdout, command.Stderr = io.Discard, &said
	took = timed(func() {
		if err := command.Start(); err != nil {
			b.Fatal(err)
		}
		watched := make(chan int64)
		go func() { watched <- harness.Peak(command.Process.Pid) }()
		err := command.Wait()
		peak = <-watched
		if err != nil {
			log, _ := os.ReadFile(filepath.Join(command.Dir, "infra", "script.log"))
			b.Fatalf("%s: %v\n%s\n%s", filepath.Base(command.Path), err, said.String(), log)
		}
	})
	b.Logf("%s %.60q: %.1f s, %.1f MiB\n%s", filepath.Base(command.Path), command.Args[1:2], took, float64(peak)/(1<<20), said.String())
	return took, peak
}
