package history

import (
	"fmt"
	"strings"

	"drover/orchestrator/journal"
)

// nextSteps are what a person does after reading a rotation's report, the most urgent first. They name commands in
// backquotes. A rotation that is long over may have been followed by others: `drover status` tells what is so now.
func nextSteps(r journal.Rotation) []string {
	switch r.Outcome {
	case journal.Done:
		if len(r.Leftovers) > 0 {
			return []string{fmt.Sprintf("Delete the leftovers of %s listed below if you no longer need them. drover never deletes volumes.", r.From)}
		}
		return []string{fmt.Sprintf("Nothing. %s has all traffic, and %s is destroyed.", r.To, r.From)}
	case journal.RolledBack:
		return []string{
			fmt.Sprintf("Fix the cause, change the spec and run `drover rotate`. To try the same revision again, run `drover rotate --again`. All traffic is on %s.", r.From),
			fmt.Sprintf("`drover status` shows until when %s is kept for you to look at.", r.To),
		}
	case journal.Failed:
		return []string{"Fix the cause, then run `drover rotate` to start another rotation. `drover status` shows which color is active."}
	case journal.Skipped, journal.Waiting: // no rotation ends so
	}
	return append(open(r), back(r)...)
}

// open is what moves a rotation on that has not ended.
func open(r journal.Rotation) []string {
	gate, atGate := strings.CutPrefix(r.Phase, "approve-")
	switch {
	case r.Back != nil:
		return []string{fmt.Sprintf("Run `drover rotate` if no process is driving the rotation: it finishes sending all traffic back to %s.", r.From)}
	case r.Hold != nil:
		return []string{fmt.Sprintf("The rotation is %s. Run `drover resume` and then `drover rotate` to continue.", r.Hold.Why)}
	case atGate && r.Plan.Asks(gate) && r.Approved[gate].By == "":
		return []string{fmt.Sprintf("Review the checks below. To continue, run `drover approve %s` and then `drover rotate`.", gate)}
	}
	return []string{"Run `drover rotate` if no process is driving the rotation: it resumes."}
}

// back is the way back, while there is one.
func back(r journal.Rotation) []string {
	if r.Back != nil || r.Draining || r.Destroying {
		return nil
	}
	return []string{fmt.Sprintf("To give up instead, run `drover rollback`: it sends all traffic back to %s.", r.From)}
}
