package main

import (
	"fmt"
	"os"
	"os/user"

	"github.com/urfave/cli/v2"

	"drover/orchestrator/store"
	"drover/orchestrator/store/process"
)

// holderOf is this process, for whoever finds the lease held.
func holderOf(c *cli.Context, by string) (store.Holder, error) {
	host, err := os.Hostname()
	if err != nil {
		return store.Holder{}, fmt.Errorf("reading this machine's name: %w", err)
	}
	return store.Holder{Host: host, PID: os.Getpid(), Process: process.Self(), Command: "drover " + c.Command.Name, By: by}, nil
}

// starters are the variables by which a pipeline says who started it.
var starters = []struct{ runs, who string }{
	{"GITHUB_ACTIONS", "GITHUB_ACTOR"}, {"GITLAB_CI", "GITLAB_USER_LOGIN"}, {"TF_BUILD", "BUILD_REQUESTEDFOR"},
}

// person is who the journal has a decision from: --by, whom the pipeline names, or the user of this machine.
func person(c *cli.Context) (string, error) {
	if by := c.String("by"); by != "" {
		return by, nil
	}
	for _, p := range starters {
		if who := os.Getenv(p.who); os.Getenv(p.runs) != "" && who != "" {
			return who, nil
		}
	}
	who, err := user.Current()
	if err != nil {
		return "", fmt.Errorf("finding your user name: %w; set it with --by", err)
	}
	return who.Username, nil
}
