package notify

import (
	"time"

	"drover/generator/untrusted"
	"drover/orchestrator/color"
)

// Message is one thing that people are told.
type Message struct {
	// ID is the same each time the message is sent, on any machine, so that a receiver can drop what it has already.
	ID       string
	On       string // what it is about, as spec.notify[].on names it; empty for a test
	Cluster  string
	Rotation string // empty if it is about no rotation
	Time     time.Time
	Title    string // one line
	Text     string // the details, in a few lines; may be empty
	Next     string // what to run; empty where nothing has to be done
	Weights  color.Weights
	// Key names the situation that the message belongs to, for receivers that keep incidents. Over is true if that is over.
	Key  string
	Over bool
}

const (
	mostTitle = 200
	mostText  = 1500
)

// bounded keeps what checks, clusters and people wrote short, and visible as what it is.
func (m Message) bounded() Message {
	m.Title = untrusted.Clip(untrusted.Printable(m.Title), mostTitle)
	m.Text = untrusted.Clip(untrusted.Printable(m.Text), mostText)
	m.Next = untrusted.Clip(untrusted.Printable(m.Next), mostText)
	return m
}

// body is the message without its title, as people read it.
func (m Message) body() string {
	body := m.Text
	if m.Next != "" {
		if body != "" {
			body += "\n"
		}
		body += m.Next
	}
	return body
}

// Test is a message that asks for nothing.
func Test(cluster, id string, now time.Time) Message {
	return Message{ID: "test." + id, Cluster: cluster, Time: now, Key: cluster + "/test." + id,
		Title: cluster + ": test message from drover", Text: "This receiver works. Nothing has to be done."}
}
