package verify

import (
	"slices"
	"strings"
	"testing"
)

func TestACommandSeesOnlyWhatTheSpecNames(t *testing.T) {
	t.Setenv("GITHUB_TOKEN", "hunter2")
	for name, value := range map[string]string{"AWS_SECRET_ACCESS_KEY": "hunter2", "SMOKE_USER": "shop", "LC_ALL": "C",
		"DROVER_COLOR": "blue", "LD_PRELOAD_OF_CI": "hunter2"} {
		t.Setenv(name, value)
	}
	c := Command{Args: []string{"env"}, Pass: []string{"SMOKE_USER", "DROVER_COLOR", "NOT_SET"}, Env: []string{"DROVER_COLOR=green", "DROVER_HOST=green.shop.test"}}
	verdict, output := c.Run(t.Context()).Said()
	if verdict != Pass {
		t.Fatalf("%s: %s", verdict, output)
	}
	lines := strings.Split(output, "\n")
	if strings.Contains(output, "hunter2") {
		t.Errorf("the program sees what the spec does not name:\n%s", output)
	}
	for _, line := range []string{"SMOKE_USER=shop", "LC_ALL=C", "DROVER_COLOR=green", "DROVER_HOST=green.shop.test"} {
		if !slices.Contains(lines, line) {
			t.Errorf("the program does not see %s:\n%s", line, output)
		}
	}
	if !strings.Contains(output, "PATH=/") {
		t.Errorf("the program has no PATH:\n%s", output)
	}
}

func TestACommandWithoutAnEnvironmentDoesNotGetAllOfIt(t *testing.T) {
	t.Parallel()
	if env := (Command{}).environment([]string{"GITHUB_TOKEN=hunter2"}); env == nil || len(env) != 0 {
		t.Errorf("environment is %v; os/exec takes nil for the whole of drover's", env)
	}
}
