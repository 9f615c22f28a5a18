package notify

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
)

// Teams is a channel of Microsoft Teams, by a workflow that starts when a webhook request is received:
// https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
type Teams struct {
	address string
	poster
}

// NewTeams takes the address of a workflow.
func NewTeams(client *http.Client, webhook string) (*Teams, error) {
	at, err := address(webhook)
	if err != nil {
		return nil, err
	}
	return &Teams{at, newPoster(client)}, nil
}

// mostLines keeps a message of many short lines below the 28 KB that Teams takes.
const mostLines = 50

// Send implements Sender. The runs of a rich text block are shown as they are: unlike a text block, they have no Markdown,
// https://adaptivecards.io/explorer/TextRun.html, and without entities there are no mentions.
func (t *Teams) Send(ctx context.Context, m Message) error {
	blocks := []any{teamsBlock(m.Title, true)}
	for _, line := range strings.SplitN(m.body(), "\n", mostLines) { // the last has the rest
		if line != "" {
			blocks = append(blocks, teamsBlock(line, false))
		}
	}
	card := map[string]any{"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4", "body": blocks}
	body, err := json.Marshal(map[string]any{"type": "message", "attachments": []any{
		map[string]any{"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": nil, "content": card},
	}})
	if err != nil {
		return err
	}
	return t.post(ctx, t.address, map[string]string{"Content-Type": "application/json"}, body)
}

func teamsBlock(text string, title bool) map[string]any {
	run := map[string]any{"type": "TextRun", "text": text}
	if title {
		run["weight"], run["size"] = "bolder", "medium"
	}
	return map[string]any{"type": "RichTextBlock", "inlines": []any{run}}
}
