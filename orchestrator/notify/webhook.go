package notify

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"drover/orchestrator/color"
)

// Webhook takes CloudEvents 1.0 in structured JSON over HTTP:
// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#32-structured-content-mode
type Webhook struct {
	address string
	headers map[string]string
	poster
}

// NewWebhook takes an address, and the header that carries a key; a key that is empty is not sent.
func NewWebhook(client *http.Client, at, header, key string) (*Webhook, error) {
	at, err := address(at)
	if err != nil {
		return nil, err
	}
	headers := map[string]string{}
	if key != "" {
		headers[header] = key
	}
	headers["Content-Type"] = "application/cloudevents+json; charset=utf-8"
	return &Webhook{at, headers, newPoster(client)}, nil
}

// cloudEvent has the attributes of CloudEvents. Source and ID together name an event.
type cloudEvent struct {
	SpecVersion     string    `json:"specversion"`
	ID              string    `json:"id"`
	Source          string    `json:"source"`
	Type            string    `json:"type"`
	Subject         string    `json:"subject,omitempty"`
	Time            string    `json:"time"`
	DataContentType string    `json:"datacontenttype"`
	Data            eventData `json:"data"`
}

type eventData struct {
	Cluster  string        `json:"cluster"`
	Rotation string        `json:"rotation,omitempty"`
	Title    string        `json:"title"`
	Text     string        `json:"text,omitempty"`
	Next     string        `json:"next,omitempty"`
	Weights  color.Weights `json:"weights,omitempty"`
}

// Send implements Sender.
func (w *Webhook) Send(ctx context.Context, m Message) error {
	kind := "drover.test"
	if m.On != "" {
		kind = "drover.rotation." + m.On
	}
	body, err := json.Marshal(cloudEvent{
		SpecVersion: "1.0", ID: m.ID, Source: "/drover/clusters/" + url.PathEscape(m.Cluster), Type: kind, Subject: m.Rotation,
		Time: m.Time.UTC().Format(time.RFC3339Nano), DataContentType: "application/json",
		Data: eventData{m.Cluster, m.Rotation, m.Title, m.Text, m.Next, m.Weights},
	})
	if err != nil {
		return err
	}
	return w.post(ctx, w.address, w.headers, body)
}
