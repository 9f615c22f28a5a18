package stacks

import (
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"strings"

	"drover/rehearsal/aws/awsapi"
	"drover/rehearsal/resource"
)

// connect makes the connection that a template describes. An error holds none of the secrets that were found for it.
func (s service) connect(c *resource.Call, logical string, properties map[string]any) (*made, error) {
	asked := maps.Clone(properties)
	if asked["Name"] == nil {
		asked["Name"] = logical + "-" + rand.Text()[:12]
	}
	var described struct{ ConnectionArn, SecretArn string }
	if err := s.events(c, "CreateConnection", asked, nil); err != nil {
		return nil, err
	}
	name, _ := asked["Name"].(string)
	if err := s.events(c, "DescribeConnection", map[string]any{"Name": name}, &described); err != nil {
		return nil, err
	}
	return &made{name: name, attributes: map[string]string{"Arn": described.ConnectionArn, "SecretArn": described.SecretArn}}, nil
}

// reconnect changes a connection in its place.
func (s service) reconnect(c *resource.Call, m *made, properties map[string]any) error {
	asked := maps.Clone(properties)
	if name := asked["Name"]; name != nil && name != m.name {
		return unsimulated("a change of a connection's name")
	}
	asked["Name"] = m.name
	return s.events(c, "UpdateConnection", asked, nil)
}

func (s service) disconnect(c *resource.Call, m *made) error {
	err := s.events(c, "DeleteConnection", map[string]any{"Name": m.name}, nil)
	var refused *awsapi.Error
	if errors.As(err, &refused) && refused.Code == "ResourceNotFoundException" {
		return nil // somebody has deleted it already
	}
	return err
}

// events calls EventBridge with secrets in place of the references to them.
func (s service) events(c *resource.Call, operation string, asked map[string]any, out any) error {
	found := secrets{service: s, call: c}
	in, err := found.put(asked)
	if err != nil {
		return err
	}
	if err := s.aws(c.Scope).JSON(c.Ctx, "events", "AWSEvents", operation, in, out); err != nil {
		return found.mask(err)
	}
	return nil
}

// secrets are what references in a template lead to, while a connection is made.
type secrets struct {
	service service
	call    *resource.Call
	values  []string
}

// mask takes the secrets out of an error. A code of AWS's is kept.
func (s *secrets) mask(err error) error {
	clean := func(text string) string {
		for _, value := range s.values {
			if value != "" {
				text = strings.ReplaceAll(text, value, "****")
			}
		}
		return text
	}
	var refused *awsapi.Error
	if errors.As(err, &refused) {
		return &awsapi.Error{Service: refused.Service, Operation: refused.Operation, Status: refused.Status, Code: refused.Code, Message: clean(refused.Message)}
	}
	return errors.New(clean(err.Error()))
}

// put is a value with secrets in place of the references to them.
func (s *secrets) put(value any) (any, error) {
	switch v := value.(type) {
	case string:
		return s.resolve(v)
	case map[string]any:
		filled := make(map[string]any, len(v))
		for key, below := range v {
			var err error
			if filled[key], err = s.put(below); err != nil {
				return nil, err
			}
		}
		return filled, nil
	case []any:
		filled := make([]any, len(v))
		for i, below := range v {
			var err error
			if filled[i], err = s.put(below); err != nil {
				return nil, err
			}
		}
		return filled, nil
	}
	return value, nil
}

const opening, closing = "{{resolve:", "}}"

// resolve puts secrets in place of the references in a text.
func (s *secrets) resolve(text string) (string, error) {
	before, rest, found := strings.Cut(text, opening)
	if !found {
		return text, nil
	}
	reference, after, closed := strings.Cut(rest, closing)
	if !closed {
		return "", fmt.Errorf("a reference has no end: %s", text)
	}
	value, err := s.find(reference)
	if err != nil {
		return "", err
	}
	s.values = append(s.values, value)
	after, err = s.resolve(after)
	return before + value + after, err
}

// find reads secretsmanager:ID:SecretString, where ID is a name or an ARN.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
func (s *secrets) find(reference string) (string, error) {
	rest, ours := strings.CutPrefix(reference, "secretsmanager:")
	if !ours {
		return "", unsimulated("the reference %s", reference)
	}
	parts, id := strings.Split(rest, ":"), 1
	if parts[0] == "arn" {
		id = 7
	}
	if len(parts) != id+1 || parts[id] != "SecretString" {
		return "", unsimulated("the reference %s, only to a whole SecretString", reference)
	}
	name := strings.Join(parts[:id], ":")
	var out struct{ SecretString *string }
	err := s.service.aws(s.call.Scope).JSON(s.call.Ctx, "secretsmanager", "secretsmanager", "GetSecretValue", map[string]string{"SecretId": name}, &out)
	var refused *awsapi.Error
	switch {
	case errors.As(err, &refused):
		return "", resource.Refuse(refused.Code, "Secrets Manager can't find the specified secret %s: %s", name, refused.Message)
	case err != nil:
		return "", fmt.Errorf("look up the secret %s: %w", name, err)
	case out.SecretString == nil:
		return "", resource.Refuse("InvalidRequestException", "The secret %s holds data and no text: there is no SecretString", name)
	}
	return *out.SecretString, nil
}
