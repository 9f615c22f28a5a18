package generator

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"text/template"

	"drover/templates"
)

// readmes are the templates of the roots' README.md. A string of the spec
// goes through code or table, which leave nothing in it that Markdown reads.
var readmes = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("").
		Funcs(template.FuncMap{"code": markdownCode, "cell": markdownCell}).
		ParseFS(templates.FS, "readme/*.md.tmpl"))
})

// readmeFile is README.md of a root: what it holds, and how it is used.
func readmeFile(in input, r Root, plan Addresses) ([]byte, error) {
	type shown struct{ Name, Description string }
	var outputs []shown
	for _, o := range in.modules.outputs[r.module()] {
		outputs = append(outputs, shown{o.name, o.description})
	}
	s := in.cluster.Spec
	data := map[string]any{
		"Name": in.cluster.Metadata.Name, "Root": string(r), "Color": r.color(), "Other": map[Root]string{Blue: "green", Green: "blue"}[r],
		"Platform": string(s.Platform), "Region": s.Region, "Module": r.module(), "Domain": s.Ingress.Domain,
		"Version": s.Kubernetes.Version, "Spec": s, "Outputs": outputs, "Plan": plan.Plan, "Growth": growth(plan),
		"Services": plan.Services[r].String(), "Backend": s.State.Backend,
	}
	var b bytes.Buffer
	if err := readmes().ExecuteTemplate(&b, r.module()+".md.tmpl", data); err != nil {
		return nil, fmt.Errorf("writing README.md: %w", err)
	}
	return b.Bytes(), nil
}

// growth is the room that is left in the network; nothing is known of it when
// the subnets are someone else's.
func growth(plan Addresses) string {
	if plan.Adopted {
		return ""
	}
	return plan.Growth().String()
}

// markdownCode is a code span that holds s, whatever s is.
func markdownCode(s any) string {
	line := oneLine(fmt.Sprint(s))
	fence := "`"
	for strings.Contains(line, fence) {
		fence += "`"
	}
	if strings.HasPrefix(line, "`") || strings.HasSuffix(line, "`") {
		line = " " + line + " "
	}
	if strings.TrimSpace(line) == "" {
		return "(none)"
	}
	return fence + strings.ReplaceAll(line, "|", "\\|") + fence
}

var markdownSigns = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "|", `\|`, "#", `\#`)

// markdownCell is s as plain text in a table.
func markdownCell(s any) string { return markdownSigns.Replace(oneLine(fmt.Sprint(s))) }

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
