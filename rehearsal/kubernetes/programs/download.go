package programs

import (
	"context"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"time"
)

// Hosts that do not answer are given up soon: Go may be able to build the programs.
const (
	connectWithin  = 5 * time.Second
	answersWithin  = 20 * time.Second
	longestProgram = 1 << 30
)

// web downloads files.
type web struct{ http *http.Client }

func newWeb() web {
	dialer := &net.Dialer{Timeout: connectWithin}
	return web{&http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext,
		TLSHandshakeTimeout: connectWithin, ResponseHeaderTimeout: answersWithin}}}
}

// errNotPublished says that a host answers and does not have the file.
var errNotPublished = errors.New("not published there")

func (w web) open(ctx context.Context, url string) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, fmt.Errorf("get %s: %w", url, err)
	}
	resp, err := w.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("get %s: %w", url, err)
	}
	if resp.StatusCode == http.StatusOK {
		return resp.Body, nil
	}
	_ = resp.Body.Close()
	if resp.StatusCode == http.StatusNotFound {
		return nil, fmt.Errorf("get %s: %w", url, errNotPublished)
	}
	return nil, fmt.Errorf("get %s: the answer is %s", url, resp.Status)
}

// source is where a file is, and what it has to hash to.
type source struct {
	url  string
	want string // hexadecimal
	hash func() hash.Hash
}

// save downloads a file into a temporary one in dir, and gives its path only if the checksum is right. The caller
// removes it.
func (w web) save(ctx context.Context, dir string, s source, log io.Writer) (file string, err error) {
	_, _ = fmt.Fprintf(log, "    downloading %s\n", s.url)
	body, err := w.open(ctx, s.url)
	if err != nil {
		return "", err
	}
	defer func() { _ = body.Close() }()
	part, err := os.CreateTemp(dir, "download-")
	if err != nil {
		return "", fmt.Errorf("make a file for %s: %w", s.url, err)
	}
	defer func() {
		if err = errors.Join(err, part.Close()); err != nil {
			_ = os.Remove(part.Name()) // the first error is the one to tell
		}
	}()
	sum := s.hash()
	counted := &counter{log: log, name: path.Base(s.url), next: time.Now().Add(sayEvery)}
	if _, err := io.Copy(io.MultiWriter(part, sum, counted), io.LimitReader(body, longestProgram)); err != nil {
		return "", fmt.Errorf("download %s: %w", s.url, err)
	}
	want, err := hex.DecodeString(s.want)
	if err != nil || subtle.ConstantTimeCompare(want, sum.Sum(nil)) != 1 {
		return "", fmt.Errorf("download %s: its checksum is %x, and the repository says %s: it is not used", s.url, sum.Sum(nil), s.want)
	}
	return part.Name(), nil
}

// install gives a program its name, which no other process sees before it is whole.
func install(file, dir, name string) error {
	if err := os.Chmod(file, 0o755); err != nil { //nolint:gosec // a program
		return fmt.Errorf("make %s a program: %w", name, err)
	}
	if err := os.Rename(file, filepath.Join(dir, name)); err != nil {
		return fmt.Errorf("put %s in its place: %w", name, err)
	}
	return nil
}

// counter says now and then how much of a file is there.
type counter struct {
	log  io.Writer
	name string
	sum  int
	next time.Time
}

func (c *counter) Write(p []byte) (int, error) {
	if c.sum += len(p); time.Now().After(c.next) {
		c.next = time.Now().Add(sayEvery)
		_, _ = fmt.Fprintf(c.log, "    downloading %s: %d MiB\n", c.name, c.sum>>20)
	}
	return len(p), nil
}
