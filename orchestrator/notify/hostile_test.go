package notify

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"unicode/utf16"

	"drover/generator/spec"
)

// speaker is a server that says the same to everybody, until nobody listens any more.
func speaker(t *testing.T, say func(io.Writer, *bufio.Reader)) string {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			say(conn, bufio.NewReader(conn))
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		<-ended
	})
	return listener.Addr().String()
}

// A mail server must not be able to fill the memory of a process that drives a rotation.
func TestAMailServerThatNeverEndsIsNotHeardOut(t *testing.T) {
	t.Parallel()
	chunk := []byte(strings.Repeat("x", 64<<10))
	many := []byte(strings.Repeat("220-still greeting\r\n", 1000))
	for name, part := range map[string][]byte{"one line": chunk, "many lines": many} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sent atomic.Int64
			server := speaker(t, func(w io.Writer, _ *bufio.Reader) {
				if name == "one line" {
					_, _ = io.WriteString(w, "220 ")
				}
				for sent.Load() < 64<<20 {
					n, err := w.Write(part)
					sent.Add(int64(n))
					if err != nil {
						return
					}
				}
			})
			e := Email{dial: direct, Server: server, From: "drover@example.com", To: []string{"a@example.com"}}
			err := deliver(t.Context(), &counting{}, Receiver{Sender: e}, sample, 1)
			if text := errText(err); !strings.Contains(text, "said more than") || len(text) > 2*mostReason {
				t.Errorf("an error of %d bytes, %.200q", len(text), text)
			}
			if sent.Load() >= 64<<20 {
				t.Errorf("%d bytes were taken", sent.Load())
			}
		})
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// What a receiver answers is stored, printed and sent to the next one: it has an end.
func TestNoReceiverHasMuchToSay(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("long ", 50_000)
	for name, answer := range map[string]string{
		"a status with much behind it": "HTTP/1.1 500 " + long + "\r\nContent-Length: 0\r\n\r\n",
		"something else than HTTP":     "SMTP/1.1 " + long + "\r\n",
		"a long header":                "HTTP/1.1 500 no\r\nX: " + strings.Repeat(long, 10) + "\r\n\r\n",
		"controls in the status":       "HTTP/1.1 500 \x1b[2J\u202e\r\nContent-Length: 0\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := speaker(t, func(w io.Writer, r *bufio.Reader) {
				if request, err := http.ReadRequest(r); err == nil {
					_, _ = io.Copy(io.Discard, request.Body)
				}
				_, _ = io.WriteString(w, answer)
			})
			s, err := NewSlack(&http.Client{}, "http://"+server)
			if err != nil {
				t.Fatal(err)
			}
			err = deliver(t.Context(), &counting{}, Receiver{Sender: s}, sample, 1)
			if text := errText(err); err == nil || len(text) > 2*mostReason || strings.ContainsAny(text, "\x1b\u202e") {
				t.Errorf("an error of %d bytes, %.200q", len(text), text)
			}
		})
	}
}

func TestAMailServerSaysNoMoreThanAFewLines(t *testing.T) {
	t.Parallel()
	box := &mailbox{refuses: "550 " + strings.Repeat("no ", 5000) + "\x1b[31m"}
	e := Email{dial: direct, Server: openMailbox(t, box), From: "drover@example.com", To: []string{"a@example.com"}}
	err := deliver(t.Context(), &counting{}, Receiver{Sender: e}, sample, 1)
	if text := errText(err); !strings.Contains(text, "no no") || len(text) > 2*mostReason || strings.Contains(text, "\x1b") {
		t.Errorf("an error of %d bytes, %.200q", len(text), text)
	}
	var refused *refusal
	if !errors.As(err, &refused) || !refused.final {
		t.Errorf("a refusal is asked again: %v", err)
	}
}

// Slack takes 3000 characters in a text and refuses the whole message beyond that, so that a check's long word, or one of
// signs that are escaped, would keep it from everybody.
func TestWhatChecksSayNeverMakesAMessageTooLongForSlack(t *testing.T) {
	t.Parallel()
	for _, sign := range []string{"&", "x", "<>", "😀", "&a"} {
		got := receive(t, 200)
		s, err := NewSlack(&http.Client{}, got.server.URL)
		if err != nil {
			t.Fatal(err)
		}
		m := Message{Title: strings.Repeat(sign, 500), Text: strings.Repeat(sign, 2000), Next: strings.Repeat(sign, 2000)}.bounded()
		if err := s.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		for _, block := range got.bodies[0]["blocks"].([]any) {
			text := block.(map[string]any)["text"].(map[string]any)["text"].(string)
			plain := strings.NewReplacer("&amp;", "", "&lt;", "", "&gt;", "").Replace(text)
			if n := len(utf16.Encode([]rune(text))); n > 3000 || strings.Contains(plain, "&") && strings.Contains(sign, "&") {
				t.Errorf("%s: a text of %d characters, ends in %q", sign, n, text[len(text)-20:])
			}
		}
	}
}

// Who writes to the store names rotations. Nothing of theirs begins a header of a mail.
func TestNoNameBeginsAHeaderOfAMail(t *testing.T) {
	t.Parallel()
	m := sample
	m.ID, m.Title = "20260101T000000Z\r\nBcc: x@evil.example\r\n\r\nbody.7.0", "a\r\nBcc: y@evil.example"
	mail := string(Email{From: "drover@example.com", To: []string{"a@example.com"}}.mail(m.bounded()))
	head, _, _ := strings.Cut(mail, "\r\n\r\n")
	if strings.Contains(head, "\nBcc:") || !strings.Contains(head, "Content-Transfer-Encoding") {
		t.Errorf("%s", head)
	}
}

// guarding refuses to connect to any but the host that the spec names.
type guarding struct{ refused error }

func (g guarding) Client(string) *http.Client { return &http.Client{} }

func (g guarding) Dial(named string) func(context.Context, string, string) (net.Conn, error) {
	return func(_ context.Context, _, address string) (net.Conn, error) {
		return nil, fmt.Errorf("%s for %s: %w", address, named, g.refused)
	}
}

func direct(ctx context.Context, network, address string) (net.Conn, error) {
	return (&net.Dialer{}).DialContext(ctx, network, address)
}

// A name that leads to a metadata server is no more connected to for a mail than for a webhook.
func TestMailGoesOnlyWhereOtherMessagesMay(t *testing.T) {
	t.Parallel()
	refused := errors.New("guarded")
	for _, server := range []string{"smtp.example.com:587", "smtp.example.com:465"} {
		all := Receivers([]spec.Receiver{{Name: "mail", Email: &spec.MailReceiver{Server: server, From: "a@example.com", To: []string{"b@example.com"}}}},
			guarding{refused}, func(string) string { return "" })
		err := deliver(t.Context(), &counting{}, all[0], sample, 1)
		if !errors.Is(err, refused) || !strings.Contains(err.Error(), server+" for smtp.example.com") {
			t.Errorf("got %v", err)
		}
	}
}
