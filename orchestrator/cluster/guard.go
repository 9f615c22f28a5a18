package cluster

import (
	"fmt"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// The tags that every resource of a root carries.
const (
	clusterTag = "drover:cluster"
	colorTag   = "drover:color"
)

// changed lists what a plan would do, without reads and no-ops.
func changed(plan *tfjson.Plan) []*tfjson.ResourceChange {
	var list []*tfjson.ResourceChange
	for _, c := range plan.ResourceChanges {
		if c.Change != nil && !c.Change.Actions.NoOp() && !c.Change.Actions.Read() {
			list = append(list, c)
		}
	}
	return list
}

// planGuard refuses a plan that does what is not expected.
type planGuard func(plan *tfjson.Plan, cluster, color string) error

// describe is a plan for people: a line a change, ten at most.
func describe(plan *tfjson.Plan) string {
	const most = 10
	var lines []string
	for _, c := range changed(plan) {
		lines = append(lines, fmt.Sprintf("  %s %s", action(c.Change.Actions), c.Address))
	}
	if len(lines) > most {
		lines = append(lines[:most], fmt.Sprintf("  and %d more", len(lines)-most))
	}
	return strings.Join(lines, "\n")
}

func action(a tfjson.Actions) string {
	if a.Replace() {
		return "replace"
	}
	words := make([]string, len(a))
	for i, w := range a {
		words[i] = string(w)
	}
	return strings.Join(words, " and ")
}

// deletesOnly refuses a plan that does anything but delete, and that deletes
// anything whose tags name another cluster or, where one is given, color.
func deletesOnly(plan *tfjson.Plan, cluster, color string) error {
	var wrong []string
	for _, c := range changed(plan) {
		if !c.Change.Actions.Delete() {
			wrong = append(wrong, fmt.Sprintf("%s %s: only deletes are expected", action(c.Change.Actions), c.Address))
			continue
		}
		if reason := foreign(c.Change.Before, cluster, color); reason != "" {
			wrong = append(wrong, fmt.Sprintf("delete %s: %s", c.Address, reason))
		}
	}
	return refusePlan(wrong, strings.TrimSpace("destroying "+color))
}

// buildsOnly refuses a plan for a new color that deletes anything but what it
// creates again (Terraform's own repair of a half-made resource).
func buildsOnly(plan *tfjson.Plan, cluster, color string) error {
	var wrong []string
	for _, c := range changed(plan) {
		a := c.Change.Actions
		if a.Delete() {
			wrong = append(wrong, "delete "+c.Address)
			continue
		}
		if reason := foreign(c.Change.After, cluster, color); reason != "" {
			wrong = append(wrong, fmt.Sprintf("%s %s: %s", action(a), c.Address, reason))
		}
	}
	return refusePlan(wrong, "building "+color)
}

// going are the resources that a plan deletes or replaces, a line each, ten at
// most: first those that the change itself asks for, with the arguments that
// cannot change, and then what goes with them.
func going(plan *tfjson.Plan) []string {
	const most = 10
	var causes, others []string
	for _, c := range changed(plan) {
		if !slices.Contains(c.Change.Actions, tfjson.ActionDelete) {
			continue
		}
		line := action(c.Change.Actions) + " " + c.Address
		if arguments := cannotChange(c.Change); len(arguments) > 0 {
			causes = append(causes, fmt.Sprintf("%s (for another %s)", line, strings.Join(arguments, ", ")))
		} else {
			others = append(others, line)
		}
	}
	lines := slices.Concat(causes, others)
	if len(lines) > most {
		lines = append(lines[:most:most], fmt.Sprintf("and %d more", len(lines)-most))
	}
	return lines
}

// cannotChange are the arguments for which a resource is replaced, without
// those whose new value comes from another resource that is.
func cannotChange(c *tfjson.Change) (arguments []string) {
	unknown, _ := c.AfterUnknown.(map[string]any)
	for _, at := range c.ReplacePaths {
		path, _ := at.([]any)
		if len(path) == 0 {
			continue
		}
		name, ok := path[0].(string)
		if ok && unknown[name] != true && !slices.Contains(arguments, name) {
			arguments = append(arguments, name)
		}
	}
	return arguments
}

// foreign gives the reason why a resource is not this color's; a resource of a
// kind that has no tags is trusted to be what its state says.
func foreign(values any, cluster, color string) string {
	attributes, ok := values.(map[string]any)
	if !ok {
		return ""
	}
	tags, ok := attributes["tags_all"].(map[string]any)
	if !ok || len(tags) == 0 {
		return ""
	}
	for _, tag := range []struct{ name, want string }{{clusterTag, cluster}, {colorTag, color}} {
		if got, _ := tags[tag.name].(string); tag.want != "" && got != tag.want {
			return fmt.Sprintf("its tag %s is %q, not %q", tag.name, got, tag.want)
		}
	}
	return ""
}

func refusePlan(wrong []string, doing string) error {
	if len(wrong) == 0 {
		return nil
	}
	return refuse(fmt.Sprintf("%s was planned to do what drover will not do:\n  %s", doing, strings.Join(wrong, "\n  ")),
		"nothing was changed; look at that root with `terraform plan`")
}
