package notify

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"drover/generator/spec"
)

// PagerDuty is a service of PagerDuty, by its Events API v2: https://developer.pagerduty.com/docs/events-api-v2-overview
// A message opens an incident or adds to the open one of its situation, and the end of the situation resolves it.
type PagerDuty struct {
	address, key string
	poster
}

// pagerAddresses are the Events APIs of PagerDuty's service regions.
var pagerAddresses = map[string]string{"us": "https://events.pagerduty.com/v2/enqueue", "eu": "https://events.eu.pagerduty.com/v2/enqueue"}

// NewPagerDuty takes the integration key of a service in a region.
func NewPagerDuty(client *http.Client, key, region string) *PagerDuty {
	return &PagerDuty{pagerAddresses[region], key, newPoster(client)}
}

// Resolves implements Resolver.
func (*PagerDuty) Resolves() {}

// Send implements Sender.
func (p *PagerDuty) Send(ctx context.Context, m Message) error {
	event := map[string]any{"routing_key": p.key, "dedup_key": m.Key, "event_action": "trigger"}
	if m.Over {
		event["event_action"] = "resolve"
	} else {
		event["payload"] = map[string]any{
			"summary": m.Title, "source": m.Cluster, "severity": severity(m.On), "timestamp": m.Time.UTC().Format(time.RFC3339),
			"component": "drover", "class": m.On,
			"custom_details": map[string]any{"id": m.ID, "rotation": m.Rotation, "text": m.Text, "next": m.Next},
		}
	}
	body, err := json.Marshal(event)
	if err != nil {
		return err
	}
	return p.post(ctx, p.address, map[string]string{"Content-Type": "application/json"}, body)
}

func severity(on string) string {
	switch on {
	case spec.OnFailed, spec.OnRolledBack:
		return "error"
	case spec.OnWaiting, spec.OnOverdue:
		return "warning"
	}
	return "info"
}
