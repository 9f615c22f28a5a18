// Package draft writes the first text of a spec, with comments for the person
// who goes on from there.
//
// It must never write a text that package spec does not take, and never change
// a file.
package draft

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"text/template"
	"unicode"

	"drover/generator/spec"
	"drover/templates"
)

var page = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("").
		Funcs(template.FuncMap{"scalar": scalar, "quoted": quoted, "list": list, "pairs": pairs, "flow": flow}).
		ParseFS(templates.FS, "init/cluster.yaml.tmpl"))
})

// Text is the spec that says what is set in c, and nothing else. The
// diagnostics are those of the text; without errors among them it can be used.
func Text(title string, c spec.Cluster) (string, spec.Diagnostics, error) {
	text, err := write(title, c, "")
	if err != nil {
		return "", nil, err
	}
	loaded, diagnostics := spec.Parse("cluster.yaml", []byte(text))
	if diagnostics.HasErrors() {
		return text, diagnostics, nil
	}
	// The text shows the version that the spec has now, so that it is one that exists.
	text, err = write(title, c, loaded.Spec.Kubernetes.Version)
	return text, diagnostics, err
}

func write(title string, c spec.Cluster, version string) (string, error) {
	var b strings.Builder
	err := page().ExecuteTemplate(&b, "cluster.yaml.tmpl", struct {
		spec.Cluster
		Title, DefaultVersion, Elsewhere string
	}{c, oneLine(title), version, elsewhere(c.Spec.Network.CIDR)})
	if err != nil {
		return "", fmt.Errorf("writing the spec of %s: %w", c.Metadata.Name, err)
	}
	return b.String(), nil
}

// oneLine is s as it may stand in a comment: one line, nothing but print.
func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)), " ")
}

// elsewhere is an example of a range that is in use elsewhere.
func elsewhere(cidr string) string {
	if strings.HasPrefix(cidr, "10.") {
		return "192.168.0.0/16"
	}
	return "10.0.0.0/16"
}

// plain are the texts that mean themselves in YAML without quotes, also where
// they stand in brackets.
var plain = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^([A-Za-z][A-Za-z0-9_./-]*|[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}|arn:[A-Za-z0-9:/._-]*[A-Za-z0-9])$`)
})

// words are what some YAML readers take for something other than text.
var words = []string{"true", "false", "yes", "no", "on", "off", "y", "n", "null"}

// scalar is s as one value of YAML, whatever s is.
func scalar(s string) (string, error) {
	if plain().MatchString(s) && !slices.Contains(words, strings.ToLower(s)) {
		return s, nil
	}
	return quoted(s)
}

// quoted is s in double quotes; YAML reads them as JSON does.
func quoted(s string) (string, error) {
	data, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("quoting %q: %w", s, err)
	}
	return string(data), nil
}

func list(items []string) (string, error) {
	out := make([]string, len(items))
	for i, item := range items {
		var err error
		if out[i], err = scalar(item); err != nil {
			return "", err
		}
	}
	return "[" + strings.Join(out, ", ") + "]", nil
}

func pairs(m map[string]string) (string, error) {
	var out []string
	for key, value := range m {
		k, err := scalar(key)
		if err != nil {
			return "", err
		}
		v, err := scalar(value)
		if err != nil {
			return "", err
		}
		out = append(out, k+": "+v)
	}
	slices.Sort(out)
	return "{" + strings.Join(out, ", ") + "}", nil
}
