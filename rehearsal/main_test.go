package rehearsal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"drover/rehearsal/aws/moto"
	"drover/rehearsal/child"
)

// modeVariable makes the test binary another program, which a test starts.
const modeVariable = "DROVER_REHEARSAL_TEST_MODE"

func TestMain(m *testing.M) {
	switch mode := os.Getenv(modeVariable); mode {
	case "":
		if err := motoIsThere(); err != nil {
			fmt.Fprintln(os.Stderr, "the rehearsal's tests need moto's server:", err)
			os.Exit(1)
		}
		os.Exit(m.Run())
	case "stay":
		os.Exit(report(stay(context.Background(), os.Args[1])))
	case "leave":
		os.Exit(report(leave(context.Background(), os.Args[1])))
	case "refuse":
		os.Exit(report(refuse()))
	case asTerraform:
		os.Exit(report(playTerraform(context.Background(), os.Args[1])))
	case asReporter:
		os.Exit(report(playReporter(os.Args[1])))
	case asDrover:
		// rotate --file FILE --out DIR ...
		os.Exit(report(playDrover(os.Args[5])))
	default:
		os.Exit(report(fmt.Errorf("no such mode: %s", mode)))
	}
}

func report(err error) int {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// startCloud is Start for a test, which ends the cloud.
func startCloud(t *testing.T, o Options) *Cloud {
	t.Helper()
	c, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func motoIsThere() error {
	dir, err := os.MkdirTemp("", "rehearsal-test-")
	if err != nil {
		return err
	}
	server, err := moto.Start(context.Background(), moto.Options{Dir: dir})
	if err != nil {
		return errors.Join(err, os.RemoveAll(dir))
	}
	return errors.Join(server.Close(), os.RemoveAll(dir))
}

// refusal is why the drover that refuse plays does not apply.
const refusal = "the subnets are full"

// refuse is a drover that fails, if it is called as it should be.
func refuse() error {
	args := strings.Join(os.Args[1:], " ")
	if !strings.HasPrefix(args, "apply --file ") || !strings.HasSuffix(args, " --auto-approve") || os.Getenv("AWS_ENDPOINT_URL") == "" {
		return fmt.Errorf("called with %s", args)
	}
	return fmt.Errorf("  … planning foundation\nerror: %s", refusal)
}

// stay starts a cloud, says which process is moto's, and stays until it is killed.
func stay(ctx context.Context, dir string) error {
	c, err := Start(ctx, Options{Domain: "crash.example.com", Dir: dir})
	if err != nil {
		return err
	}
	if err := json.NewEncoder(os.Stdout).Encode(c.moto.Identity()); err != nil {
		return errors.Join(err, c.Close())
	}
	<-c.Done()
	return errors.Join(errMotoEnded, c.Close())
}

// leave starts and closes a cloud, and fails if a goroutine of the rehearsal's is left.
func leave(ctx context.Context, dir string) error {
	c, err := Start(ctx, Options{Domain: "leave.example.com", Dir: dir})
	if err != nil {
		return err
	}
	process := c.moto.Identity()
	if err := c.Close(); err != nil {
		return err
	}
	if process.Alive() {
		return fmt.Errorf("moto's process %d is alive after Close", process.PID)
	}
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	for _, goroutine := range strings.Split(string(stacks), "\n\n") {
		if strings.Contains(goroutine, "drover/rehearsal") && !strings.Contains(goroutine, "TestMain") {
			return fmt.Errorf("a goroutine is left after Close:\n%s", goroutine)
		}
	}
	return nil
}

// inMode is this test binary as another program.
func inMode(t *testing.T, mode, dir string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, dir)
	cmd.Env = append(os.Environ(), modeVariable+"="+mode)
	return cmd
}

// identityFrom reads what stay prints.
func identityFrom(decoder *json.Decoder) (child.Identity, error) {
	var id child.Identity
	return id, decoder.Decode(&id)
}
