package rehearsal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/google/renameio/v2"

	"drover/orchestrator/terraform"
	"drover/rehearsal/child"
	"drover/rehearsal/kubernetes"
)

// pidFile says whose a directory is and which processes were started for it.
const pidFile = "pids.json"

// rootsDir is where, in its directory, a rehearsal has drover keep the Terraform roots.
const rootsDir = "infra"

// unclaimed is how old a directory without a pid file must be to be litter: a start writes the file at once.
const unclaimed = time.Hour

type pids struct {
	Owner    child.Identity   `json:"owner"`
	Children []child.Identity `json:"children"`
}

// home is the directory of one cloud.
type home struct {
	dir  string
	made bool // by us: removed at the end

	mu   sync.Mutex // control planes start at the same time
	pids pids
}

// openHome claims dir, or makes one beside those of other rehearsals; what rehearsals that crashed left behind in
// either is swept first.
func openHome(ctx context.Context, dir string) (*home, error) {
	self, err := child.Self()
	if err != nil {
		return nil, fmt.Errorf("read this process's own identity: %w", err)
	}
	h := &home{dir: dir, pids: pids{Owner: self}}
	if dir == "" {
		if h.dir, err = freshDir(ctx); err != nil {
			return nil, err
		}
		h.made = true
		return h, h.write()
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the rehearsal's directory: %w", err)
	}
	if h.dir, err = filepath.Abs(dir); err != nil {
		return nil, fmt.Errorf("find the rehearsal's directory %s: %w", dir, err)
	}
	owner, err := sweep(ctx, h.dir)
	if err != nil {
		return nil, err
	}
	if owner.Alive() {
		return nil, fmt.Errorf("process %d rehearses in %s already: end it, or name another directory", owner.PID, h.dir)
	}
	return h, h.write()
}

// freshDir makes a directory among those of rehearsals, which the next rehearsal removes if this one crashes.
func freshDir(ctx context.Context) (string, error) {
	parent, err := homes()
	if err != nil {
		return "", err
	}
	if err := sweepAll(ctx, parent); err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp(parent, "rehearsal-")
	if err != nil {
		return "", fmt.Errorf("make a directory for the rehearsal: %w", err)
	}
	return dir, nil
}

// homes is where the directories of rehearsals are that name none.
func homes() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the user's cache directory: %w", err)
	}
	parent := filepath.Join(cache, "drover", "rehearsals")
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return "", fmt.Errorf("make the directory of rehearsals: %w", err)
	}
	return parent, nil
}

// sweepAll removes the directories of rehearsals whose process is gone, and ends what that left running.
func sweepAll(ctx context.Context, parent string) error {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return fmt.Errorf("look for what earlier rehearsals left behind: %w", err)
	}
	for _, e := range entries {
		dir := filepath.Join(parent, e.Name())
		owner, err := sweep(ctx, dir)
		if err != nil {
			return err
		}
		if owner.Alive() {
			continue
		}
		if info, err := e.Info(); owner.PID == 0 && (err != nil || time.Since(info.ModTime()) < unclaimed) {
			continue // somebody is making it
		}
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("remove what an earlier rehearsal left behind: %w", err)
		}
	}
	return nil
}

// sweep ends the processes that a dead rehearsal left behind in dir, and says whose the directory is. Only processes
// that are exactly those of the pid file are touched.
func sweep(ctx context.Context, dir string) (owner child.Identity, err error) {
	data, err := os.ReadFile(filepath.Join(dir, pidFile))
	if errors.Is(err, fs.ErrNotExist) {
		return owner, nil
	}
	if err != nil {
		return owner, fmt.Errorf("read who rehearses in %s: %w", dir, err)
	}
	var p pids
	if err := json.Unmarshal(data, &p); err != nil {
		return owner, fmt.Errorf("read who rehearses in %s: %w; remove the file if nobody does", dir, err)
	}
	if p.Owner.Alive() {
		return p.Owner, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for _, c := range p.Children {
		if err := c.Kill(ctx); err != nil {
			return p.Owner, fmt.Errorf("end what a crashed rehearsal left behind: %w", err)
		}
	}
	if err := kubernetes.Sweep(dir); err != nil {
		return p.Owner, err
	}
	// Terraform is drover's own, in a session of its own: it outlives both.
	if err := terraform.KillAtWork(ctx, filepath.Join(dir, rootsDir)); err != nil {
		return p.Owner, fmt.Errorf("end what a crashed rehearsal left behind: %w", err)
	}
	return p.Owner, nil
}

// record adds a process to the pid file.
func (h *home) record(id child.Identity) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.pids.Children = append(h.pids.Children, id)
	return h.write()
}

func (h *home) write() error {
	data, err := json.Marshal(h.pids)
	if err != nil {
		return fmt.Errorf("write the rehearsal's pid file: %w", err)
	}
	if err := renameio.WriteFile(filepath.Join(h.dir, pidFile), data, 0o600); err != nil {
		return fmt.Errorf("write the rehearsal's pid file: %w", err)
	}
	return nil
}

// close gives the directory up. In one that the caller named, logs and certificate stay.
func (h *home) close() error {
	if h.made {
		if err := os.RemoveAll(h.dir); err != nil {
			return fmt.Errorf("remove the rehearsal's directory: %w", err)
		}
		return nil
	}
	if err := os.Remove(filepath.Join(h.dir, pidFile)); err != nil {
		return fmt.Errorf("remove the rehearsal's pid file: %w", err)
	}
	return nil
}
