//go:build unix

package bench

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"drover/orchestrator/store"
	"drover/orchestrator/store/file"
	"drover/orchestrator/store/storetest"
)

const longJournal = 10_000

// A journal of 10,000 records is read and verified in less than a second, and in a small part of the time that it takes
// record by record. That of a simulated S3 is measured beside its driver, which is no part of this module.
func BenchmarkReadJournal(b *testing.B) {
	memory := storetest.Long(b, longJournal)
	packed, plain := file.Open(b.TempDir()), file.Open(b.TempDir())
	for except, to := range map[string]store.Objects{"": packed, "packs/": plain} {
		if err := memory.Copy(b.Context(), to, except); err != nil {
			b.Fatal(err)
		}
	}
	read := func(o store.Objects) float64 {
		return timed(func() {
			records, err := store.Open(o, "shop", store.Options{}).Records(b.Context())
			if err != nil || len(records) < longJournal {
				b.Fatalf("read %d records: %v", len(records), err)
			}
		})
	}
	var packs, records []float64
	for b.Loop() {
		packs, records = append(packs, read(packed)), append(records, read(plain))
	}
	b.ReportMetric(median(packs)*1000, "ms-journal(max:1000)")
	b.ReportMetric(median(packs)/median(records), "x-without-packs(max:1)")
}

// Appending costs little more than writing a small file durably.
func BenchmarkAppend(b *testing.B) {
	const many = 200
	lease, err := store.Open(file.Open(b.TempDir()), "shop", store.Options{}).Acquire(b.Context(), store.Holder{})
	if err != nil {
		b.Fatal(err)
	}
	var records, files []float64
	for b.Loop() {
		records = append(records, timed(func() {
			for i := range many {
				if _, err := lease.Append(b.Context(), json.RawMessage(fmt.Sprintf(`{"n":%d}`, i))); err != nil {
					b.Fatal(err)
				}
			}
		}))
		dir := b.TempDir()
		files = append(files, timed(func() {
			for i := range many {
				if err := durably(dir, fmt.Sprint(i)); err != nil {
					b.Fatal(err)
				}
			}
		}))
	}
	b.ReportMetric(median(records)/many*1000, "ms/append")
	b.ReportMetric(median(records)/median(files), "x-durable-file")
}

// durably writes a file and puts it and its name on disk.
func durably(dir, name string) error {
	f, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		return err
	}
	if _, err := f.WriteString("x"); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = folder.Close() }() // only read from
	return folder.Sync()
}
