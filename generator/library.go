package generator

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"drover/modules"
)

// modulesDir is the directory of the modules, below the Terraform directory.
const modulesDir = "modules"

// library is the modules of one platform: their files, and what they give out.
type library struct {
	files   Files
	outputs map[string][]output // by module, in the order of the module's files

	// What is the same in every cluster is made once.
	passed  map[string][]byte // outputs.tf of the roots, by module
	stamped sync.Map          // version -> files, with headers of it
}

// written gives the files of the modules with their headers.
func (l *library) written(version string) (Files, error) {
	if have, ok := l.stamped.Load(version); ok {
		return have.(Files), nil
	}
	files, err := stamped(l.files, version)
	if err != nil {
		return nil, err
	}
	l.stamped.Store(version, files)
	return files, nil
}

// output is an output of a module, which its root passes on.
type output struct {
	name, description string
	sensitive         bool
}

var embedded sync.Map // platform -> func() (*library, error)

// libraryOf reads the modules of a platform, those that are built in only once.
func libraryOf(platform string, from fs.FS) (*library, error) {
	if from != nil {
		return readLibrary(platform, from)
	}
	once, _ := embedded.LoadOrStore(platform, sync.OnceValues(func() (*library, error) {
		return readLibrary(platform, modules.FS)
	}))
	return once.(func() (*library, error))()
}

func readLibrary(platform string, from fs.FS) (*library, error) {
	lib := &library{files: Files{}, outputs: map[string][]output{}, passed: map[string][]byte{}}
	err := fs.WalkDir(from, platform, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == "tests": // they need what is beside the modules in drover's source only
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		content, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		if _, _, ok := comment(name); !ok {
			return nil
		}
		lib.files[path.Join(modulesDir, name)] = content
		if path.Base(name) == "outputs.tf" {
			module := path.Base(path.Dir(name))
			lib.outputs[module], err = outputsIn(name, content)
			lib.passed[module] = outputsFile(module, lib.outputs[module])
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the modules of %s: %w", platform, err)
	}
	if len(lib.files) == 0 {
		return nil, fmt.Errorf("reading the modules of %s: there are none", platform)
	}
	return lib, nil
}

// outputsIn gives the outputs that a file of a module declares.
func outputsIn(name string, content []byte) ([]output, error) {
	file, diags := hclsyntax.ParseConfig(content, name, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, diags
	}
	var out []output
	for _, block := range file.Body.(*hclsyntax.Body).Blocks {
		if block.Type != "output" || len(block.Labels) != 1 {
			continue
		}
		o := output{name: block.Labels[0]}
		if a, ok := block.Body.Attributes["description"]; ok {
			v, diags := a.Expr.Value(nil)
			if diags.HasErrors() {
				return nil, diags
			}
			o.description = strings.TrimSpace(v.AsString())
		}
		if a, ok := block.Body.Attributes["sensitive"]; ok {
			v, diags := a.Expr.Value(nil)
			o.sensitive = !diags.HasErrors() && v.True()
		}
		out = append(out, o)
	}
	return out, nil
}
