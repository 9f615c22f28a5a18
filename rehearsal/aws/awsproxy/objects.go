package awsproxy

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// objects has moto do one write of S3 at a time. A conditional write must have one winner, and moto, whose requests run in
// threads, first looks whether the object is there and then writes it.
type objects struct{ writing sync.Mutex }

// writesObject is true of what creates, replaces or deletes an object. The parts of an upload are none before its end.
func writesObject(c *call) bool {
	return c.service == "s3" && c.Method != http.MethodGet && c.Method != http.MethodHead && !c.URL.Query().Has("partNumber")
}

// serveObject passes a write on to moto once the client has sent the whole of it, so that no client that is slow or stopped
// keeps the others.
func (p *Proxy) serveObject(w http.ResponseWriter, c *call) {
	body, err := io.ReadAll(c.Body)
	if err != nil {
		http.Error(w, fmt.Sprintf("reading the request: %v", err), http.StatusBadRequest)
		return
	}
	c.Body = io.NopCloser(bytes.NewReader(body))
	p.objects.writing.Lock()
	defer p.objects.writing.Unlock()
	p.forward.ServeHTTP(w, c.WithContext(withCall(c.Context(), c)))
}
