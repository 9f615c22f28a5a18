package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/smtp"
	"net/textproto"
	"strings"
	"time"
)

// Email is mailboxes, by an SMTP server. What is sent is encrypted, unless the server is on this machine.
type Email struct {
	Server   string // host:port; 465 speaks TLS from the start
	From     string
	To       []string
	Username string // empty: no login
	Password string

	dial  Dial
	roots *x509.CertPool // nil: those of the system
}

// Dial opens connections to servers that a spec names.
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

// Send implements Sender.
func (e Email) Send(ctx context.Context, m Message) error {
	ctx, cancel := context.WithTimeout(ctx, attemptLimit)
	defer cancel()
	conn, err := e.connect(ctx)
	if err != nil {
		return fmt.Errorf("reaching the mail server: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() }) // the conversation knows no context
	defer stop()
	err = e.deliver(conn, m)
	if cause := ctx.Err(); err != nil && cause != nil {
		return fmt.Errorf("talking to %s: %w", e.Server, cause)
	}
	var said *textproto.Error
	if errors.As(err, &said) && said.Code/100 == 5 {
		return &refusal{what: fmt.Sprintf("%s refuses the mail: %v", e.Server, err), final: true}
	}
	if err != nil {
		return fmt.Errorf("talking to %s: %w", e.Server, err)
	}
	return nil
}

func (e Email) connect(ctx context.Context) (net.Conn, error) {
	conn, err := e.dial(ctx, "tcp", e.Server)
	if err != nil {
		return nil, err
	}
	conn = &heard{Conn: conn, left: mostHeard}
	if !strings.HasSuffix(e.Server, ":465") {
		return conn, nil
	}
	secured := tls.Client(conn, e.tls())
	if err := secured.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return secured, nil
}

// mostHeard is how much a server may say in one conversation, certificates and all. What reads SMTP knows no limit.
const mostHeard = 256 << 10

// heard is a connection that ends once a server has said too much.
type heard struct {
	net.Conn
	left int
}

// Read implements net.Conn.
func (h *heard) Read(p []byte) (int, error) {
	if h.left <= 0 {
		return 0, fmt.Errorf("the server said more than %d bytes", mostHeard)
	}
	n, err := h.Conn.Read(p[:min(len(p), h.left)])
	h.left -= n
	return n, err
}

func (e Email) tls() *tls.Config {
	return &tls.Config{ServerName: hostOf(e.Server), RootCAs: e.roots, MinVersion: tls.VersionTLS12}
}

// deliver closes the connection.
func (e Email) deliver(conn net.Conn, m Message) error {
	client, err := smtp.NewClient(conn, hostOf(e.Server))
	if err != nil {
		_ = conn.Close()
		return err
	}
	defer func() { _ = client.Close() }()
	if err := e.secure(client); err != nil {
		return err
	}
	if e.Username != "" {
		if err := client.Auth(smtp.PlainAuth("", e.Username, e.Password, hostOf(e.Server))); err != nil {
			return fmt.Errorf("logging in: %w", err)
		}
	}
	if err := client.Mail(e.From); err != nil {
		return err
	}
	for _, to := range e.To {
		if err := client.Rcpt(to); err != nil {
			return fmt.Errorf("naming %s: %w", to, err)
		}
	}
	w, err := client.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(e.mail(m)); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	_ = client.Quit() // the server has the mail
	return nil
}

// secure has the rest of the conversation encrypted.
func (e Email) secure(client *smtp.Client) error {
	if _, is := client.TLSConnectionState(); is {
		return nil
	}
	if offered, _ := client.Extension("STARTTLS"); offered {
		return client.StartTLS(e.tls())
	}
	if loopback(hostOf(e.Server)) {
		return nil
	}
	return &refusal{what: "it does not offer STARTTLS, and drover sends nothing without TLS; use port 465 or another server", final: true}
}

// mail is what the server gets. Its Message-ID is the same each time, so that mailboxes show one of two.
func (e Email) mail(m Message) []byte {
	_, domain, _ := strings.Cut(e.From, "@")
	var b bytes.Buffer
	for _, header := range [][2]string{
		{"From", "drover <" + e.From + ">"}, {"To", strings.Join(e.To, ", ")}, {"Subject", mime.QEncoding.Encode("utf-8", m.Title)},
		{"Date", m.Time.UTC().Format(time.RFC1123Z)}, {"Message-ID", "<" + idOf(m) + "@" + domain + ">"},
		{"Auto-Submitted", "auto-generated"}, {"MIME-Version", "1.0"}, {"Content-Type", "text/plain; charset=utf-8"},
		{"Content-Transfer-Encoding", "quoted-printable"},
	} {
		b.WriteString(header[0] + ": " + header[1] + "\r\n")
	}
	b.WriteString("\r\n")
	body := quotedprintable.NewWriter(&b)
	_, _ = io.WriteString(body, strings.ReplaceAll(m.Title+"\n\n"+m.body()+"\n", "\n", "\r\n")) // a buffer takes all
	_ = body.Close()
	return b.Bytes()
}

// idOf names a message in a header, which nothing that is in an ID ends.
func idOf(m Message) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r <= '~' && !strings.ContainsRune("<>@()[],;:\\\"", r) {
			return r
		}
		return '_'
	}, m.Cluster+"."+m.ID)
}
