package stacks

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"

	"drover/rehearsal/aws/answer"
)

// The states of a stack, of those that CloudFormation has. Nothing here takes time.
const (
	created        = "CREATE_COMPLETE"
	rolledBack     = "ROLLBACK_COMPLETE"
	updated        = "UPDATE_COMPLETE"
	updateUndone   = "UPDATE_ROLLBACK_COMPLETE"
	deleted        = "DELETE_COMPLETE"
	deletionFailed = "DELETE_FAILED"
)

type stack struct {
	region, name, id string
	status, reason   string
	began, changed   string
	body             string
	form             form
	tags             map[string]string
	connections      map[string]*connection // by their logical id
	events           []answer.Element       // the newest first, as they are told
}

// simulatedParameters are what a request may have.
var simulatedParameters = []string{"Action", "Version", "ClientRequestToken", "StackName", "TemplateBody"}

func simulated(c *call) error {
	for name := range c.form {
		if !slices.Contains(simulatedParameters, name) && !strings.HasPrefix(name, "Tags.member.") {
			return unsimulated("%s of a stack", name)
		}
	}
	if c.form.Get("TemplateBody") == "" {
		return invalid("Either Template URL or Template Body must be specified.")
	}
	return nil
}

func (s *Service) create(c *call) (answer.Element, error) {
	if err := simulated(c); err != nil {
		return nil, err
	}
	name := c.form.Get("StackName")
	for _, other := range s.stacks {
		if other.region == c.region && other.name == name && other.status != deleted {
			return nil, answer.Refuse("AlreadyExistsException", "Stack [%s] already exists", name)
		}
	}
	form, err := parse(c.form.Get("TemplateBody"))
	if err != nil {
		return nil, err
	}
	t := &stack{region: c.region, name: name, status: created, began: s.time(), body: c.form.Get("TemplateBody"), form: form,
		id:   "arn:aws:cloudformation:" + c.region + ":" + s.account + ":stack/" + name + "/" + answer.UUID(),
		tags: map[string]string{}, connections: map[string]*connection{}}
	answer.ReadTags(c.form, "Tags.member", t.tags)
	s.stacks[t.id] = t
	for _, logical := range slices.Sorted(maps.Keys(form.Resources)) {
		made, err := s.connect(c, t, logical)
		if err != nil {
			s.tell(c, t, logical, "CREATE_FAILED", err.Error())
			t.status, t.reason = rolledBack, "The following resource(s) failed to create: ["+logical+"]."
			return answer.Element{"StackId": t.id}, s.undo(c, t)
		}
		t.connections[logical] = made
		s.tell(c, t, logical, created, "")
	}
	return answer.Element{"StackId": t.id}, nil
}

// undo deletes what a stack has made.
func (s *Service) undo(c *call, t *stack) error {
	var errs []error
	for _, logical := range slices.Sorted(maps.Keys(t.connections)) {
		if err := s.disconnect(c, t.connections[logical]); err != nil {
			errs = append(errs, err)
			s.tell(c, t, logical, deletionFailed, err.Error())
			continue
		}
		delete(t.connections, logical)
	}
	return errors.Join(errs...)
}

// tell notes an event of a resource, or of the stack itself when it is named.
func (s *Service) tell(c *call, t *stack, logical, status, reason string) {
	e := answer.Element{"StackId": t.id, "StackName": t.name, "EventId": answer.UUID(), "LogicalResourceId": logical, "ResourceType": connectionType,
		"ResourceStatus": status, "ResourceStatusReason": reason, "Timestamp": s.time(), "ClientRequestToken": c.form.Get("ClientRequestToken")}
	if made := t.connections[logical]; made != nil {
		e["PhysicalResourceId"] = made.name
	}
	t.events = slices.Insert(t.events, 0, e)
}

func (s *Service) update(c *call) (answer.Element, error) {
	t, err := s.find(c)
	if err != nil {
		return nil, err
	}
	if err := simulated(c); err != nil {
		return nil, err
	}
	form, err := parse(c.form.Get("TemplateBody"))
	if err != nil {
		return nil, err
	}
	tags := map[string]string{}
	answer.ReadTags(c.form, "Tags.member", tags)
	switch {
	case t.status == rolledBack:
		return nil, invalid("Stack:%s is in %s state and can not be updated.", t.id, t.status)
	case reflect.DeepEqual(form, t.form) && maps.Equal(tags, t.tags):
		return nil, invalid("No updates are to be performed.")
	case !slices.Equal(slices.Sorted(maps.Keys(form.Resources)), slices.Sorted(maps.Keys(t.form.Resources))):
		return nil, unsimulated("an update that adds or removes a resource")
	}
	for logical, resource := range form.Resources {
		if reflect.DeepEqual(resource, t.form.Resources[logical]) {
			continue
		}
		if err := s.reconnect(c, t.connections[logical], resource); err != nil {
			s.tell(c, t, logical, "UPDATE_FAILED", err.Error())
			t.status, t.reason = updateUndone, "The following resource(s) failed to update: ["+logical+"]."
			return answer.Element{"StackId": t.id}, nil
		}
		s.tell(c, t, logical, updated, "")
	}
	t.status, t.reason, t.changed, t.body, t.form, t.tags = updated, "", s.time(), c.form.Get("TemplateBody"), form, tags
	return answer.Element{"StackId": t.id}, nil
}

// remove deletes a stack. One that is not there is deleted as well, as far as CloudFormation is asked.
func (s *Service) remove(c *call) (answer.Element, error) {
	t, _ := s.find(c)
	if t == nil || t.status == deleted {
		return answer.Element{}, nil
	}
	t.status, t.reason = deleted, ""
	if err := s.undo(c, t); err != nil {
		t.status, t.reason = deletionFailed, err.Error()
	}
	return answer.Element{}, nil
}

// find finds the stack that a request names, by its name or its id. By its id it is there also when it is deleted.
func (s *Service) find(c *call) (*stack, error) {
	name := c.form.Get("StackName")
	if t := s.stacks[name]; t != nil && t.region == c.region {
		return t, nil
	}
	for _, t := range s.stacks {
		if t.region == c.region && t.name == name && t.status != deleted {
			return t, nil
		}
	}
	return nil, invalid("Stack with id %s does not exist", name)
}
