package generator

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// Files are rendered files: slash-separated paths below the Terraform
// directory, and their content.
type Files map[string][]byte

// Root gives the files of one root of a cluster, and of the module it calls.
func (f Files) Root(cluster string, r Root) Files {
	own := path.Join(cluster, string(r)) + "/"
	out := Files{}
	for name, content := range f {
		parts := strings.Split(name, "/")
		called := len(parts) > 3 && parts[0] == modulesDir && parts[2] == r.module()
		if called || strings.HasPrefix(name, own) {
			out[name] = content
		}
	}
	return out
}

// Revision is a hash of what the files say, 12 hex digits of a SHA-256. The
// version of drover in their headers is no part of it.
func (f Files) Revision() string {
	sum := sha256.New()
	for _, name := range f.names() {
		body := f[name]
		if h, ok := parseHeader(name, body); ok {
			body = h.body
		}
		for _, part := range [][]byte{[]byte(name), body} {
			sum.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
			sum.Write(part)
		}
	}
	return hex.EncodeToString(sum.Sum(nil))[:12]
}

func (f Files) names() []string { return slices.Sorted(maps.Keys(f)) }

// A header is the first line of every file that drover writes. It says who
// wrote the file and has the hash of all that follows, by which an edited
// file is told from one that may be overwritten.
type header struct {
	body   []byte
	edited bool
}

const (
	headerBegin = "Written by drover "
	headerHash  = "sha256:"
)

// comment gives what opens and closes a comment in a file, by its name.
func comment(name string) (begin, end string, ok bool) {
	switch path.Ext(name) {
	case ".tf", ".hcl", ".yaml", ".yml", ".sh", ".tfvars":
		return "# ", "", true
	case ".md":
		return "<!-- ", " -->", true
	}
	return "", "", false
}

// stamped puts the header on every file.
func stamped(bodies Files, version string) (Files, error) {
	out := make(Files, len(bodies))
	for name, body := range bodies {
		begin, end, ok := comment(name)
		if !ok {
			return nil, fmt.Errorf("giving %s a header: drover knows no comments in files of this kind", name)
		}
		line := fmt.Sprintf("%s%s%s; do not edit: change the spec and run drover generate. %s%s%s\n",
			begin, headerBegin, plainVersion(version), headerHash, digest(body), end)
		out[name] = append([]byte(line), body...)
	}
	return out, nil
}

// parseHeader takes a file apart, and tells whether drover wrote it.
func parseHeader(name string, content []byte) (header, bool) {
	begin, end, ok := comment(name)
	if !ok {
		return header{}, false
	}
	content = bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n")) // as git may check files out
	first, body, _ := bytes.Cut(content, []byte("\n"))
	line, isComment := strings.CutPrefix(string(first), begin+headerBegin)
	_, hash, hasHash := strings.Cut(line, headerHash)
	if !isComment || !hasHash {
		return header{}, false
	}
	return header{body: body, edited: strings.TrimSuffix(hash, end) != digest(body)}, true
}

func digest(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// plainVersion keeps a version from ending the comment that it is in.
func plainVersion(version string) string {
	plain := strings.Map(func(r rune) rune {
		if strings.ContainsRune("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.+-_", r) {
			return r
		}
		return -1
	}, version)
	if plain == "" || strings.Contains(plain, "--") {
		return "dev"
	}
	return plain
}
