package cmd

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"drover/test/harness"
)

// mostAllocations is how many a package of drover may make before main runs; a compiled regular expression or a parsed
// template makes hundreds.
const mostAllocations = 200

// Every command pays for what packages do before main, so that drover's own leave their work to the first use.
func TestNoPackageOfDroverWorksBeforeMain(t *testing.T) {
	t.Parallel()
	result := harness.DroverIn(t, t.TempDir(), map[string]string{"GODEBUG": "inittrace=1"}, "--version")
	traced := regexp.MustCompile(`(?m)^init (\S+) @.* (\d+) allocs$`).FindAllStringSubmatch(result.Stderr, -1)
	own := 0
	for _, m := range traced {
		name, allocations := m[1], m[2]
		if name != "main" && !strings.HasPrefix(name, "drover/") {
			continue
		}
		own++
		if n, err := strconv.Atoi(allocations); err != nil || n > mostAllocations {
			t.Errorf("package %s makes %s allocations before main, want at most %d: use sync.OnceValue (%v)", name, allocations, mostAllocations, err)
		}
	}
	if own < 3 {
		t.Fatalf("the trace names %d packages of drover, want more:\n%s", own, result.Stderr)
	}
}
