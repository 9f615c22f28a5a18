package draft

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"drover/generator/spec"
)

// flow is a part of a spec in one line: JSON, which is YAML too, without what is left out.
func flow(part any) (string, error) {
	data, err := json.Marshal(plainOf(reflect.ValueOf(part)))
	if err != nil {
		return "", fmt.Errorf("writing a part of the spec: %w", err)
	}
	return string(data), nil
}

// plainOf is a value of a spec as maps, lists, texts and numbers, by the names that YAML has.
func plainOf(v reflect.Value) any {
	if values, ours := v.Interface().(spec.Values); ours {
		return values.Object()
	}
	if _, text := v.Interface().(encoding.TextMarshaler); text {
		return v.Interface()
	}
	switch v.Kind() {
	case reflect.Pointer:
		return plainOf(v.Elem())
	case reflect.Struct:
		out := map[string]any{}
		for i := range v.NumField() {
			name, options, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
			if !v.Field(i).IsZero() || !strings.Contains(options, "omitempty") {
				out[name] = plainOf(v.Field(i))
			}
		}
		return out
	case reflect.Slice:
		out := make([]any, v.Len())
		for i := range out {
			out[i] = plainOf(v.Index(i))
		}
		return out
	case reflect.Map:
		out := map[string]any{}
		for _, key := range v.MapKeys() {
			out[key.String()] = plainOf(v.MapIndex(key))
		}
		return out
	}
	return v.Interface()
}
