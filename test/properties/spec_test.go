package properties

import (
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"drover/generator/spec"
	"drover/test/harness"
)

// breaks are what ends a line in YAML.
var breaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

// A spec with any line removed, doubled, emptied, retyped or filled with rubbish is either valid or answered with
// errors that point into it; it never makes the program fall over.
func TestAMutilatedSpecIsAnsweredWithPositions(t *testing.T) {
	t.Parallel()
	for _, path := range harness.Examples(t) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		rapid.Check(t, func(t *rapid.T) {
			lines := strings.Split(string(data), "\n")
			for range rapid.IntRange(1, 3).Draw(t, "changes") {
				lines = mutilate(t, lines)
			}
			text := strings.Join(lines, "\n")
			_, diagnostics := spec.Parse("cluster.yaml", []byte(text))
			count := strings.Count(breaks.Replace(text), "\n") + 1
			for _, d := range diagnostics {
				if d.File != "cluster.yaml" || d.Message == "" || d.Line < 0 || d.Line > count {
					t.Errorf("this points nowhere: %+v in\n%s", d, text)
				}
			}
		})
	}
}

func mutilate(t *rapid.T, lines []string) []string {
	at := rapid.IntRange(0, len(lines)-1).Draw(t, "line")
	line := lines[at]
	changed := append([]string{}, lines[:at]...)
	switch rapid.IntRange(0, 4).Draw(t, "change") {
	case 0: // removed
	case 1: // twice
		changed = append(changed, line, line)
	case 2: // without its value
		name, _, _ := strings.Cut(line, ":")
		changed = append(changed, name+":")
	case 3: // with another type
		name, _, _ := strings.Cut(line, ":")
		value := rapid.SampledFrom([]string{"[]", "{}", "-1", "true", "null", "[{a: b}]", "99999999999999999999", "!!binary x", "*a", "&a b", "|"}).Draw(t, "value")
		changed = append(changed, name+": "+value)
	default: // rubbish
		changed = append(changed, line+rapid.String().Draw(t, "rubbish"))
	}
	changed = append(changed, lines[min(at+1, len(lines)):]...)
	if len(changed) == 0 {
		return []string{""}
	}
	return changed
}
