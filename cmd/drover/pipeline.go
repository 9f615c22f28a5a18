package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"drover/generator/pipelines"
)

// platformLast lets a platform be named before the flags, where people write it: the flag parser reads no flag after the
// first argument.
func platformLast(args []string) []string {
	if len(args) > 3 && args[1] == "pipeline" && slices.Contains(pipelines.Platforms(), args[2]) {
		return slices.Concat(args[:2], args[3:], args[2:3])
	}
	return args
}

func pipelineCommand(s streams) *cli.Command {
	return &cli.Command{
		Name: "pipeline", Usage: "write the files by which GitHub, GitLab or Azure DevOps plan, apply and rotate", ArgsUsage: strings.Join(pipelines.Platforms(), "|"),
		Description: "Run it in the top directory of the repository; it runs nothing. docs/pipelines.md says what the files need of the platform and of AWS.",
		Flags: []cli.Flag{
			fileFlag(), outFlag(),
			&cli.BoolFlag{Name: "check", Usage: "write nothing; exit 2 if a file would change"},
			&cli.BoolFlag{Name: "force", Usage: "overwrite written files that a person edited"},
			&cli.BoolFlag{Name: "rehearse", Usage: "also rehearse the changes of pull requests, which takes an hour and a large machine"},
			&cli.StringFlag{Name: "branch", Value: "main", Usage: "the `BRANCH` that is applied"},
			&cli.StringFlag{Name: "runner", Usage: "the `LABEL` of machines of your own, or the name of an Azure pool", DefaultText: "the platform's"},
			&cli.StringFlag{Name: "image", Usage: "the container `IMAGE` that has drover, bash, curl, git and jq", DefaultText: "the machines have them"},
			&cli.StringFlag{Name: "plan-role", Usage: "the `ARN` of the role that plans", DefaultText: "CLUSTER-drover-plan"},
			&cli.StringFlag{Name: "apply-role", Usage: "the `ARN` of the role that applies, rotates and approves", DefaultText: "CLUSTER-drover-apply"},
			&cli.DurationFlag{Name: "session", Value: 2 * time.Hour, Usage: "how long a role's credentials last, as `DURATION`; a rotation begins no step in the last hour"},
			&cli.StringFlag{Name: "if-older-than", Usage: "replace a cluster at this age, as `DURATION`", DefaultText: "the spec's rotation.maxAge, or else 30d"},
		},
		Action: func(c *cli.Context) error {
			platform := c.Args().First()
			if !slices.Contains(pipelines.Platforms(), platform) || c.NArg() > 1 {
				return usageError{fmt.Errorf("pipeline takes one of %s, as in `drover pipeline github -f cluster.yaml`", strings.Join(pipelines.Platforms(), ", "))}
			}
			return pipeline(c, s, platform)
		},
	}
}

// pipeline writes a file for each spec. All are made before the first is written.
func pipeline(c *cli.Context, s streams, platform string) error {
	all, err := loadAll(c.Context, c.String("file"), s.err)
	if err != nil {
		return err
	}
	var names []string
	contents := map[string][]byte{}
	for _, l := range all {
		name, content, err := pipelines.Render(platform, l.Cluster, pipelines.Options{
			File: filepath.ToSlash(l.File), Out: filepath.ToSlash(c.String("out")), PlanRole: c.String("plan-role"), ApplyRole: c.String("apply-role"), Branch: c.String("branch"),
			Runner: c.String("runner"), Image: c.String("image"), Rehearse: c.Bool("rehearse"), Session: c.Duration("session"), OlderThan: c.String("if-older-than"),
		})
		if err != nil {
			return usageError{fmt.Errorf("%s: %w", l.File, err)}
		}
		names, contents[name] = append(names, name), content
	}
	if len(all) > 1 && (c.IsSet("plan-role") || c.IsSet("apply-role")) {
		return usageError{errors.New("--plan-role and --apply-role are those of one cluster; name its spec with -f")}
	}
	differs := false
	for _, name := range names {
		changed, err := pipelines.Write(".", name, contents[name], c.Bool("check"), c.Bool("force"))
		if err != nil {
			return err
		}
		differs = differs || changed
		says := "unchanged"
		if changed {
			says = "written"
			if c.Bool("check") {
				says = "differs"
			}
		}
		if _, err := fmt.Fprintln(s.out, says, name); err != nil {
			return err
		}
	}
	if c.Bool("check") && differs {
		return errDifferences
	}
	return nil
}
