package mocked

import (
	"encoding/json"
	"fmt"
	"strings"
)

// markKey is the one key of the JSON by which a mocked policy document is known again where it is used.
const markKey = "mocked-document"

// fillDocuments puts the policy documents where their marks are. One that nothing uses is an error: it would be
// left out of whatever is asked of policies.
func fillDocuments(all []Resource) error {
	documents := map[string]map[string]any{} // by address without index, and index
	for _, r := range all {
		if r.Type != "aws_iam_policy_document" {
			continue
		}
		document, err := documentOf(r)
		if err != nil {
			return err
		}
		base, index := splitIndex(r.Address)
		if documents[base] == nil {
			documents[base] = map[string]any{}
		}
		documents[base][index] = document
	}
	used := map[string]bool{}
	for _, r := range all {
		if r.Type == "aws_iam_policy_document" {
			continue
		}
		_, index := splitIndex(r.Address)
		for name, value := range r.Values {
			filled, err := fill(value, index, documents, used)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", r.Address, name, err)
			}
			r.Values[name] = filled
		}
	}
	for base := range documents {
		if !used[base] {
			return fmt.Errorf("nothing uses the policy document %s", base)
		}
	}
	return nil
}

// fill replaces the marks in a value, however deep.
func fill(value any, index string, documents map[string]map[string]any, used map[string]bool) (any, error) {
	switch v := value.(type) {
	case map[string]any:
		for key, below := range v {
			filled, err := fill(below, index, documents, used)
			if err != nil {
				return nil, err
			}
			v[key] = filled
		}
	case []any:
		for i, below := range v {
			filled, err := fill(below, index, documents, used)
			if err != nil {
				return nil, err
			}
			v[i] = filled
		}
	case string:
		var mark map[string]any
		if !strings.Contains(v, markKey) {
			return v, nil
		}
		if err := json.Unmarshal([]byte(v), &mark); err != nil {
			return nil, fmt.Errorf("read the mark of a policy document: %w", err)
		}
		base, _ := mark[markKey].(string)
		used[base] = true
		return render(documents[base], index)
	}
	return value, nil
}

// render is the document with the user's own index, or the only one, or all of them in one: what cannot be told
// apart is asked about together.
func render(instances map[string]any, index string) (string, error) {
	statements, _ := instances[index].([]any)
	if statements == nil {
		for _, instance := range instances {
			below, _ := instance.([]any)
			statements = append(statements, below...)
		}
	}
	if len(statements) == 0 {
		return "", fmt.Errorf("the policy document in use has no statement")
	}
	data, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": statements})
	return string(data), err
}

// documentOf are the statements of a policy document, as JSON has them.
func documentOf(r Resource) ([]any, error) {
	for _, merged := range []string{"source_policy_documents", "override_policy_documents"} {
		if list, _ := r.Values[merged].([]any); len(list) > 0 {
			return nil, fmt.Errorf("%s is merged from others by %s, which the mocks cannot evaluate", r.Address, merged)
		}
	}
	blocks, _ := r.Values["statement"].([]any)
	var statements []any
	for _, block := range blocks {
		fields, ok := block.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("%s has a statement that is no block", r.Address)
		}
		statements = append(statements, statementOf(fields))
	}
	return statements, nil
}

// lists are the arguments of a statement block that are lists of words, and their names in JSON.
var lists = []struct{ argument, key string }{
	{"actions", "Action"},
	{"not_actions", "NotAction"},
	{"resources", "Resource"},
	{"not_resources", "NotResource"},
}

func statementOf(fields map[string]any) map[string]any {
	statement := map[string]any{"Effect": "Allow"}
	for argument, key := range map[string]string{"effect": "Effect", "sid": "Sid"} {
		if text, _ := fields[argument].(string); text != "" {
			statement[key] = text
		}
	}
	for _, l := range lists {
		if words, _ := fields[l.argument].([]any); len(words) > 0 {
			statement[l.key] = words
		}
	}
	for argument, key := range map[string]string{"principals": "Principal", "not_principals": "NotPrincipal"} {
		if principals := grouped(fields[argument], "type", "identifiers"); len(principals) > 0 {
			statement[key] = principals
		}
	}
	conditions := map[string]any{}
	blocks, _ := fields["condition"].([]any)
	for _, block := range blocks {
		condition, _ := block.(map[string]any)
		test, _ := condition["test"].(string)
		variables, _ := conditions[test].(map[string]any)
		if variables == nil {
			variables = map[string]any{}
			conditions[test] = variables
		}
		variable, _ := condition["variable"].(string)
		variables[variable] = condition["values"]
	}
	if len(conditions) > 0 {
		statement["Condition"] = conditions
	}
	return statement
}

// grouped are blocks of a name and a list, as an object of lists.
func grouped(value any, name, list string) map[string]any {
	group := map[string]any{}
	blocks, _ := value.([]any)
	for _, block := range blocks {
		fields, _ := block.(map[string]any)
		key, _ := fields[name].(string)
		before, _ := group[key].([]any)
		words, _ := fields[list].([]any)
		group[key] = append(before, words...)
	}
	return group
}

// splitIndex cuts `["checkout"]` off an address.
func splitIndex(address string) (base, index string) {
	if i := strings.LastIndexByte(address, '['); i >= 0 && strings.HasSuffix(address, "]") {
		return address[:i], address[i:]
	}
	return address, ""
}
