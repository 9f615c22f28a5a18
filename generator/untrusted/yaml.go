package untrusted

import (
	"bytes"
	"fmt"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// The limits of a YAML file, far above what a person writes. The parser recurses for each level and for each field, and
// takes time that grows with the square of the fields of one mapping; so what it gets is counted before.
const (
	MostSigns = 20_000 // line ends, brackets, dashes, colons, commas, quotes and so on
	MostDepth = 64     // levels of indentation and brackets
)

// LimitError is a YAML file beyond a limit.
type LimitError struct {
	Line, Column int // from 1; 0 when it is about the file as a whole
	Message      string
}

func (e *LimitError) Error() string { return e.Message }

// ParseYAML parses YAML within the limits. A panic of the parser is a file that cannot be read, not a reason to crash.
func ParseYAML(data []byte, options ...parser.Option) (file *ast.File, err error) {
	defer func() {
		if r := recover(); r != nil {
			file, err = nil, fmt.Errorf("this is not YAML that can be read: %v", r)
		}
	}()
	if len(data) > MostBytes {
		return nil, &LimitError{Message: fmt.Sprintf("the file has %d bytes, more than the %d that are read", len(data), MostBytes)}
	}
	if signs(data) > MostSigns {
		return nil, &LimitError{Message: fmt.Sprintf("the file has more than %d lines and signs of YAML", MostSigns)}
	}
	tokens := lexer.Tokenize(string(data))
	if deep := tooDeep(tokens); deep != nil {
		return nil, &LimitError{deep.Position.Line, deep.Position.Column, fmt.Sprintf("the values are nested more than %d deep", MostDepth)}
	}
	return parser.Parse(tokens, 0, options...)
}

// signs counts what can begin or end a token of YAML, wherever it stands: in a text or a comment too, as telling those
// apart takes a lexer. A row of dashes counts as one.
func signs(data []byte) int {
	count, before := 0, byte(0)
	for _, b := range data {
		if bytes.IndexByte([]byte("\n\r[]{},:?&*!|>'\"%@`#-"), b) >= 0 && (b != '-' || before != '-') {
			count++
		}
		before = b
	}
	return count
}

// tooDeep is the token at which the nesting exceeds the limit, or nil. Outside of brackets, whatever stands further
// right than what is before it is taken for one level more, until a line begins further left. In brackets, dashes and
// question marks of blocks have no place, and the parser nests by them all the same.
func tooDeep(tokens token.Tokens) *token.Token {
	brackets := 0
	var columns []int // of what a token is indented below
	for _, t := range tokens {
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			brackets++
		case token.SequenceEntryType, token.MappingKeyType:
			if brackets > 0 {
				brackets++
			}
		case token.SequenceEndType, token.MappingEndType:
			brackets = max(0, brackets-1)
		default:
		}
		if brackets == 0 {
			for len(columns) > 0 && columns[len(columns)-1] >= t.Position.Column {
				columns = columns[:len(columns)-1]
			}
			columns = append(columns, t.Position.Column)
		}
		if brackets+len(columns) > MostDepth {
			return t
		}
	}
	return nil
}
