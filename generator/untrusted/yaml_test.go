package untrusted

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// hostile are files of up to a mebibyte that take a parser without limits much time or memory.
func hostile() map[string]string {
	many := func(unit string, of int) string { return strings.Repeat(unit, of/len(unit)) }
	numbered := func(format string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	steps := func(unit string, n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.Repeat(" ", i) + unit + "\n")
		}
		return b.String()
	}
	return map[string]string{
		"16 KB of brackets": many("[", 16<<10), "200 KB of brackets": many("[", 200<<10), "1 MiB of brackets": many("[", MostBytes),
		"braces": many("{a: ", 60<<10), "levels of indentation": steps("a:", 1400), "levels of dashes": steps("-", 1400),
		"dashes in a line": many("- ", 38<<10), "dashes in brackets": "[" + many("- ", 38<<10), "question marks": many("? ", 38<<10),
		"question marks in brackets": "[" + many("? ", 38<<10), "anchors in a line": many("&a ", 38<<10), "commas": "[" + many(",", MostBytes-1),
		"keys": numbered("k%d: 1\n", 100_000), "one key": many("a: 1\n", MostBytes), "documents": many("---\na\n", MostBytes), "line ends": many("\n", MostBytes),
	}
}

func TestAHostileFileIsRefusedBeforeItIsParsed(t *testing.T) { //nolint:paralleltest // it measures what the process allocates
	for name, text := range hostile() {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := ParseYAML([]byte(text))
		runtime.ReadMemStats(&after)
		var limit *LimitError
		if !errors.As(err, &limit) {
			t.Errorf("%s are answered with %.200v", name, err)
		}
		if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 50 {
			t.Errorf("%s take %d MiB", name, used)
		}
	}
}

func TestAFileFarAboveWhatAPersonWritesIsParsed(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	text.WriteString("# " + strings.Repeat("-", 2000) + "\nreserved:\n")
	for i := range 1000 {
		fmt.Fprintf(&text, "  - {name: office-%d, cidr: 10.0.0.0/16} # of the office\n", i)
	}
	text.WriteString("deep: " + strings.Repeat("[", 40) + strings.Repeat("]", 40) + "\n")
	if _, err := ParseYAML([]byte(text.String())); err != nil {
		t.Error(err)
	}
}

func TestALimitSaysWhere(t *testing.T) {
	t.Parallel()
	_, err := ParseYAML([]byte("a: b\nc: " + strings.Repeat("[", 100)))
	var limit *LimitError
	if !errors.As(err, &limit) || limit.Line != 2 || limit.Column < 60 {
		t.Errorf("it is answered with %+v", err)
	}
}
