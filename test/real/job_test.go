package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"drover/orchestrator/platform"
	"drover/test/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// complete is an environment with which the job begins.
func complete() map[string]string {
	return map[string]string{
		"DROVER_REAL_ACCOUNT": "123456789012", "DROVER_REAL_REGION": "eu-west-1", "DROVER_REAL_DOMAIN": "real.example.com",
		"DROVER_REAL_BUCKET": "real-states", "DROVER_REAL_ADMIN": "arn:aws:iam::123456789012:role/drover-apply", "DROVER_REAL_FROM": "203.0.113.7/32",
		"DROVER_REAL_BUDGET": "10", "DROVER_REAL_LIMIT": "2h",
	}
}

func lookup(env map[string]string) func(string) string {
	return func(name string) string { return env[name] }
}

func TestWithoutAnyVariableTheJobRefusesAndNamesAll(t *testing.T) {
	t.Parallel()
	err := run(t.Context(), nil, lookup(nil), &bytes.Buffer{})
	if err == nil || !strings.Contains(err.Error(), "refusing to touch an AWS account") {
		t.Fatalf("it says %v", err)
	}
	for _, v := range variables {
		if !strings.Contains(err.Error(), v.name+" is not set: "+v.means) {
			t.Errorf("%s is not named in: %v", v.name, err)
		}
	}
}

func TestEachVariableIsNeededAndRead(t *testing.T) {
	t.Parallel()
	if _, err := orders(lookup(complete())); err != nil {
		t.Fatal(err)
	}
	wrong := map[string]string{
		"DROVER_REAL_ACCOUNT": "my account", "DROVER_REAL_REGION": "Ireland", "DROVER_REAL_DOMAIN": "example", "DROVER_REAL_BUCKET": "s3://states",
		"DROVER_REAL_ADMIN": "admin", "DROVER_REAL_FROM": "0.0.0.0/0", "DROVER_REAL_BUDGET": "yes", "DROVER_REAL_LIMIT": "forever",
	}
	for _, v := range variables {
		for _, value := range []string{"", wrong[v.name]} {
			env := complete()
			env[v.name] = value
			_, err := orders(lookup(env))
			if err == nil || strings.Count(err.Error(), "DROVER_REAL_") != 1 || !strings.Contains(err.Error(), v.name) {
				t.Errorf("with %s=%q it says %v", v.name, value, err)
			}
		}
	}
}

func TestARunThatMayCostMoreThanItsBudgetIsRefused(t *testing.T) {
	t.Parallel()
	env := complete()
	env["DROVER_REAL_BUDGET"] = "0.50"
	err := run(t.Context(), []string{"-dry"}, lookup(env), &bytes.Buffer{})
	if err == nil || !strings.Contains(err.Error(), "is more than DROVER_REAL_BUDGET, 0.50") {
		t.Errorf("it says %v", err)
	}
	var out bytes.Buffer
	if err := run(t.Context(), []string{"-dry"}, lookup(complete()), &out); err != nil || !strings.Contains(out.String(), "two colors cost") {
		t.Errorf("it says %v\n%s", err, out.String())
	}
}

// account is a cloud that says what it is told to.
type account struct {
	number string
	left   [][]platform.Resource // at each question; the last one for ever
	asked  int
}

func (a *account) Account(context.Context) (string, error) { return a.number, nil }

func (a *account) Leftovers(_ context.Context, cluster, _ string) ([]platform.Resource, error) {
	if cluster != name {
		return nil, errors.New("another cluster was asked for")
	}
	a.asked++
	return a.left[min(a.asked, len(a.left))-1], nil
}

// scripted is a job whose drover writes down its commands. It fails at those that body, a piece of shell, says.
func scripted(t *testing.T, c cloud, body string) (j *job, out *bytes.Buffer, commands func() []string) {
	t.Helper()
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	script := fmt.Sprintf("#!/bin/sh\necho \"$1\" >> %s\n%s\n", log, body)
	if err := os.WriteFile(filepath.Join(dir, "drover"), []byte(script), 0o755); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	o, err := orders(lookup(complete()))
	if err != nil {
		t.Fatal(err)
	}
	out = &bytes.Buffer{}
	j = &job{orders: o, waits: realWaits, program: filepath.Join(dir, "drover"), out: out, cloud: c}
	j.waits.lease, j.waits.look = time.Millisecond, time.Millisecond
	if err := j.prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(j.cleanUp)
	return j, out, func() []string {
		data, err := os.ReadFile(log)
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err != nil {
			t.Fatal(err)
		}
		return strings.Fields(string(data))
	}
}

var (
	nothing = []platform.Resource(nil)
	key     = []platform.Resource{{ID: "arn:aws:kms:eu-west-1:123456789012:key/1", Kind: "kms/key", Keeps: true}}
	gateway = []platform.Resource{{ID: "arn:aws:ec2:eu-west-1:123456789012:natgateway/nat-1", Kind: "ec2/natgateway"}}
)

func TestTheJobAlwaysEndsInDestroyAndALookForWhatIsLeft(t *testing.T) {
	t.Parallel()
	ours := "123456789012"
	for _, c := range []struct {
		name     string
		cloud    account
		fails    string // shell
		commands []string
		says     string // in the error; empty: none
	}{
		{"all well", account{number: ours, left: [][]platform.Resource{nothing, key}}, "", []string{"apply", "rotate", "destroy"}, ""},
		{"foreign credentials", account{number: "999999999999"}, "", nil, "these are credentials for account 999999999999"},
		{"left by an earlier run", account{number: ours, left: [][]platform.Resource{gateway}}, "", nil, "the account already holds [ec2/natgateway"},
		{"apply fails", account{number: ours, left: [][]platform.Resource{nothing}}, `[ "$1" != apply ]`, []string{"apply", "destroy"}, "drover apply"},
		{"rotate fails", account{number: ours, left: [][]platform.Resource{nothing}}, `[ "$1" != rotate ]`, []string{"apply", "rotate", "destroy"}, "drover rotate"},
		{
			"a rotation is under way", account{number: ours, left: [][]platform.Resource{nothing}},
			`case $1 in rollback) touch "$0.back";; rotate) exit 5;; destroy) [ -e "$0.back" ];; esac`,
			[]string{"apply", "rotate", "destroy", "rollback", "destroy"}, "drover rotate",
		},
		{
			"a rotation is past its deletions", account{number: ours, left: [][]platform.Resource{nothing}},
			`case $1 in rollback) exit 1;; rotate) [ -e "$0.once" ] && touch "$0.on"; touch "$0.once"; [ -e "$0.on" ];; destroy) [ -e "$0.on" ];; esac`,
			[]string{"apply", "rotate", "destroy", "rollback", "destroy", "rotate", "destroy"}, "drover rotate",
		},
		{"something is left", account{number: ours, left: [][]platform.Resource{nothing, gateway}}, "", []string{"apply", "rotate", "destroy"}, "LEFT BEHIND in account 123456789012"},
		{
			"nothing helps", account{number: ours, left: [][]platform.Resource{nothing, gateway}}, `[ "$1" = apply ]`,
			[]string{"apply", "rotate", "destroy", "rollback", "destroy", "rotate", "destroy"}, "LEFT BEHIND",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			j, out, commands := scripted(t, &c.cloud, c.fails)
			err := j.run(t.Context())
			if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("it ends with %v, want %q\n%s", err, c.says, out.String())
			}
			if got := commands(); !slices.Equal(got, c.commands) {
				t.Errorf("it ran %v, want %v\n%s", got, c.commands, out.String())
			}
		})
	}
}

// A job that is interrupted, or out of time, passes it on to drover, waits for it, and destroys.
func TestAnInterruptedJobDestroysWhatItBuilt(t *testing.T) {
	t.Parallel()
	cloud := &account{number: "123456789012", left: [][]platform.Resource{nothing}}
	j, out, commands := scripted(t, cloud, `if [ "$1" = rotate ]; then trap 'echo stopped >> "$0.log"; exit 1' INT; touch "$0.rotates"; while :; do sleep 0.05; done; fi`)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for ctx.Err() == nil {
			if _, err := os.Stat(j.program + ".rotates"); err == nil {
				cancel()
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	err := j.run(ctx)
	cancel()
	if !errors.Is(err, context.Canceled) || !slices.Equal(commands(), []string{"apply", "rotate", "destroy"}) {
		t.Errorf("it ends with %v, and ran %v\n%s", err, commands(), out.String())
	}
	if stopped, err := os.ReadFile(j.program + ".log"); err != nil || string(stopped) != "stopped\n" {
		t.Errorf("drover was not interrupted: %q, %v", stopped, err)
	}
}

// Whoever sets the job up reads on the page what it wants to be told.
func TestEveryVariableIsOnThePage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join(harness.Repository(t), "docs", "aws.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range variables {
		if !strings.Contains(string(page), "| `"+v.name+"` |") || !strings.Contains(string(page), "      "+v.name+": ") {
			t.Errorf("%s is not in the table and in the workflow of docs/aws.md", v.name)
		}
	}
	env := complete()
	env["DROVER_REAL_BUDGET"], env["DROVER_REAL_LIMIT"] = "5", "2h"
	if err := run(t.Context(), []string{"-dry"}, lookup(env), &bytes.Buffer{}); err != nil {
		t.Errorf("with the workflow's budget and limit: %v", err)
	}
}
