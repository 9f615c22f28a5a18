package answer

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Document is a JSON object whose members are kept as they came.
type Document map[string]any

// Sub is the object that a member is; nil when it is none.
func (d Document) Sub(key string) Document {
	m, _ := d[key].(map[string]any)
	return m
}

// List are the objects of a member that is a list.
func (d Document) List(key string) []Document {
	items, _ := d[key].([]any)
	list := make([]Document, 0, len(items))
	for _, item := range items {
		m, _ := item.(map[string]any)
		list = append(list, m)
	}
	return list
}

// Texts are the texts of a member that is a list.
func (d Document) Texts(key string) []string {
	items, _ := d[key].([]any)
	list := make([]string, 0, len(items))
	for _, item := range items {
		text, _ := item.(string)
		list = append(list, text)
	}
	return list
}

// Text is a member that is text; empty when it is none.
func (d Document) Text(key string) string {
	s, _ := d[key].(string)
	return s
}

// Number is a member that is a number; 0 when it is none.
func (d Document) Number(key string) int {
	n, _ := d[key].(float64)
	return int(n)
}

// Yes is a member that is a boolean; false when it is none.
func (d Document) Yes(key string) bool {
	b, _ := d[key].(bool)
	return b
}

// ListTags are tags by name, as the JSON services list them: each with its key and its value, by these names.
func ListTags(tags map[string]string, key, value string) []Document {
	list := []Document{}
	for _, name := range slices.Sorted(maps.Keys(tags)) {
		list = append(list, Document{key: name, value: tags[name]})
	}
	return list
}

// Call is one request to a simulated service that speaks JSON.
type Call struct {
	Ctx    context.Context //nolint:containedctx // a call lives as long as its request
	Region string
	Path   map[string]string // what the request's path names
	In     Document          // what its body holds
}

// Operations are those of a service S that are simulated, by their names.
type Operations[S any] map[string]func(S, *Call) (Document, error)

// Serve answers an operation with the request's body, and says whether it is one that is simulated. The lock is held
// while it runs and until the answer is written down, because that may hold what others change.
func (o Operations[S]) Serve(s S, lock sync.Locker, w http.ResponseWriter, operation string, c *Call, body []byte) bool {
	handle := o[operation]
	if handle == nil {
		return false
	}
	if len(bytes.TrimSpace(body)) > 0 {
		if err := json.Unmarshal(body, &c.In); err != nil {
			JSON.Refuse(w, Refuse("SerializationException", "the request is not JSON: %v", err))
			return true
		}
	}
	lock.Lock()
	out, err := handle(s, c)
	var encoded []byte
	if err == nil {
		encoded, err = json.Marshal(out)
	}
	lock.Unlock()
	if err != nil {
		JSON.Refuse(w, Of(err))
		return true
	}
	WriteJSON(w, json.RawMessage(encoded))
	return true
}

// UUID makes an id such as AWS gives many things.
func UUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	h := hex.EncodeToString(b[:])
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}
