package spec

import (
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
)

// eachSchema calls f for every path of the schema.
func eachSchema(s *jsonschema.Schema, path string, f func(path string, s *jsonschema.Schema)) {
	f(path, s)
	for name, field := range s.Properties {
		eachSchema(field, join(path, name), f)
	}
	if s.Items != nil {
		eachSchema(s.Items, path+"[]", f)
	}
}

func TestEveryFieldIsDescribed(t *testing.T) {
	t.Parallel()
	seen := 0
	eachSchema(Schema(), "", func(path string, s *jsonschema.Schema) {
		seen++
		if !strings.HasSuffix(path, "[]") && !strings.HasSuffix(s.Description, ".") {
			t.Errorf("types.go does not describe %s in a sentence: %q", path, s.Description)
		}
		if s.Pattern != "" {
			if _, err := regexp.Compile(s.Pattern); err != nil {
				t.Errorf("the pattern of %s: %v", path, err)
			}
		}
	})
	if seen < 120 {
		t.Errorf("only %d fields were found", seen)
	}
}

// A choice or a form for a path that is not there would restrict nothing.
func TestChoicesAndFormsAreOfFieldsThatExist(t *testing.T) {
	t.Parallel()
	have := map[string]*jsonschema.Schema{}
	eachSchema(Schema(), "", func(path string, s *jsonschema.Schema) { have[path] = s })
	for path, values := range choices {
		if have[path] == nil || len(have[path].Enum) != len(values) || len(values) == 0 {
			t.Errorf("the choices of %s are not in the schema", path)
		}
	}
	for path := range forms() {
		if have[path] == nil || have[path].Pattern == "" {
			t.Errorf("the form of %s is not in the schema", path)
		}
	}
}

// A form in the schema is not narrower than what validation takes by name, on any platform.
func TestFormsTakeEverythingThatIsKnownByName(t *testing.T) {
	t.Parallel()
	for _, r := range rulesOf {
		for path, known := range map[string][]string{
			"spec.region": r.regions, "spec.network.endpoints[]": slices.Concat(r.endpoints, r.withoutNAT, r.known), "spec.nodePools[].machines[]": r.machines,
		} {
			right := regexp.MustCompile(forms()[path])
			for _, text := range known {
				if !right.MatchString(text) {
					t.Errorf("the form of %s does not take %q of %s", path, text, r.name)
				}
			}
		}
	}
	have := map[string]*jsonschema.Schema{}
	eachSchema(Schema(), "", func(path string, s *jsonschema.Schema) { have[path] = s })
	for _, path := range slices.Concat(repeats, neverEmpty) {
		if have[path] == nil || have[path].Type != "array" {
			t.Errorf("there is no list %s", path)
		}
	}
}

// Nothing stands for what has to be written.
func TestNoRequiredFieldHasADefault(t *testing.T) {
	t.Parallel()
	eachSchema(Schema(), "", func(path string, s *jsonschema.Schema) {
		for _, name := range s.Required {
			if s.Properties[name].Default != nil {
				t.Errorf("%s has to be written, and has the default %s", join(path, name), s.Properties[name].Default)
			}
		}
	})
}

// A number that a bound lets through is not refused for its size by validation, and one beside it is: the two are read
// from one table, and the schema has to have all of it.
func TestBoundsAreThoseOfTheSchema(t *testing.T) {
	t.Parallel()
	have := map[string]*jsonschema.Schema{}
	eachSchema(Schema(), "", func(path string, s *jsonschema.Schema) { have[path] = s })
	for path, b := range bounds {
		s := have[path]
		if s == nil || s.Minimum == nil || *s.Minimum != float64(b.least) || (s.Maximum == nil) != (b.most == unbounded) || (s.Maximum != nil && *s.Maximum != float64(b.most)) {
			t.Errorf("the bounds of %s, %+v, are not in the schema", path, b)
		}
	}
	if zones := have["spec.network.zones"]; zones.Minimum == nil || *zones.Minimum != 2 || zones.Maximum == nil || *zones.Maximum != 6 {
		t.Errorf("the schema bounds the zones by %v and %v, want 2 and 6", zones.Minimum, zones.Maximum)
	}
}

// The default of every field is what a spec that leaves it out gets, and can
// be written as it is shown.
func TestDefaultsInTheSchemaAreThoseOfALoadedSpec(t *testing.T) {
	t.Parallel()
	c, diags := load(t, "minimal.yaml")
	if len(diags) > 0 {
		t.Fatal(diags.Error())
	}
	seen := 0
	eachSchema(Schema(), "", func(path string, s *jsonschema.Schema) {
		if s.Default == nil {
			return
		}
		seen++
		if len(s.Enum) > 0 {
			var value any
			if err := json.Unmarshal(s.Default, &value); err != nil || !slices.Contains(s.Enum, value) {
				t.Errorf("the default of %s, %s, is none of its choices %v (%v)", path, s.Default, s.Enum, err)
			}
		}
		v, reached := valueAt(reflect.ValueOf(c), path)
		if !reached {
			return // in a part that the least spec does not have
		}
		if got := string(inJSON(v.Interface())); got != string(s.Default) {
			t.Errorf("%s is %s when it is left out, and the schema says %s", path, got, s.Default)
		}
	})
	if seen < 30 {
		t.Errorf("only %d defaults were found", seen)
	}
}

// valueAt follows a path without lists and missing parts.
func valueAt(v reflect.Value, path string) (reflect.Value, bool) {
	for _, name := range strings.Split(path, ".") {
		if v.Kind() != reflect.Struct {
			return v, false
		}
		i, known := fieldsOf(v.Type()).byName[name]
		if !known {
			return v, false
		}
		v = v.Field(i)
	}
	return v, true
}

// The program's own warnings can all be accepted.
func TestEveryWarningThatIsGivenByNameCanBeAccepted(t *testing.T) {
	t.Parallel()
	if !slices.IsSorted(choices["spec.accept[].warning"]) {
		t.Error("the warnings are not in order")
	}
	v := &validator{decoder: &decoder{source: newSource("x", "")}, c: &Cluster{}, codes: map[string]bool{}}
	for _, code := range choices["spec.accept[].warning"] {
		v.unwise(code, "spec", "a message", "help")
	}
	for _, d := range v.out {
		if !strings.Contains(d.Suggestion, "spec.accept: [{warning: "+d.Code) {
			t.Errorf("the warning %s does not say how to accept it: %s", d.Code, d.Suggestion)
		}
	}
}
