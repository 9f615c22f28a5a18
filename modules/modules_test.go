package modules

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	declaration = regexp.MustCompile(`(?ms)^(variable|output) "([a-z_]+)" \{\n(.*?)^\}`)
	tableRow    = regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\|")
)

// declared reads the names of one kind from the files of a module.
func declared(t *testing.T, module, kind string) []string {
	t.Helper()
	files, err := fs.Glob(FS, path.Join(module, "*.tf"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		content, err := fs.ReadFile(FS, file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range declaration.FindAllStringSubmatch(string(content), -1) {
			if match[1] != kind {
				continue
			}
			names = append(names, match[2])
			if !strings.Contains(match[3], "\n  description") && !strings.HasPrefix(match[3], "  description") {
				t.Errorf("%s: %s %q has no description", file, kind, match[2])
			}
			if kind == "variable" && !regexp.MustCompile(`(?m)^  type\s+=`).MatchString(match[3]) {
				t.Errorf("%s: variable %q has no type", file, match[2])
			}
		}
	}
	slices.Sort(names)
	return names
}

// documented reads the names in one table of a module's README.
func documented(t *testing.T, module, heading string) []string {
	t.Helper()
	readme, err := fs.ReadFile(FS, path.Join(module, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(readme), "\n## "+heading+"\n")
	if !found {
		t.Fatalf("%s/README.md has no section %q", module, heading)
	}
	section, _, _ = strings.Cut(section, "\n## ")
	var names []string
	for _, match := range tableRow.FindAllStringSubmatch(section, -1) {
		names = append(names, match[1])
	}
	return names
}

func TestReadmeTablesNameWhatTheModulesDeclare(t *testing.T) {
	t.Parallel()
	modules, err := fs.Glob(FS, "*/*")
	if err != nil {
		t.Fatal(err)
	}
	if len(modules) == 0 {
		t.Fatal("no module is embedded")
	}
	for _, module := range modules {
		for kind, heading := range map[string]string{"variable": "Inputs", "output": "Outputs"} {
			want, got := declared(t, module, kind), documented(t, module, heading)
			if len(want) == 0 {
				t.Errorf("%s declares no %s", module, kind)
			}
			if !slices.Equal(want, got) {
				t.Errorf("%s/README.md, section %s, lists\n%v\nand the module declares\n%v", module, heading, got, want)
			}
		}
	}
}

func TestOnlyModulesAreEmbedded(t *testing.T) {
	t.Parallel()
	err := fs.WalkDir(FS, ".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if path.Ext(file) != ".tf" && path.Base(file) != "README.md" {
			t.Errorf("%s is embedded, and only Terraform files and READMEs should be", file)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
