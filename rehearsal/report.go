package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// openReport creates the file of the report before the rehearsal, which takes minutes: a path that cannot be written is
// known at once. What a file has stays in it until there is something to replace it.
func (r *run) openReport() (err error) {
	if r.Report == "" {
		return nil
	}
	if r.report, err = os.OpenFile(r.Report, os.O_WRONLY|os.O_CREATE, 0o644); err != nil { //nolint:gosec // a person named it, to show it to others
		return fmt.Errorf("creating the report: %w", err)
	}
	return nil
}

// writeReport has drover write the page of the rotation while its store is still there.
func (r *run) writeReport(ctx context.Context) error {
	if r.report == nil {
		return nil
	}
	if info, err := r.report.Stat(); err == nil && info.Mode().IsRegular() {
		if err := r.report.Truncate(0); err != nil {
			return fmt.Errorf("emptying the report's file: %w", err)
		}
	}
	if err := r.drover(ctx, r.report, "report"); err != nil {
		return fmt.Errorf("writing the report to %s: %w", r.Report, err)
	}
	r.say("the report of the rotation is in %s", r.Report)
	return nil
}

// closeReport removes a report that nothing was written to.
func (r *run) closeReport() error {
	if r.report == nil {
		return nil
	}
	info, err := r.report.Stat()
	if err := errors.Join(err, r.report.Close()); err != nil {
		return fmt.Errorf("closing the report: %w", err)
	}
	if info.Mode().IsRegular() && info.Size() == 0 {
		return os.Remove(r.Report)
	}
	return nil
}

// interrupted is what a rehearsal ends with that a person stopped. Nothing can be resumed: its cloud ends with it.
func (r *run) interrupted() error {
	if r.Dir != "" {
		return fmt.Errorf("the rehearsal was interrupted; what it wrote is in %s", r.Dir)
	}
	return errors.New("the rehearsal was interrupted; it left nothing behind")
}

// untilDone passes on what drover says until the rehearsal is interrupted. What drover advises then, such as running it
// again, is of no use without the simulated cloud.
type untilDone struct {
	io.Writer
	ctx context.Context //nolint:containedctx // it is what ends the writing
}

func (u untilDone) Write(p []byte) (int, error) {
	if u.ctx.Err() != nil {
		return len(p), nil //nolint:nilerr // what comes now is left out on purpose
	}
	return u.Writer.Write(p)
}
