package harness

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"drover/orchestrator/store"
	"drover/orchestrator/store/file"
)

// journalFile is how a test writes a journal down: an event a line, in the folder of a cluster's store.
const journalFile = "journal.jsonl"

// Remember makes a store of each journal that is written down below a directory, in <out>/<cluster>/.drover.
func Remember(ctx context.Context, dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		folder := filepath.Dir(path)
		if err != nil || d.IsDir() || d.Name() != journalFile || filepath.Base(folder) != ".drover" {
			return err
		}
		events, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return errors.Join(os.Remove(path), remember(ctx, folder, filepath.Base(filepath.Dir(folder)), events))
	})
}

func remember(ctx context.Context, folder, cluster string, events []byte) (err error) {
	lease, err := store.Open(file.Open(folder), cluster, store.Options{}).Acquire(ctx, store.Holder{Host: "test", Command: "drover test"})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lease.Release(ctx)) }()
	for line := range bytes.Lines(events) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if _, err := lease.Append(ctx, json.RawMessage(bytes.TrimSpace(line))); err != nil {
			return fmt.Errorf("remembering %s: %w", line, err)
		}
	}
	return nil
}
