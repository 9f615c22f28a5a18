package main

import (
	"errors"
	"fmt"
	"os"
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
		Name: "pipeline", Usage: "generate CI files that plan, apply and rotate a cluster on GitHub, GitLab or Azure DevOps", ArgsUsage: strings.Join(pipelines.Platforms(), "|"),
		Description: "Run it in the top directory of the repository; it runs nothing. docs/pipelines.md says what the files need of the platform and of AWS.",
		Flags: []cli.Flag{
			fileFlag(), outFlag(),
			&cli.BoolFlag{Name: "check", Usage: "write nothing; exit 2 if a file would change"},
			&cli.BoolFlag{Name: "force", Usage: "overwrite generated files even if someone has edited them"},
			&cli.BoolFlag{Name: "rehearse", Usage: "also rehearse the changes in pull requests; takes about an hour and needs a large machine"},
			&cli.StringFlag{Name: "branch", Value: "main", Usage: "apply this `BRANCH`"},
			&cli.StringFlag{Name: "runner", Usage: "run on your own machines with this `LABEL`, or in this Azure pool", DefaultText: "hosted by the platform"},
			&cli.StringFlag{Name: "image", Usage: "run in this container `IMAGE`, which must contain drover, bash, curl, git and jq", DefaultText: "the machines have these tools"},
			&cli.StringFlag{Name: "plan-role", Usage: "plan with the role `ARN`", DefaultText: "CLUSTER-drover-plan"},
			&cli.StringFlag{Name: "apply-role", Usage: "apply, rotate and approve with the role `ARN`", DefaultText: "CLUSTER-drover-apply"},
			&cli.DurationFlag{Name: "session", Value: 2 * time.Hour, Usage: "the credentials of a role last for `DURATION`; no step of a rotation starts in the last hour"},
			&cli.StringFlag{Name: "if-older-than", Usage: "replace a cluster that is older than `DURATION`", DefaultText: "the spec's rotation.maxAge, or else 30d"},
		},
		Action: func(c *cli.Context) error {
			platform := c.Args().First()
			if !slices.Contains(pipelines.Platforms(), platform) || c.NArg() > 1 {
				return usageError{fmt.Errorf("pipeline takes one of %s, as in `drover pipeline github -f cluster.yaml`", strings.Join(pipelines.Platforms(), ", "))}
			}
			if err := inTop("."); err != nil {
				return err
			}
			return pipeline(c, s, platform)
		},
	}
}

// inTop refuses a directory inside of a repository: no platform reads a pipeline there, and all would stay quiet. Outside of
// one there is nothing to say.
func inTop(dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("finding the repository: %w", err)
	}
	for at, below := dir, ""; at != below; at, below = filepath.Dir(at), at {
		if _, err := os.Lstat(filepath.Join(at, ".git")); err != nil {
			continue
		}
		if at != dir {
			return usageError{fmt.Errorf("this is not the top directory of the repository, where platforms look for pipelines; run it in %s", at)}
		}
		break
	}
	return nil
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
