package spec

import (
	"embed"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"sync"
)

// typesSources are where the fields are described. Embedding them leaves nothing
// that could go out of step with them.
//
//go:embed types.go types_checks.go types_notify.go
var typesSources embed.FS

// comments gives the doc comments of the types' files in one line each: of a type by
// its name, of a field by Type.Field.
var comments = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	for _, name := range []string{"types.go", "types_checks.go", "types_notify.go"} {
		source, err := typesSources.ReadFile(name)
		if err != nil {
			panic(fmt.Sprintf("spec: its own types are not there: %v", err)) // they are embedded
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ParseComments)
		if err != nil {
			panic(fmt.Sprintf("spec: its own types do not parse: %v", err)) // they compiled
		}
		commentsOf(file, out)
	}
	return out
})

// commentsOf adds the doc comments of one file.
func commentsOf(file *ast.File, out map[string]string) {
	for _, decl := range file.Decls {
		general, ok := decl.(*ast.GenDecl)
		if !ok || general.Tok != token.TYPE {
			continue
		}
		for _, s := range general.Specs {
			t := s.(*ast.TypeSpec)
			out[t.Name.Name] = oneLine(general.Doc)
			fields, isStruct := t.Type.(*ast.StructType)
			if !isStruct {
				continue
			}
			for _, f := range fields.Fields.List {
				for _, name := range f.Names {
					out[t.Name.Name+"."+name.Name] = oneLine(f.Doc)
				}
			}
		}
	}
}

func oneLine(c *ast.CommentGroup) string { return strings.Join(strings.Fields(c.Text()), " ") }
