package verify

import (
	"slices"
	"strings"
)

// basics are the variables that any program may need to run at all. Nothing else of drover's environment reaches a
// check's program unless the spec names it.
var basics = []string{"PATH", "HOME", "LANG", "TMPDIR"}

// locale begins the names of the variables of a locale, such as LC_ALL.
const locale = "LC_"

// environment is what the program of c gets of whole, which is "name=value": the basics, what the spec names, and what
// drover says. Of a name that is there twice, the last counts, so that nothing replaces what drover says.
func (c Command) environment(whole []string) []string {
	env := []string{} // not nil: exec would take that for "all of it"
	for _, variable := range whole {
		name, _, _ := strings.Cut(variable, "=")
		if slices.Contains(basics, name) || strings.HasPrefix(name, locale) || slices.Contains(c.Pass, name) {
			env = append(env, variable)
		}
	}
	return append(env, c.Env...)
}
