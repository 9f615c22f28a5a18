package moto

import (
	"fmt"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
)

// logFile keeps the server's output in a file and finds the address in its first lines.
type logFile struct {
	mu   sync.Mutex
	file *os.File
	head []byte
	last []byte
	url  *url.URL
}

var running = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`Running on (http://127\.0\.0\.1:\d+)`) })

func openLog(path string) (*logFile, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open moto's log: %w", err)
	}
	return &logFile{file: f}, nil
}

func (l *logFile) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.url == nil && len(l.head) < 64<<10 {
		l.head = append(l.head, p...)
		if m := running().FindSubmatch(l.head); m != nil {
			l.url, _ = url.Parse(string(m[1]))
			l.head = nil
		}
	}
	const keep = 2 << 10
	if l.last = append(l.last, p...); len(l.last) > keep {
		l.last = append([]byte(nil), l.last[len(l.last)-keep:]...)
	}
	return l.file.Write(p)
}

func (l *logFile) address() *url.URL {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.url
}

func (l *logFile) tail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.TrimSpace(string(l.last))
}

func (l *logFile) Close() error { return l.file.Close() }
