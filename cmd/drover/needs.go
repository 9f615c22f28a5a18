package main

import (
	"context"
	"fmt"

	"drover/generator/spec"
	"drover/orchestrator/cluster"
	"drover/orchestrator/doctor"
	"drover/orchestrator/redact"
	"drover/orchestrator/terraform"
)

// needsOf are what driving clusters takes: those of a spec, or of no one's in
// particular if c is nil. secrets is told the credentials.
func needsOf(c *spec.Cluster, secrets *redact.Redactor) []doctor.Part {
	n := needs{c, secrets}
	inCloud := []string{"plan", "ready", "apply", "rotate", "rollback", "recover", "destroy"}
	return []doctor.Part{
		{Name: "terraform", For: append([]string{"rehearse"}, inCloud...), Look: n.terraform},
		{Name: "providers", For: append([]string{"rehearse"}, inCloud...), Look: n.providers},
		{Name: "credentials", For: inCloud, Look: n.credentials},
	}
}

type needs struct {
	cluster *spec.Cluster
	secrets *redact.Redactor
}

func (n needs) options() terraform.Options {
	if n.cluster == nil {
		return terraform.Options{Flavor: terraform.Terraform}
	}
	asked := n.cluster.Spec.Terraform
	return terraform.Options{Flavor: asked.Flavor, Version: asked.Version}
}

func (n needs) terraform(ctx context.Context) (doctor.State, string, error) {
	found, err := terraform.Look(ctx, n.options())
	if err != nil {
		return "", "", err
	}
	if found == nil {
		return doctor.Later, "none on PATH; drover downloads one when it is first needed", nil
	}
	return doctor.Ready, found.Version + " at " + found.Path, nil
}

func (n needs) providers(ctx context.Context) (doctor.State, string, error) {
	says, err := terraform.Providers(ctx, n.options().Flavor)
	return doctor.Ready, says, err
}

// credentials asks whose they are, with the spec's platform and region.
func (n needs) credentials(ctx context.Context) (doctor.State, string, error) {
	if n.cluster == nil {
		return doctor.Unasked, "no spec; use -f to check that the credentials match one", nil
	}
	dial, ok := platforms[n.cluster.Spec.Platform]
	if !ok {
		return "", "", fmt.Errorf("drover cannot drive clusters on %s yet; use platform aws", n.cluster.Spec.Platform)
	}
	platform, err := dial(ctx, n.cluster.Spec.Region, n.secrets.Learn)
	if err != nil {
		return "", "", fmt.Errorf("connecting to %s: %w", n.cluster.Spec.Platform, err)
	}
	says, err := cluster.AccountOf(ctx, platform, *n.cluster)
	return doctor.Ready, says, err
}
