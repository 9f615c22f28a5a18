package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// mutator makes specs that are nearly right: by lines and their indentation, fields and values, and parts of other specs.
type mutator struct {
	random *rand.Rand
	seeds  []string
}

// values are written in the place of others.
var values = []string{
	"", "null", "true", "0", "-1", "99999999999999999999", "1e400", "0x10", ".nan", "[]", "{}", "[[[[[[", "{a: {b: {c: ", "]", "}", "*a", "&a x", "!!binary aGk=", "<<: *a",
	"|", ">-", `""`, `"`, "'", "${file(\"/etc/passwd\")}", "%{ for x in y }", "{{ .Values }}", "../../../etc/passwd", "/etc/passwd", "a/../../b", "modules", "..", "CON",
	"\u202egnp.exe", "a\u200bb", "\"\\e[2J\"", "\x1b[31m", "\xff\xfe", "\u2028", "\x00", "0.0.0.0/0", "10.0.0.0/33", "10.40.0.0/8", "::/0", "10.40.0.0/30", "255.255.255.255/32",
	"1w", "0s", "-5m", "9223372036854775807ns", "100000Ti", "0Gi", "25:61", "Feb 30", "*/0 * * * *", "aws", "azure", "google", "public", "internal", "none", "create", "postgres",
	"arn:aws:iam::123456789012:role/x", "<script>alert(1)</script>", "`rm -rf /`", "$(id)", "; ls", "| cat", "\\", "é東京✓", "a: b: c", "# x", "- - - x", "? x",
}

// spec is one more spec.
func (m *mutator) spec() string {
	lines := strings.Split(m.pick(m.seeds), "\n")
	for range 1 + m.random.IntN(4) {
		lines = m.mutation()(lines)
		if len(lines) == 0 {
			lines = []string{""}
		}
	}
	text := strings.Join(lines, "\n")
	return text[:min(len(text), 2<<20)]
}

func (m *mutator) pick(of []string) string { return of[m.random.IntN(len(of))] }

func (m *mutator) at(lines []string) int { return m.random.IntN(len(lines)) }

// block is where the lines begin and end that are indented below line i, with it.
func block(lines []string, i int) (int, int) {
	end := i + 1
	for end < len(lines) && (strings.TrimSpace(lines[end]) == "" || indent(lines[end]) > indent(lines[i])) {
		end++
	}
	return i, end
}

func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

func (m *mutator) mutation() func([]string) []string {
	all := []func([]string) []string{m.value, m.value, m.value, m.digits, m.remove, m.repeat, m.swap, m.reindent, m.graft, m.wrap, m.bytes, m.cut, m.many, m.anchor}
	return all[m.random.IntN(len(all))]
}

// value writes another value of a field.
func (m *mutator) value(lines []string) []string {
	i := m.at(lines)
	if name, _, ok := strings.Cut(lines[i], ": "); ok {
		lines[i] = name + ": " + m.pick(values)
	} else {
		lines[i] = strings.Repeat(" ", indent(lines[i])) + "- " + m.pick(values)
	}
	return lines
}

// digits changes a number, which mostly leaves a spec valid.
func (m *mutator) digits(lines []string) []string {
	i := m.at(lines)
	lines[i] = strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' && m.random.IntN(3) == 0 {
			return '0' + m.random.Int32N(10)
		}
		return r
	}, lines[i])
	return lines
}

func (m *mutator) remove(lines []string) []string {
	from, to := block(lines, m.at(lines))
	return slices.Delete(lines, from, to)
}

func (m *mutator) repeat(lines []string) []string {
	from, to := block(lines, m.at(lines))
	return slices.Insert(lines, to, slices.Repeat(lines[from:to], 1+m.random.IntN(3))...)
}

func (m *mutator) swap(lines []string) []string {
	i, j := m.at(lines), m.at(lines)
	lines[i], lines[j] = lines[j], lines[i]
	return lines
}

func (m *mutator) reindent(lines []string) []string {
	i := m.at(lines)
	lines[i] = strings.Repeat(" ", m.random.IntN(10)) + strings.TrimLeft(lines[i], " ")
	return lines
}

// graft puts a part of another spec below a line.
func (m *mutator) graft(lines []string) []string {
	other := strings.Split(m.pick(m.seeds), "\n")
	from, to := block(other, m.at(other))
	i := m.at(lines)
	part := make([]string, 0, to-from)
	for _, line := range other[from:to] {
		part = append(part, strings.Repeat(" ", indent(lines[i]))+strings.TrimPrefix(line, strings.Repeat(" ", indent(other[from]))))
	}
	return slices.Insert(lines, i, part...)
}

// wrap puts a value into brackets, quotes or braces.
func (m *mutator) wrap(lines []string) []string {
	i := m.at(lines)
	if name, value, ok := strings.Cut(lines[i], ": "); ok {
		lines[i] = fmt.Sprintf([]string{"%s: [%s]", "%s: {a: %s}", "%s: \"%s\"", "%s: '%s'", "%s: [%s", "%s: &x %s", "%s: !t %s"}[m.random.IntN(7)], name, value)
	}
	return lines
}

func (m *mutator) bytes(lines []string) []string {
	i := m.at(lines)
	if line := []byte(lines[i]); len(line) > 0 {
		line[m.random.IntN(len(line))] = byte(m.random.IntN(256))
		lines[i] = string(line)
	}
	return lines
}

func (m *mutator) cut(lines []string) []string {
	if m.random.IntN(4) > 0 {
		return lines // what is left is mostly refused at once
	}
	return lines[:m.at(lines)]
}

// many makes a line, or a value of it, as long as few people do.
func (m *mutator) many(lines []string) []string {
	if m.random.IntN(20) > 0 {
		return lines
	}
	i, n := m.at(lines), 1<<m.random.IntN(18)
	switch m.random.IntN(4) {
	case 0:
		return slices.Insert(lines, i, slices.Repeat(lines[i:i+1], min(n, 30_000))...)
	case 1:
		lines[i] += strings.Repeat(m.pick(values), min(n, 60_000))
	case 2:
		lines[i] += strings.Repeat(m.pick([]string{"[", "{a: ", "- ", "? ", "&a ", ",", " ", "a"}), n)
	case 3:
		for j := range min(n, 30_000) {
			lines = append(lines, fmt.Sprintf("%sx%d: %s", strings.Repeat(" ", indent(lines[i])), j, m.pick(values)))
		}
	}
	return lines
}

// anchor names a value, and repeats it elsewhere.
func (m *mutator) anchor(lines []string) []string {
	i, j := m.at(lines), m.at(lines)
	if name, value, ok := strings.Cut(lines[i], ": "); ok {
		lines[i] = name + ": &a " + value
	} else if strings.HasSuffix(lines[i], ":") {
		lines[i] += " &a"
	}
	if name, _, ok := strings.Cut(lines[j], ": "); ok && j > i {
		lines[j] = name + m.pick([]string{": *a", ": [*a, *a, *a]", ": {<<: *a}"})
	}
	return lines
}
