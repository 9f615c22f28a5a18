package awsproxy

import (
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"drover/rehearsal/fault"
)

// faults stand before everything else: what they hit never reaches a simulation, or its answer is changed.
type faults struct {
	mu     sync.Mutex
	active []*Broken
}

// Broken is a fault that is under way.
type Broken struct {
	api   fault.API
	all   *faults
	calls atomic.Int64 // that the fault is about
	hits  atomic.Int64 // those that it hit
	over  chan struct{}
	once  sync.Once
}

// Break begins a fault of the API. It goes on until End.
func (p *Proxy) Break(api fault.API) *Broken {
	b := &Broken{api: api, all: &p.faults, over: make(chan struct{})}
	p.faults.mu.Lock()
	defer p.faults.mu.Unlock()
	p.faults.active = append(p.faults.active, b)
	return b
}

// Hits is how many calls were hit.
func (b *Broken) Hits() int { return int(b.hits.Load()) }

// End ends the fault: what hung is dropped, and calls are answered again.
func (b *Broken) End() {
	b.once.Do(func() {
		close(b.over)
		b.all.mu.Lock()
		defer b.all.mu.Unlock()
		b.all.active = slices.DeleteFunc(b.all.active, func(other *Broken) bool { return other == b })
	})
}

// around is next with the faults before it.
func (f *faults) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, service := scopeOf(r)
		if b := f.hitting(r, service); b != nil {
			troubles[b.api.Does](b, w, r, next)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// hitting is the first fault that hits a call.
func (f *faults) hitting(r *http.Request, service string) *Broken {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, b := range f.active {
		a := b.api
		if a.Service != "" && a.Service != service || a.Method != "" && a.Method != r.Method || !strings.HasSuffix(r.URL.Path, a.Path) {
			continue
		}
		if told := rewritten[a.Does]; told.path != nil && (r.Method != http.MethodGet || !told.path.MatchString(r.URL.Path)) {
			continue
		}
		if n := b.calls.Add(1); a.Spared > 0 && n%int64(a.Spared) == 0 {
			continue
		}
		b.hits.Add(1)
		return b
	}
	return nil
}

// troubles are what is done to a call that is hit.
var troubles = map[fault.Trouble]func(*Broken, http.ResponseWriter, *http.Request, http.Handler){
	fault.Throttled:   refuse("Rate exceeded", refusal{400, "ThrottlingException", 400, "Throttling"}, map[string]refusal{"ec2": {503, "", 503, "RequestLimitExceeded"}, "s3": {503, "", 503, "SlowDown"}}),
	fault.Broken:      refuse("We encountered an internal error. Please try again.", refusal{500, "InternalServerException", 500, "InternalFailure"}, map[string]refusal{"ec2": {500, "", 500, "InternalError"}, "s3": {500, "", 500, "InternalError"}}),
	fault.Expired:     refuse("The security token included in the request is expired", refusal{400, "ExpiredTokenException", 403, "ExpiredToken"}, map[string]refusal{"ec2": {400, "", 400, "RequestExpired"}, "s3": {400, "", 400, "ExpiredToken"}}),
	fault.Denied:      refuse("Access Denied", refusal{400, "AccessDeniedException", 403, "AccessDenied"}, nil),
	fault.Hangs:       hang,
	fault.NeverActive: rewrite,
}

// refusal is how AWS refuses in JSON, and how in XML.
type refusal struct {
	jsonStatus int
	jsonCode   string
	xmlStatus  int
	xmlCode    string
}

// refuse answers in the protocol that the client speaks, with the code that the service has for it.
func refuse(message string, usual refusal, special map[string]refusal) func(*Broken, http.ResponseWriter, *http.Request, http.Handler) {
	return func(_ *Broken, w http.ResponseWriter, r *http.Request, _ http.Handler) {
		_, service := scopeOf(r)
		as, found := special[service]
		if !found {
			as = usual
		}
		switch {
		case r.Header.Get("Smithy-Protocol") == "rpc-v2-cbor":
			w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
			send(w, usual.jsonStatus, "application/cbor", cborMap("__type", usual.jsonCode, "message", message))
		case speaksXML(r, service):
			send(w, as.xmlStatus, "text/xml", xmlError(service, as.xmlCode, message))
		default:
			w.Header().Set("X-Amzn-Errortype", usual.jsonCode)
			body, _ := json.Marshal(map[string]string{"__type": usual.jsonCode, "message": message}) // strings are always written
			send(w, usual.jsonStatus, "application/x-amz-json-1.1", body)
		}
	}
}

func speaksXML(r *http.Request, service string) bool {
	return service == "s3" || service == "route53" || service == "cloudfront" ||
		strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") || r.URL.Query().Get("Action") != ""
}

// xmlError is in the shape of the service: S3's, EC2's, and everybody else's.
func xmlError(service, code, message string) []byte {
	one := "<Error><Code>" + code + "</Code><Message>" + message + "</Message></Error>"
	switch service {
	case "s3":
	case "ec2":
		one = "<Response><Errors>" + one + "</Errors><RequestID>rehearsal</RequestID></Response>"
	default:
		one = "<ErrorResponse>" + one + "<RequestId>rehearsal</RequestId></ErrorResponse>"
	}
	return []byte(`<?xml version="1.0" encoding="UTF-8"?>` + one)
}

// cborMap is a map of texts, each below 256 bytes (RFC 8949: 0xa0 + pairs, then 0x78 length text).
func cborMap(texts ...string) []byte {
	b := []byte{0xa0 + byte(len(texts)/2)}
	for _, text := range texts {
		b = append(append(b, 0x78, byte(len(text))), text...)
	}
	return b
}

func send(w http.ResponseWriter, status int, kind string, body []byte) {
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that went away needs no answer
}

// hang keeps a call until the client or the fault is over, and then drops the connection.
func hang(b *Broken, _ http.ResponseWriter, r *http.Request, _ http.Handler) {
	select {
	case <-r.Context().Done():
	case <-b.over:
	}
	panic(http.ErrAbortHandler) // how net/http is told to drop a connection
}

// rewritten is what is told differently, and where: of green only, as a rehearsal builds green beside blue.
var rewritten = map[fault.Trouble]struct {
	path   *regexp.Regexp
	object string // member of the answer
	field  string
	value  any
}{
	fault.NeverActive: {regexp.MustCompile(`^/clusters/[^/]+-green/node-groups/[^/]+$`), "nodegroup", "status", "CREATING"},
}

// rewrite has the call answered, and changes one field of the answer.
func rewrite(b *Broken, w http.ResponseWriter, r *http.Request, next http.Handler) {
	kept := &recorded{header: http.Header{}, status: http.StatusOK}
	next.ServeHTTP(kept, r)
	told := rewritten[b.api.Does]
	var whole map[string]map[string]any
	if kept.status == http.StatusOK && json.Unmarshal(kept.body.Bytes(), &whole) == nil && whole[told.object] != nil {
		whole[told.object][told.field] = told.value
		if changed, err := json.Marshal(whole); err == nil {
			kept.body.Reset()
			kept.body.Write(changed)
		}
	}
	maps.Copy(w.Header(), kept.header)
	w.Header().Set("Content-Length", strconv.Itoa(kept.body.Len()))
	w.WriteHeader(kept.status)
	_, _ = w.Write(kept.body.Bytes()) // a client that went away needs no answer
}
