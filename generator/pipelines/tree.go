package pipelines

import (
	"fmt"
	"regexp"
	"sync"

	"github.com/goccy/go-yaml"
)

// field is a key of a mapping, in the order in which it is written, with comments for who reads the file.
type field struct {
	key   string
	value any
	head  string // a comment of one line above it
	line  string // a comment behind it
}

// mapping is written in its own order. Its values are mappings, sequences, texts, numbers and truth values.
type mapping []field

// sequence is a list of such values.
type sequence []any

// texts are a sequence of texts.
func texts(all ...string) sequence {
	s := make(sequence, 0, len(all))
	for _, t := range all {
		s = append(s, t)
	}
	return s
}

// with is the mapping and more fields.
func (m mapping) with(more ...field) mapping { return append(append(mapping{}, m...), more...) }

// write is a document.
func (m mapping) write() ([]byte, error) {
	comments := yaml.CommentMap{}
	data, err := yaml.MarshalWithOptions(m.ordered("$", comments), yaml.WithComment(comments), yaml.IndentSequence(true), yaml.UseLiteralStyleIfMultiline(true))
	if err != nil {
		return nil, fmt.Errorf("writing the pipeline as YAML: %w", err)
	}
	return data, nil
}

var plainKey = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`) })

// ordered is what the library writes, and the comments by their paths.
func (m mapping) ordered(path string, comments yaml.CommentMap) yaml.MapSlice {
	out := make(yaml.MapSlice, 0, len(m))
	for _, f := range m {
		at := path + "." + f.key
		if !plainKey().MatchString(f.key) {
			at = path + ".'" + f.key + "'"
		}
		if f.head != "" {
			comments[at] = append(comments[at], yaml.HeadComment(" "+f.head))
		}
		if f.line != "" {
			comments[at] = append(comments[at], yaml.LineComment(" "+f.line))
		}
		out = append(out, yaml.MapItem{Key: f.key, Value: ordered(f.value, at, comments)})
	}
	return out
}

func ordered(value any, path string, comments yaml.CommentMap) any {
	switch v := value.(type) {
	case mapping:
		return v.ordered(path, comments)
	case sequence:
		out := make([]any, 0, len(v))
		for i, item := range v {
			out = append(out, ordered(item, fmt.Sprintf("%s[%d]", path, i), comments))
		}
		return out
	}
	return value
}
