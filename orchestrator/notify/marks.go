package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"drover/orchestrator/store"
)

// Attachments is where it is remembered which messages were sent. It needs no lease.
type Attachments interface {
	Attachments(ctx context.Context, purpose string) ([]store.Attachment, error)
	Attachment(ctx context.Context, a store.Attachment) ([]byte, error)
	SaveAttachment(ctx context.Context, purpose, name string, data []byte) (store.Attachment, error)
	DeleteAttachment(ctx context.Context, a store.Attachment) error
}

const (
	sentPurpose   = "notified"
	failedPurpose = "notify-failed"
)

// markName names a message and a receiver. Rotations sort by time, so that marks do.
func markName(m Message, receiver string) string { return m.ID + "." + receiver }

// Failure is a message that a receiver did not take.
type Failure struct {
	Receiver string    `json:"receiver"`
	On       string    `json:"on"`
	Time     time.Time `json:"time"` // of what the message tells
	Reason   string    `json:"reason"`
}

// Failures are the messages that have not arrived by now, by what processes remembered.
func Failures(ctx context.Context, a Attachments) ([]Failure, error) {
	failed, err := a.Attachments(ctx, failedPurpose)
	if err != nil || len(failed) == 0 {
		return nil, err
	}
	sent, err := sentNames(ctx, a)
	if err != nil {
		return nil, err
	}
	var all []Failure
	seen := map[string]bool{}
	for _, mark := range failed {
		if sent[mark.Name] || seen[mark.Name] {
			continue
		}
		seen[mark.Name] = true
		data, err := a.Attachment(ctx, mark)
		if err != nil {
			return nil, fmt.Errorf("reading what a receiver did not get: %w", err)
		}
		var f Failure
		if err := json.Unmarshal(data, &f); err != nil {
			return nil, fmt.Errorf("reading what a receiver did not get: %w", err)
		}
		all = append(all, f)
	}
	return all, nil
}

func sentNames(ctx context.Context, a Attachments) (map[string]bool, error) {
	marks, err := a.Attachments(ctx, sentPurpose)
	if err != nil {
		return nil, err
	}
	names := make(map[string]bool, len(marks))
	for _, mark := range marks {
		names[mark.Name] = true
	}
	return names, nil
}

// sent remembers that a receiver has a message, and forgets that it had not.
func (n *Notifier) sent(ctx context.Context, m Message, receiver string) error {
	name := markName(m, receiver)
	if _, err := n.Attachments.SaveAttachment(ctx, sentPurpose, name, []byte(m.ID)); err != nil {
		return err
	}
	return n.forget(ctx, failedPurpose, func(marked string) bool { return marked == name })
}

// failed remembers that a receiver lacks a message. A process that fails otherwise adds its reason.
func (n *Notifier) failed(ctx context.Context, m Message, receiver, reason string) error {
	data, err := json.Marshal(Failure{Receiver: receiver, On: m.On, Time: m.Time.UTC(), Reason: reason})
	if err != nil {
		return err
	}
	_, err = n.Attachments.SaveAttachment(ctx, failedPurpose, markName(m, receiver), data)
	return err
}

// forget deletes marks.
func (n *Notifier) forget(ctx context.Context, purpose string, which func(name string) bool) error {
	marks, err := n.Attachments.Attachments(ctx, purpose)
	if err != nil {
		return err
	}
	for _, mark := range marks {
		if which(mark.Name) {
			if err := n.Attachments.DeleteAttachment(ctx, mark); err != nil {
				return err
			}
		}
	}
	return nil
}

// outdated tells whether a mark is of a rotation before the oldest whose messages may be sent, or of an earlier week.
func outdated(name, oldest string, now time.Time) bool {
	if day, is := strings.CutPrefix(name, "overdue."); is {
		day, _, _ = strings.Cut(day, ".")
		return day < now.UTC().Add(-7*24*time.Hour).Format("20060102")
	}
	rotation, _, _ := strings.Cut(name, ".")
	return rotation < oldest
}
