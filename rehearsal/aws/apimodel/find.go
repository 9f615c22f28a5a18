// Package apimodel reads AWS's own API models, the definitions that botocore installs beside moto, and says what is
// wrong with a request by them: members that are required, of another type, too long, out of range, or not what a
// pattern or a list of values allows. It knows nothing that is not in a model, changes no request, and must never
// refuse what the model allows.
package apimodel

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// ErrMissing says that there are no models on this machine.
var ErrMissing = errors.New("no Python on this machine has botocore, whose API models the simulated AWS needs")

// locate prints where botocore is, without the time that importing it takes.
const locate = `import importlib.util; print(importlib.util.find_spec("botocore").submodule_search_locations[0])`

// Find asks Python where botocore is: the Python that is installed with a program (moto's server), or else the one on
// PATH.
func Find(ctx context.Context, program string) (dir string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	pythons := []string{"python3", "python"}
	if program != "" {
		beside := filepath.Dir(program)
		pythons = append([]string{filepath.Join(beside, "python3"), filepath.Join(beside, "python")}, pythons...)
	}
	var errs []error
	for _, python := range pythons {
		path, err := exec.LookPath(python)
		if err != nil {
			continue
		}
		out, err := exec.CommandContext(ctx, path, "-c", locate).Output() //nolint:gosec // Python, beside moto's server
		if err != nil {
			errs = append(errs, fmt.Errorf("asking %s for botocore: %w", path, err))
			continue
		}
		dir := filepath.Join(strings.TrimSpace(string(out)), "data")
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return dir, nil
		}
	}
	if len(errs) == 0 {
		return "", ErrMissing
	}
	return "", fmt.Errorf("%w (%w)", ErrMissing, errors.Join(errs...))
}
