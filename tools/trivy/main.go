// Command trivy runs trivy's scanner for Terraform, with the checks that its module embeds, on the current directory,
// and writes what it decided as JSON. It is trivy without its command line, whose other scanners (of images,
// packages, clusters) are two thirds of the program and are not needed here. It never reaches the network.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"

	"github.com/aquasecurity/trivy/pkg/iac/rego"
	"github.com/aquasecurity/trivy/pkg/iac/scan"
	"github.com/aquasecurity/trivy/pkg/iac/scanners/terraform"
)

// answer is what the scanner decided: the checks that failed, how many passed, and those that a comment in the code
// answers.
type answer struct {
	Failed  []scan.FlatResult `json:"failed"`
	Ignored []scan.FlatResult `json:"ignored"`
	Passed  int               `json:"passed"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "trivy:", err)
		os.Exit(1)
	}
}

// run scans as trivy's own command does: every directory, with its embedded checks and their libraries.
func run(ctx context.Context) error {
	scanner := terraform.New(
		rego.WithEmbeddedPolicies(true),
		rego.WithEmbeddedLibraries(true),
		terraform.ScannerWithAllDirectories(true),
	)
	results, err := scanner.ScanFS(ctx, os.DirFS("."), ".")
	if err != nil {
		return fmt.Errorf("scan the current directory: %w", err)
	}
	failed, ignored, passed := results.GetFailed(), results.GetIgnored(), results.GetPassed()
	return json.NewEncoder(os.Stdout).Encode(answer{
		Failed: failed.Flatten(), Ignored: ignored.Flatten(), Passed: len(passed),
	})
}
