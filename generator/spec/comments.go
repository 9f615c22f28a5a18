package spec

import (
	_ "embed"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"sync"
)

// typesSource is where the fields are described. Embedding it leaves nothing
// that could go out of step with it.
//
//go:embed types.go
var typesSource string

// comments gives the doc comments of types.go in one line each: of a type by
// its name, of a field by Type.Field.
var comments = sync.OnceValue(func() map[string]string {
	file, err := parser.ParseFile(token.NewFileSet(), "types.go", typesSource, parser.ParseComments)
	if err != nil {
		panic(fmt.Sprintf("spec: its own types do not parse: %v", err)) // they compiled
	}
	out := map[string]string{}
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
	return out
})

func oneLine(c *ast.CommentGroup) string { return strings.Join(strings.Fields(c.Text()), " ") }
