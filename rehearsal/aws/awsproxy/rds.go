package awsproxy

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"drover/rehearsal/aws/answer"
)

// databases gives each database a resource id of its own: moto gives all of them the same, by which clients then
// find the wrong one.
type databases struct {
	mu      sync.Mutex
	names   map[string]string // instance identifiers, by resource id
	waiting map[string]waiting
	windows map[string]string // that moto has others for
}

var (
	databaseElement = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?s)<DBInstance>.*?</DBInstance>`) })
	databaseName    = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`<DBInstanceIdentifier>([^<]+)</DBInstanceIdentifier>`)
	})
	databaseID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`<DbiResourceId>[^<]*</DbiResourceId>`) })
)

// serveRDS passes a request to moto, with resource ids put right both ways.
func (p *Proxy) serveRDS(w http.ResponseWriter, c *call) {
	r := c.Request
	raw, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var window string
	if form, err := url.ParseQuery(string(raw)); err == nil {
		var changed bool
		if window, changed = forMoto(form); p.databases.byName(form) || changed {
			raw = []byte(form.Encode())
		}
	}
	if c.operation == "DescribeDBInstances" {
		if err := p.openWindows(c); err != nil {
			c.refuse(w, answer.Of(err))
			return
		}
	}
	if c.operation == "ModifyDBInstance" {
		if raw, err = p.postpone(c, raw); err != nil {
			c.refuse(w, answer.Of(err))
			return
		}
	}
	req, err := http.NewRequestWithContext(r.Context(), r.Method, p.moto.String()+r.URL.RequestURI(), bytes.NewReader(raw))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	req.Header, req.Host = r.Header.Clone(), r.Host
	req.Header.Del("Accept-Encoding") // the answer is read here
	resp, err := p.http.Do(req)
	if err != nil {
		http.Error(w, "ask moto: "+err.Error(), http.StatusBadGateway)
		return
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode >= http.StatusInternalServerError {
		c.refuse(w, unanswered(c, "moto answers "+resp.Status+" to it"))
		return
	}
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		http.Error(w, "read moto's answer: "+err.Error(), http.StatusBadGateway)
		return
	}
	if resp.StatusCode < http.StatusMultipleChoices {
		p.databases.keepWindow(c.operation, c.form, window)
	}
	answer = p.databases.withIDs(answer)
	if c.operation == "DescribeDBParameters" {
		answer = withSource(answer, c.form.Get("Source"))
	}
	header := w.Header()
	for name, values := range resp.Header {
		header[name] = values
	}
	header.Set("Content-Length", strconv.Itoa(len(answer)))
	w.WriteHeader(resp.StatusCode)
	_, _ = w.Write(answer) // the client is gone; there is nobody to tell
}

var parameterElement = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?s)<Parameter>.*?</Parameter>`) })

// withSource says of each parameter that a user set it: moto knows no others, and does not say so.
func withSource(answer []byte, asked string) []byte {
	return parameterElement().ReplaceAllFunc(answer, func(element []byte) []byte {
		if asked != "" && asked != "user" {
			return nil
		}
		return bytes.Replace(element, []byte("</Parameter>"), []byte("<Source>user</Source></Parameter>"), 1)
	})
}

// byName turns a filter by resource id into one by name, and says whether there was one.
func (d *databases) byName(form url.Values) bool {
	for n := 1; ; n++ {
		prefix := fmt.Sprintf("Filters.Filter.%d.", n)
		switch form.Get(prefix + "Name") {
		case "":
			return false
		case "dbi-resource-id":
		default:
			continue
		}
		form.Set(prefix+"Name", "db-instance-id")
		for i := 1; ; i++ {
			key := fmt.Sprintf("%sValues.Value.%d", prefix, i)
			id := form.Get(key)
			if id == "" {
				return true
			}
			d.mu.Lock()
			name := d.names[id]
			d.mu.Unlock()
			if name == "" {
				name = id // of no database: nothing is found
			}
			form.Set(key, name)
		}
	}
}

// withIDs puts its own id into each database of an answer.
func (d *databases) withIDs(answer []byte) []byte {
	return databaseElement().ReplaceAllFunc(answer, func(element []byte) []byte {
		m := databaseName().FindSubmatch(element)
		if m == nil {
			return element
		}
		sum := sha256.Sum256(m[1])
		id := "db-" + strings.ToUpper(hex.EncodeToString(sum[:13]))
		d.mu.Lock()
		if d.names == nil {
			d.names = map[string]string{}
		}
		d.names[id] = string(m[1])
		d.mu.Unlock()
		element = databaseID().ReplaceAll(element, []byte("<DbiResourceId>"+id+"</DbiResourceId>"))
		return d.withWindow(string(m[1]), d.asRun(string(m[1]), element))
	})
}
