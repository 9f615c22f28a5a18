package notify

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"io"
	"math/big"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"testing"
	"time"
)

// mailbox is an SMTP server on this machine that takes one mail.
type mailbox struct {
	listener net.Listener
	tls      *tls.Config // nil: it offers no STARTTLS
	refuses  string      // the answer to RCPT; empty: it takes the mail
	done     chan struct{}

	from, login, data string
	to                []string
	encrypted         bool
}

func (b *mailbox) serve() {
	defer close(b.done)
	conn, err := b.listener.Accept()
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	in := bufio.NewReader(conn)
	say := func(line string) { _, _ = io.WriteString(conn, line+"\r\n") }
	say("220 localhost")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
		switch strings.ToUpper(verb) {
		case "EHLO":
			say("250-localhost")
			if b.tls != nil && !b.encrypted {
				say("250-STARTTLS")
			}
			say("250 AUTH PLAIN")
		case "STARTTLS":
			say("220 go on")
			secured := tls.Server(conn, b.tls)
			conn, in, b.encrypted = secured, bufio.NewReader(secured), true
		case "AUTH":
			decoded, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(rest, "PLAIN "))
			b.login = string(decoded)
			say("235 welcome")
		case "MAIL":
			b.from = rest
			say("250 ok")
		case "RCPT":
			if b.refuses != "" {
				say(b.refuses)
				continue
			}
			b.to = append(b.to, rest)
			say("250 ok")
		case "DATA":
			say("354 go on")
			for {
				line, err := in.ReadString('\n')
				if err != nil || line == ".\r\n" {
					break
				}
				b.data += line
			}
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		}
	}
}

func openMailbox(t *testing.T, b *mailbox) string {
	t.Helper()
	var config net.ListenConfig
	var err error
	if b.listener, err = config.Listen(t.Context(), "tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	b.done = make(chan struct{})
	go b.serve()
	t.Cleanup(func() {
		_ = b.listener.Close()
		<-b.done
	})
	return b.listener.Addr().String()
}

func TestMailArrivesWithTheSameIDEachTime(t *testing.T) {
	t.Parallel()
	var ids []string
	for range 2 {
		box := &mailbox{}
		e := Email{dial: direct, Server: openMailbox(t, box), From: "drover@example.com", To: []string{"a@example.com", "b@example.com"}, Username: "drover", Password: "made-up"}
		m := sample
		m.Title, m.Text = "shop: größer ✓", "first\n.\nlast line, which is as long as it can be: "+strings.Repeat("word ", 40)
		if err := e.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		<-box.done
		if box.login != "\x00drover\x00made-up" || !strings.HasPrefix(box.from, "FROM:<drover@example.com>") || len(box.to) != 2 {
			t.Errorf("login %q, from %q, to %q", box.login, box.from, box.to)
		}
		got, err := mail.ReadMessage(strings.NewReader(strings.ReplaceAll(box.data, "\r\n..", "\r\n.")))
		if err != nil {
			t.Fatal(err)
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
		if err != nil || subject != m.Title || got.Header.Get("Auto-Submitted") != "auto-generated" {
			t.Errorf("the subject is %q (%v)", subject, err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(got.Body))
		if want := m.Title + "\n\n" + m.Text + "\n" + m.Next + "\n"; err != nil || strings.ReplaceAll(string(body), "\r\n", "\n") != want {
			t.Errorf("the body is %q (%v), want %q", body, err, want)
		}
		ids = append(ids, got.Header.Get("Message-ID"))
	}
	if ids[0] != ids[1] || ids[0] != "<shop."+sample.ID+"@example.com>" {
		t.Errorf("the ids are %q", ids)
	}
}

func TestMailIsEncryptedWhereTheServerOffersIt(t *testing.T) {
	t.Parallel()
	certificate, roots := selfSigned(t)
	box := &mailbox{tls: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}}
	e := Email{dial: direct, Server: openMailbox(t, box), From: "drover@example.com", To: []string{"a@example.com"}, roots: roots}
	if err := e.Send(t.Context(), sample); err != nil {
		t.Fatal(err)
	}
	<-box.done
	if !box.encrypted || box.data == "" {
		t.Errorf("encrypted: %t, %d bytes", box.encrypted, len(box.data))
	}
	other := &mailbox{tls: box.tls}
	e.Server, e.roots = openMailbox(t, other), x509.NewCertPool()
	if err := e.Send(t.Context(), sample); err == nil || other.data != "" {
		t.Errorf("a server that nobody vouches for got %d bytes (%v)", len(other.data), err)
	}
}

func TestARefusedMailIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	box := &mailbox{refuses: "550 no such user"}
	clock := &counting{}
	e := Email{dial: direct, Server: openMailbox(t, box), From: "drover@example.com", To: []string{"nobody@example.com"}}
	err := Deliver(t.Context(), clock, Receiver{Sender: e}, sample)
	if err == nil || len(clock.pauses) > 0 || !strings.Contains(err.Error(), "refuses the mail: naming nobody@example.com: 550") {
		t.Errorf("the error is %v, after %d pauses", err, len(clock.pauses))
	}
}

func selfSigned(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}
