package main

import (
	"fmt"
	"os"
	"os/user"
	"strings"

	"github.com/urfave/cli/v2"

	"drover/orchestrator/store"
	"drover/rehearsal/child"
)

// holderOf is this process, for whoever finds the lease held.
func holderOf(c *cli.Context, by string) (store.Holder, error) {
	host, err := os.Hostname()
	if err != nil {
		return store.Holder{}, fmt.Errorf("reading this machine's name: %w", err)
	}
	h := store.Holder{Host: host, PID: os.Getpid(), Command: "drover " + c.Command.Name, By: by}
	if self, err := child.Identify(h.PID); err == nil {
		h.Process = markOf(self)
	}
	return h, nil
}

// markOf tells a process from every other one, as far as this one can see: the boot of its machine, its space of process
// ids, its user, and its start. It is empty where that is not known.
func markOf(p child.Identity) string {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	space, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%s/%s/%d/%s", strings.TrimSpace(string(boot)), space, os.Getuid(), p.Started)
}

// hasEnded is true if a process of this machine, of those that this one can see, is known to have ended.
func hasEnded(h store.Holder) bool {
	host, err := os.Hostname()
	at := strings.LastIndex(h.Process, "/")
	if err != nil || host != h.Host || at < 0 {
		return false
	}
	if here := markOf(child.Identity{}); here == "" || here != h.Process[:at+1] {
		return false
	}
	now, err := child.Identify(h.PID)
	return err != nil || now.Started != h.Process[at+1:]
}

// pipelines are the variables by which a pipeline says who started it.
var pipelines = []struct{ runs, who string }{
	{"GITHUB_ACTIONS", "GITHUB_ACTOR"}, {"GITLAB_CI", "GITLAB_USER_LOGIN"}, {"TF_BUILD", "BUILD_REQUESTEDFOR"},
}

// person is who the journal has a decision from: --by, whom the pipeline names, or the user of this machine.
func person(c *cli.Context) (string, error) {
	if by := c.String("by"); by != "" {
		return by, nil
	}
	for _, p := range pipelines {
		if who := os.Getenv(p.who); os.Getenv(p.runs) != "" && who != "" {
			return who, nil
		}
	}
	who, err := user.Current()
	if err != nil {
		return "", fmt.Errorf("finding out who decides: %w; name yourself with --by", err)
	}
	return who.Username, nil
}
