package verify

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode"
)

// Webhook has a team's own judge decide: it posts what is asked about, and takes the verdict of the answer. Anything but
// an answer of status 200 with a verdict in it is an error, so that a judge which is gone, or somebody else's page in its
// place, is never a pass. Redirects are not followed: they would take the secret to a server that the spec does not name.
type Webhook struct {
	Label  string
	Client *http.Client // must not be nil
	URL    string
	Header string // that carries the secret; none if empty
	// Secret is the header's whole value. It is asked for with each request, and an error if it is empty while Header is set.
	Secret func() string
	Asked  Asked
}

// Asked is what a judge is told, in JSON. Moment is added when it is asked.
type Asked struct {
	Cluster  string `json:"cluster"`  // the name in the spec
	Color    string `json:"color"`    // that is judged
	Other    string `json:"other"`    // the other color
	Host     string `json:"host"`     // the color's own host name
	Name     string `json:"name"`     // of the color's cluster on the platform
	Rotation string `json:"rotation"` // empty where none is under way
	Phase    string `json:"phase"`    // verify, shift or soak
	Share    int    `json:"share"`    // of the traffic that the color has, in percent
}

const (
	webhookLimit   = 64 << 10 // bytes of an answer; a longer one is an error
	webhookMessage = 1000     // characters of a judge's message that a result quotes
)

// Name is the label, or the server.
func (w Webhook) Name() string { return cmp.Or(w.Label, "webhook "+server(w.URL)) }

// Run asks once.
func (w Webhook) Run(ctx context.Context) Answer {
	body, err := w.ask(ctx)
	if err != nil {
		return said(Error, fmt.Sprintf("asking the judge at %s: %v", server(w.URL), err))
	}
	answer, err := judged(body)
	if err != nil {
		return said(Error, fmt.Sprintf("the judge at %s gave no verdict: %v", server(w.URL), err))
	}
	return answer
}

func (w Webhook) ask(ctx context.Context) ([]byte, error) {
	if w.Client == nil {
		return nil, errors.New("there is no way to reach it")
	}
	told := w.Asked
	m := momentOf(ctx)
	told.Rotation, told.Phase, told.Share = m.Rotation, m.Phase, m.Share
	body, err := json.Marshal(told)
	if err != nil {
		return nil, fmt.Errorf("encoding the question: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("the URL is not one: %w", withoutURL(err))
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	if err := w.sign(request); err != nil {
		return nil, err
	}
	client := *w.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("no answer: %w", withoutURL(err))
	}
	defer func() { _ = answer.Body.Close() }() // only read from
	switch {
	case answer.StatusCode >= 300 && answer.StatusCode < 400:
		return nil, fmt.Errorf("status %d, which leads to %s and is not followed: write the address of the judge itself", answer.StatusCode, leadsTo(answer))
	case answer.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("status %d, wanted 200", answer.StatusCode)
	}
	read, err := io.ReadAll(io.LimitReader(answer.Body, webhookLimit+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("the answer broke off: %w", err)
	case len(read) > webhookLimit:
		return nil, fmt.Errorf("the answer is longer than %d bytes", webhookLimit)
	}
	return read, nil
}

// sign puts the secret into its header. net/http would quote nothing of a value that it refuses, but not say why either.
func (w Webhook) sign(request *http.Request) error {
	if w.Header == "" {
		return nil
	}
	secret := ""
	if w.Secret != nil {
		secret = strings.TrimSpace(w.Secret())
	}
	switch {
	case secret == "":
		return fmt.Errorf("there is no secret for the header %s: set the environment variable that the spec names", w.Header)
	case strings.ContainsFunc(secret, unicode.IsControl):
		return fmt.Errorf("the secret for the header %s has control characters in it", w.Header)
	}
	request.Header.Set(w.Header, secret)
	return nil
}

// judged reads a judge's answer: one JSON object, whose fields are taken by their exact names and once only. encoding/json
// alone would take "Verdict" for "verdict", and the last of two.
func judged(body []byte) (Answer, error) {
	fields, err := object(body)
	if err != nil {
		return Answer{}, err
	}
	var verdict Verdict
	var message string
	var value *float64
	for _, field := range []struct {
		name string
		into any
	}{{"verdict", &verdict}, {"message", &message}, {"value", &value}} {
		data, given := fields[field.name]
		if !given {
			continue
		}
		if err := json.Unmarshal(data, field.into); err != nil {
			return Answer{}, fmt.Errorf("its %s is not one", field.name)
		}
	}
	if verdict != Pass && verdict != Fail && verdict != Inconclusive {
		return Answer{}, errors.New(`its answer has no verdict: "pass", "fail" or "inconclusive"`)
	}
	answer := said(verdict, cmp.Or(inLine(message, webhookMessage), "no message"))
	if value != nil {
		answer = answer.measured(*value, "")
	}
	return answer, nil
}

// object reads a JSON object that has each field once, and nothing behind it.
func object(body []byte) (map[string]json.RawMessage, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return nil, errors.New("the answer is not a JSON object")
	}
	fields := map[string]json.RawMessage{}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, errors.New("the answer is not JSON")
		}
		text, _ := name.(string) // the name of a field is always a text
		if _, twice := fields[text]; twice {
			return nil, fmt.Errorf("the answer has the field %q twice", inLine(text, 64))
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, errors.New("the answer is not JSON")
		}
		fields[text] = value
	}
	if _, err := decoder.Token(); err != nil {
		return nil, errors.New("the answer is not JSON")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the JSON object")
	}
	return fields, nil
}

// inLine is a stranger's text in one line of at most so many characters, without what a terminal would act on.
func inLine(text string, most int) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
