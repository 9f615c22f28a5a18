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

// Terraform destroys against the order in which it builds. So what the load balancers wait for stays when a
// destroy meets their deletion protection, and that is all but what hangs on them.
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
	hanging := []string{"aws_cloudwatch_metric_alarm.unhealthy", "aws_lb_listener.this", "aws_route53_record.color", "aws_route53_record.color_ipv6", "aws_route53_record.management"}
	for balancer, other := range map[string]string{"aws_lb.this": "aws_lb.management", "aws_lb.management": "aws_lb.this"} {
		stays := standsOn(waitsFor, balancer)
		var goes []string
		for _, m := range node.FindAllStringSubmatch(graph, -1) {
			if !stays[m[1]] && !strings.HasPrefix(m[1], "data.") {
				goes = append(goes, m[1])
			}
		}
		slices.Sort(goes)
		if want := slices.Sorted(slices.Values(append(slices.Clone(hanging), other))); !slices.Equal(goes, want) {
			t.Errorf("before the protection of %s a destroy may take\n%v\nwant\n%v", balancer, goes, want)
		}
	}
}

// standsOn are a resource and all that is built before it.
func standsOn(waitsFor map[string][]string, resource string) map[string]bool {
	stays, next := map[string]bool{resource: true}, []string{resource}
	for len(next) > 0 {
		for _, name := range waitsFor[next[0]] {
			if !stays[name] {
				stays[name] = true
				next = append(next, name)
			}
		}
		next = next[1:]
	}
	return stays
}
