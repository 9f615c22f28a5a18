package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"drover/generator/untrusted"
)

const (
	// attemptLimit is how long one attempt may take, from the first look-up of a name on.
	attemptLimit = 10 * time.Second
	// mostAnswer is how much of an answer is read, and mostQuoted how much of it is quoted.
	mostAnswer = 16 << 10
	mostQuoted = 200
)

// refusal is a receiver's word that it does not take a message.
type refusal struct {
	what  string
	final bool          // to send it again would not help
	after time.Duration // it asks for this pause; 0 for none
}

func (r *refusal) Error() string { return r.what }

// poster sends JSON over HTTP. It follows no redirects: the address is a secret, and the message is for whom it names.
type poster struct{ client *http.Client }

func newPoster(client *http.Client) poster {
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return poster{&own}
}

// post sends a body. Errors show no more of the address than its host.
func (p poster) post(ctx context.Context, address string, headers map[string]string, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, attemptLimit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return &refusal{what: "the address is not valid", final: true} // the error quotes it
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	request.Header.Set("User-Agent", "drover")
	response, err := p.client.Do(request)
	if err != nil {
		var failed *url.Error
		if errors.As(err, &failed) { // it quotes the address
			err = failed.Err
		}
		return fmt.Errorf("asking %s: %w", request.URL.Hostname(), err)
	}
	defer func() { _ = response.Body.Close() }()
	said, _ := io.ReadAll(io.LimitReader(response.Body, mostAnswer))
	if response.StatusCode/100 == 2 {
		return nil
	}
	return refused(request.URL.Hostname(), response, said)
}

func refused(host string, response *http.Response, said []byte) error {
	r := &refusal{what: fmt.Sprintf("%s answered %s", host, status(response.StatusCode))}
	switch code := response.StatusCode; {
	case code/100 == 3:
		r.what += ": drover follows no redirects; write the address that it leads to"
		r.final = true
	case code == http.StatusTooManyRequests, code == http.StatusRequestTimeout, code == http.StatusTooEarly:
	case code/100 == 4:
		r.final = true
	}
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 {
		r.after = min(time.Duration(seconds)*time.Second, mostPause)
	}
	if text := strings.TrimSpace(string(said)); text != "" && response.StatusCode/100 != 3 {
		r.what += ": " + untrusted.Clip(untrusted.Printable(strings.ReplaceAll(text, "\n", " ")), mostQuoted)
	}
	return r
}

// status is a status in the words of HTTP: those of the answer are a stranger's.
func status(code int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", code, http.StatusText(code)))
}

// address checks one that an environment variable holds. It is itself a secret, so that no error quotes it.
func address(text string) (string, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "":
		return "", errors.New("it holds no address; set it to one that begins with https://")
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		return "", errors.New("its address does not begin with https://")
	}
	return text, nil
}

// loopback is true for this machine by its name or address: what is sent there crosses no network.
func loopback(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsLoopback()
	}
	return strings.EqualFold(host, "localhost")
}

// hostOf is the host of "host:port".
func hostOf(server string) string {
	host, _, err := net.SplitHostPort(server)
	if err != nil {
		return server
	}
	return host
}
