package modules

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"drover/test/harness"
)

var (
	node = regexp.MustCompile(`(?m)^\s*"([a-z0-9_.]+)" \[`)
	edge = regexp.MustCompile(`(?m)^\s*"([a-z0-9_.]+)" -> "([a-z0-9_.]+)"`)
)

// Terraform destroys against the order in which it builds. So what the load balancer waits for stays when a destroy
// meets its deletion protection, and that is all but what hangs on it.
func TestTheProtectionOfAColorIsTheFirstThingThatADestroyMeets(t *testing.T) {
	t.Parallel()
	plain := harness.Terraform(t)
	dir := filepath.Join(t.TempDir(), "cluster")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(harness.Repository(t), "modules", "aws", "cluster"))); err != nil {
		t.Fatal(err)
	}
	plain.Init(t, dir)
	graph := plain.Run(t, dir, "graph").Stdout
	waitsFor := map[string][]string{}
	for _, m := range edge.FindAllStringSubmatch(graph, -1) {
		waitsFor[m[1]] = append(waitsFor[m[1]], m[2])
	}
	const balancer = "aws_lb.this"
	stays, next := map[string]bool{balancer: true}, []string{balancer}
	for len(next) > 0 {
		for _, name := range waitsFor[next[0]] {
			if !stays[name] {
				stays[name] = true
				next = append(next, name)
			}
		}
		next = next[1:]
	}
	var goes []string
	for _, m := range node.FindAllStringSubmatch(graph, -1) {
		if !stays[m[1]] && !strings.HasPrefix(m[1], "data.") {
			goes = append(goes, m[1])
		}
	}
	slices.Sort(goes)
	if want := []string{"aws_cloudwatch_metric_alarm.unhealthy", "aws_lb_listener.this", "aws_route53_record.color"}; !slices.Equal(goes, want) {
		t.Errorf("before the protection a destroy takes\n%v\nwant\n%v", goes, want)
	}
}
