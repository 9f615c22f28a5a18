package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// version is the format that this drover writes, and the newest that it reads.
const version = 1

// What a person does about a value that is not as it was written. A test holds that each way leads on.
const (
	restore        = "Restore the object from a copy, such as an earlier version of it if the bucket keeps versions"
	restoreRecord  = restore + "; without one, move the folders journal, packs and heartbeats out of the store, and run `drover recover`"
	restoreRequest = restore + "; without one, move the folder requests out of the store, and ask again for what is still wanted. `drover rollback` works without it"
)

// remedy is what a person does about a broken value of the journal, or of the requests.
func remedy(name string) string {
	if strings.HasPrefix(name, requests) {
		return restoreRequest
	}
	return restoreRecord
}

// damaged is the error about a value of the journal or of the requests.
func damaged(name, problem string) error { return &DamageError{name, problem, remedy(name)} }

// envelope is how every value but packs, bundles and attachments is stored, with its fields in this order and no spaces;
// the body comes after them.
type envelope struct {
	Version int    `json:"version"`
	Kind    string `json:"kind"`
	Hash    string `json:"hash"`
}

// seal encodes a value with a hash of its content.
func seal(kind string, value any) (raw []byte, hash string, err error) {
	body, err := json.Marshal(value)
	if err != nil {
		return nil, "", fmt.Errorf("encoding a %s: %w", kind, err)
	}
	hash = hashBody(version, kind, body)
	return append(append(opening(kind, hash), body...), '}'), hash, nil
}

// opening is how the JSON of an envelope begins, up to its body.
func opening(kind, hash string) []byte {
	return fmt.Appendf(nil, `{"version":%d,"kind":%q,"hash":%q,"body":`, version, kind, hash)
}

func hashBody(version int, kind string, body []byte) string {
	hash := sha256.New()
	_, _ = fmt.Fprintf(hash, "drover %d %s %d:", version, kind, len(body)) // a hash takes everything
	_, _ = hash.Write(body)
	return hex.EncodeToString(hash.Sum(nil))
}

// bodyOf returns what is in an envelope that is just as seal makes it, without parsing it twice.
func bodyOf(kind string, raw []byte) (body []byte, hash string, ok bool) {
	begin := opening(kind, strings.Repeat("0", 2*sha256.Size))
	if len(raw) <= len(begin) || raw[len(raw)-1] != '}' {
		return nil, "", false
	}
	body = raw[len(begin) : len(raw)-1]
	hash = hashBody(version, kind, body)
	return body, hash, bytes.HasPrefix(raw, opening(kind, hash))
}

// unseal decodes what seal encoded into value, and returns its hash.
func unseal(kind, name string, raw []byte, value any) (hash string, err error) {
	body, hash, ok := bodyOf(kind, raw)
	if !ok {
		return "", broken(kind, name, raw)
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(value); err != nil {
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) {
			return "", damaged(name, fmt.Sprintf("has a value of another type (%v)", err))
		}
		return "", &VersionError{Object: name}
	}
	return hash, nil
}

// broken is what is wrong with a value that is not as seal made it.
func broken(kind, name string, raw []byte) error {
	if len(bytes.TrimSpace(raw)) == 0 {
		return damaged(name, "is empty")
	}
	var e envelope
	if err := json.Unmarshal(raw, &e); err != nil {
		return damaged(name, fmt.Sprintf("is cut off or is not drover's (%v)", err))
	}
	if e.Version > version {
		return &VersionError{name, e.Version}
	}
	if e.Kind != kind {
		return damaged(name, fmt.Sprintf("is not a %s", kind))
	}
	return damaged(name, "does not match its hash")
}

// digest hashes parts so that no other parts have the same hash.
func digest(parts ...string) string {
	hash := sha256.New()
	for _, part := range parts {
		_, _ = hash.Write([]byte(strconv.Itoa(len(part)) + ":")) // a hash takes everything
		_, _ = hash.Write([]byte(part))
	}
	return hex.EncodeToString(hash.Sum(nil))
}

// numbered is a name that sorts by its number.
func numbered(prefix string, n int64) string {
	digits := strconv.FormatInt(n, 10)
	return prefix + strings.Repeat("0", max(0, 12-len(digits))) + digits
}

// number is the number of a name that numbered made.
func number(prefix, name string) (int64, error) {
	digits := strings.TrimPrefix(name, prefix)
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 1 || numbered(prefix, n) != name {
		return 0, &DamageError{name, "is not an object of drover's", "Move it out of the store's folder"}
	}
	return n, nil
}
