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

const restore = "Restore the object from a copy (an earlier version of it, if the bucket keeps versions), or run `drover recover`"

// envelope is how every value but packs, bundles and attachments is stored.
type envelope struct {
	Version int             `json:"version"`
	Kind    string          `json:"kind"`
	Hash    string          `json:"hash"`
	Body    json.RawMessage `json:"body"`
}

// seal encodes a value with a hash of its content.
func seal(kind string, value any) (raw []byte, hash string, err error) {
	body, err := json.Marshal(value)
	if err != nil {
		return nil, "", fmt.Errorf("encoding a %s: %w", kind, err)
	}
	hash = digest(strconv.Itoa(version), kind, string(body))
	raw, err = json.Marshal(envelope{version, kind, hash, body})
	return raw, hash, err
}

// unseal decodes what seal encoded into value, and returns its hash.
func unseal(kind, name string, raw []byte, value any) (hash string, err error) {
	if len(bytes.TrimSpace(raw)) == 0 {
		return "", &DamageError{name, "is empty", restore}
	}
	var e envelope
	if err := json.Unmarshal(raw, &e); err != nil {
		return "", &DamageError{name, fmt.Sprintf("is cut off or is not drover's (%v)", err), restore}
	}
	if e.Version > version {
		return "", &VersionError{name, e.Version}
	}
	if e.Kind != kind || e.Hash != digest(strconv.Itoa(e.Version), kind, string(e.Body)) {
		return "", &DamageError{name, "does not match its hash", restore}
	}
	decoder := json.NewDecoder(bytes.NewReader(e.Body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(value); err != nil {
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) {
			return "", &DamageError{name, fmt.Sprintf("has a value of another type (%v)", err), restore}
		}
		return "", &VersionError{Object: name}
	}
	return e.Hash, nil
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
