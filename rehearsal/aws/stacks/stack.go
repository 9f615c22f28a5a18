package stacks

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"

	"drover/rehearsal/resource"
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

// stack is what an item has of its own.
type stack struct {
	form   form
	made   map[string]*made // by their logical id
	events []document       // the newest first, as they are told
}

func stackOf(item *resource.Item) *stack { return item.Own.(*stack) } //nolint:forcetypeassert // create set it

func sorted[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

// create makes what a template describes. A stack that fails is there, and has nothing.
func (s service) create(c *resource.Call, item *resource.Item) error {
	f, err := templateOf(c.In)
	if err != nil {
		return err
	}
	t := &stack{form: f, made: map[string]*made{}}
	item.Own, item.Fields["StackStatus"] = t, created
	for _, logical := range sorted(f.Resources) {
		m, err := s.build(c, f, logical)
		if err != nil {
			tell(c, item, logical, "CREATE_FAILED", err.Error())
			failed(item, rolledBack, "create", logical)
			return s.undo(c, item)
		}
		t.made[logical] = m
		tell(c, item, logical, created, "")
	}
	return nil
}

// build makes one resource of a template.
func (s service) build(c *resource.Call, f form, logical string) (*made, error) {
	of := f.Resources[logical]
	k := kinds()[of.Type]
	if slices.ContainsFunc(k.lacking, func(beginning string) bool { return strings.HasPrefix(c.Scope, beginning) }) {
		return nil, resource.Refuse(invalid, "Template format error: Unrecognized resource types: [%s]", of.Type)
	}
	m, err := k.create(s, c, logical, of.Properties)
	if err != nil {
		return nil, err
	}
	m.kind = of.Type
	return m, nil
}

func failed(item *resource.Item, status, to, logical string) {
	item.Fields["StackStatus"] = status
	item.Fields["StackStatusReason"] = "The following resource(s) failed to " + to + ": [" + logical + "]."
}

// undo deletes what a stack has made.
func (s service) undo(c *resource.Call, item *resource.Item) error {
	var errs []error
	t := stackOf(item)
	for _, logical := range sorted(t.made) {
		if err := kinds()[t.made[logical].kind].remove(s, c, t.made[logical]); err != nil {
			errs = append(errs, err)
			tell(c, item, logical, deletionFailed, err.Error())
			continue
		}
		delete(t.made, logical)
	}
	return errors.Join(errs...)
}

// tell notes an event of a resource.
func tell(c *resource.Call, item *resource.Item, logical, status, reason string) {
	t := stackOf(item)
	e := document{"StackId": item.Fields["StackId"], "StackName": item.Fields["StackName"], "EventId": resource.UUID(), "LogicalResourceId": logical,
		"ResourceType": t.form.Resources[logical].Type, "ResourceStatus": status, "ResourceStatusReason": reason, "Timestamp": c.Now(), "ClientRequestToken": c.In["ClientRequestToken"]}
	if m := t.made[logical]; m != nil {
		e["PhysicalResourceId"] = m.name
	}
	t.events = slices.Insert(t.events, 0, e)
}

func (s service) update(c *resource.Call, item *resource.Item) (document, error) {
	t, tags := stackOf(item), resource.TagsOf(c.In["Tags"])
	f, err := templateOf(c.In)
	if err != nil {
		return nil, err
	}
	answer := document{"StackId": item.Fields["StackId"]}
	switch status := item.Fields.Text("StackStatus"); {
	case status == rolledBack:
		return nil, resource.Refuse(invalid, "Stack:%s is in %s state and can not be updated.", item.Fields.Text("StackId"), status)
	case reflect.DeepEqual(f, t.form) && maps.Equal(tags, item.Tags):
		return nil, resource.Refuse(invalid, "No updates are to be performed.")
	case !slices.Equal(sorted(f.Resources), sorted(t.form.Resources)):
		return nil, unsimulated("an update that adds or removes a resource")
	}
	for logical, r := range f.Resources {
		if reflect.DeepEqual(r, t.form.Resources[logical]) {
			continue
		}
		if err := kinds()[r.Type].update(s, c, t.made[logical], r.Properties); err != nil {
			tell(c, item, logical, "UPDATE_FAILED", err.Error())
			failed(item, updateUndone, "update", logical)
			return answer, nil
		}
		tell(c, item, logical, updated, "")
	}
	t.form, item.Tags = f, tags
	maps.Copy(item.Fields, document{"StackStatus": updated, "StackStatusReason": nil, "LastUpdatedTime": c.Now(),
		"TemplateBody": c.In["TemplateBody"], "Description": f.Description})
	return answer, nil
}

// remove deletes a stack. By its id it can still be asked for.
func (s service) remove(c *resource.Call, _ *resource.Item) (document, error) {
	item, err := c.Asked(stacks)
	if err != nil || item.Ended {
		return nil, nil //nolint:nilerr // it is deleted as well, as far as CloudFormation is asked
	}
	item.Fields["StackStatus"], item.Fields["StackStatusReason"] = deleted, nil
	if err := s.undo(c, item); err != nil {
		item.Fields["StackStatus"], item.Fields["StackStatusReason"] = deletionFailed, err.Error()
		return nil, nil //nolint:nilerr // the stack says that it failed
	}
	item.Ended = true
	return nil, nil
}

// value is what an output refers to.
func (t *stack) value(r refers) string {
	m := t.made[r.resource]
	if r.attribute == "" {
		return m.name
	}
	return m.attributes[r.attribute]
}
