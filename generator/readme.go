package generator

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"text/template"
	"unicode"

	"drover/generator/untrusted"
	"drover/templates"
)

// readmes are the templates of the roots' README.md. A string of the spec
// goes through code, which leaves nothing in it that Markdown reads.
var readmes = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("").
		Funcs(template.FuncMap{"code": markdownCode, "cell": markdownCell}).
		ParseFS(templates.FS, "readme/*.md.tmpl"))
})

// readmeFile is README.md of a root: what it holds, and how it is used.
func readmeFile(in input, r Root, plan Addresses) ([]byte, error) {
	type shown struct{ Name, Description, Default string }
	var inputs, outputs []shown
	for _, v := range variables()[r] {
		inputs = append(inputs, shown{v.name, v.description, string(v.otherwise.Bytes())})
	}
	for _, o := range in.modules.outputs[r.module()] {
		outputs = append(outputs, shown{Name: o.name, Description: o.description})
	}
	s := in.cluster.Spec
	data := map[string]any{
		"Name": in.cluster.Metadata.Name, "Root": string(r), "Color": r.color(), "Other": map[Root]string{Blue: "green", Green: "blue"}[r],
		"Platform": string(s.Platform), "Region": s.Region, "Module": r.module(), "Domain": s.Ingress.Domain,
		"Version": s.Kubernetes.Version, "Spec": s, "Inputs": inputs, "Outputs": outputs, "Plan": plan.Plan, "Growth": growth(plan),
		"Services": services(plan, r), "Backend": s.State.Backend,
		"ManagementHTTP": managementHTTP, "ManagementHTTPS": managementHTTPS,
	}
	var b bytes.Buffer
	if err := readmes().ExecuteTemplate(&b, r.module()+".md.tmpl", data); err != nil {
		return nil, fmt.Errorf("writing README.md: %w", err)
	}
	return b.Bytes(), nil
}

// services is the range of a color's services.
func services(plan Addresses, r Root) string {
	if plan.Services == nil {
		return "a range of IPv6 that EKS takes"
	}
	return plan.Services[r].String()
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
	switch {
	case line == "":
		return "(none)"
	case strings.ContainsAny(line, "`|\\"):
		return "<code>" + htmlText(line) + "</code>" // neither a fence nor a backslash holds all of these in a table
	}
	return "`" + line + "`"
}

// htmlText is line with a reference for every sign: HTML reads it as text, and Markdown sees none of its own signs.
func htmlText(line string) string {
	var b strings.Builder
	for _, r := range line {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == ' ' {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "&#%d;", r)
		}
	}
	return b.String()
}

var markdownSigns = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "|", `\|`, "#", `\#`)

// markdownCell is a text of a module's own, such as the description of an output, in a table.
func markdownCell(s any) string { return markdownSigns.Replace(oneLine(fmt.Sprint(s))) }

func oneLine(s string) string {
	return strings.Join(strings.Fields(untrusted.Printable(s)), " ")
}
