package notify

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
)

// Slack is a channel of Slack, by an incoming webhook: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
type Slack struct {
	address string
	poster
}

// NewSlack takes the address of a webhook.
func NewSlack(client *http.Client, webhook string) (*Slack, error) {
	at, err := address(webhook)
	if err != nil {
		return nil, err
	}
	return &Slack{at, newPoster(client)}, nil
}

// slackText is a text that Slack shows as it is: no markup, no mention of anybody.
type slackText struct {
	Type  string `json:"type"`
	Text  string `json:"text"`
	Emoji bool   `json:"emoji"`
}

type slackBlock struct {
	Type string    `json:"type"`
	Text slackText `json:"text"`
}

// inSlack escapes the characters by which Slack knows links and mentions:
// https://docs.slack.dev/messaging/formatting-message-text#escaping
var inSlack = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// Send implements Sender.
func (s *Slack) Send(ctx context.Context, m Message) error {
	blocks := []slackBlock{slackSection(m.Title)}
	if body := m.body(); body != "" {
		blocks = append(blocks, slackSection(body))
	}
	body, err := json.Marshal(map[string]any{"text": inSlack.Replace(m.Title), "blocks": blocks, "unfurl_links": false, "unfurl_media": false})
	if err != nil {
		return err
	}
	return s.post(ctx, s.address, map[string]string{"Content-Type": "application/json"}, body)
}

// mostSlack is how many characters a section may have; with more, Slack refuses the whole message:
// https://docs.slack.dev/reference/block-kit/blocks/section-block
const mostSlack = 3000

// slackSection clips a text by what it has once it is escaped.
func slackSection(text string) slackBlock {
	var b strings.Builder
	left := mostSlack - 1 // one for the ellipsis
	for _, r := range text {
		shown := inSlack.Replace(string(r))
		if left -= len(shown); left < 0 { // bytes, of which a character has one or more however it is counted
			b.WriteString("…")
			break
		}
		b.WriteString(shown)
	}
	return slackBlock{"section", slackText{Type: "plain_text", Text: b.String()}}
}
