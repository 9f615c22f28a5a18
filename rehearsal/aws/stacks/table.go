// Package stacks simulates CloudFormation, whose stacks in moto make neither EventBridge connections nor Slack channels:
// here they make these and nothing else. What a template finds in Secrets Manager it finds in the simulated one, and tells nobody. It must
// never take a call, or a template, that it does not simulate.
package stacks

import (
	"slices"

	"drover/rehearsal/aws/awsapi"
	"drover/rehearsal/resource"
)

type (
	document = resource.Document
	refusal  = resource.Refusal
	member   = resource.Member
)

const stacks = "stack"

// Table is CloudFormation of one account. What stacks make, they make by calling aws.
func Table(account string, aws func(region string) *awsapi.Client) resource.Table {
	s := service{aws}
	kind := resource.Kind{Name: stacks, ARN: "StackId", Tags: "Tags", Keep: []string{"StackName", "TemplateBody"},
		NamedBy:  []resource.Name{{Param: "StackName", Members: []string{"StackName", "StackId"}}},
		Defaults: document{"DisableRollback": false, "EnableTerminationProtection": false, "StagesAvailable": []string{"Original", "Processed"}},
		OnCreate: []member{{Name: "StackId", Value: "arn:aws:cloudformation:{scope}:{account}:stack/{StackName}/{uuid}"},
			{Name: "CreationTime", Value: "{now}"}},
		Missing: refusal{Code: invalid, Message: "Stack with id {StackName} does not exist"},
		Unique: []resource.Unique{{Members: []string{"StackName"},
			Refusal: refusal{Code: "AlreadyExistsException", Message: "Stack [{StackName}] already exists"}}},
		Check: checkStack, Make: s.create, View: view}
	return resource.Table{Account: account, Kinds: []resource.Kind{kind}, Operations: map[string]resource.Operation{
		"CreateStack":    {Do: resource.Create, Kind: stacks},
		"UpdateStack":    {Do: resource.Update, Kind: stacks, Run: s.update},
		"DeleteStack":    {Run: s.remove}, // one that is not there is deleted as well
		"DescribeStacks": {Run: describe},
		// Of a stack that is named.
		"DescribeStackEvents":    {Do: resource.Describe, Kind: stacks},
		"DescribeStackResources": {Do: resource.Describe, Kind: stacks},
		"GetTemplate":            {Do: resource.Describe, Kind: stacks},
	}}
}

type service struct {
	aws func(region string) *awsapi.Client
}

const invalid = "ValidationError"

func unsimulated(format string, args ...any) error {
	return resource.Refuse("UnsupportedOperation", "the rehearsal's CloudFormation does not simulate "+format, args...)
}

// simulatedMembers are what a request may have.
var simulatedMembers = []string{"ClientRequestToken", "StackName", "TemplateBody", "Tags"}

// templateOf reads the template of a request.
func templateOf(in document) (form, error) {
	for name := range in {
		if !slices.Contains(simulatedMembers, name) {
			return form{}, unsimulated("%s of a stack", name)
		}
	}
	if in.Text("TemplateBody") == "" {
		return form{}, resource.Refuse(invalid, "Either Template URL or Template Body must be specified.")
	}
	return parse(in.Text("TemplateBody"))
}

// checkStack refuses a template that is not simulated, and keeps what a stack takes from it.
func checkStack(c *resource.Call, _ *resource.Item, next document) error {
	f, err := templateOf(c.In)
	if err == nil && f.Description != "" {
		next["Description"] = f.Description
	}
	return err
}

// describe lists the stacks, or describes the one that is named, also when it is deleted and named by its id.
func describe(c *resource.Call, _ *resource.Item) (document, error) {
	if c.In.Text("StackName") == "" {
		list := []document{}
		for _, stack := range c.All(stacks) {
			list = append(list, c.View(stack))
		}
		return document{"Stacks": list}, nil
	}
	stack, err := c.Asked(stacks)
	if err != nil {
		return nil, err
	}
	return document{"Stacks": []document{c.View(stack)}}, nil
}

// view adds what a stack's outputs refer to, and what it has made.
func view(_ *resource.Call, item *resource.Item, d document) {
	t, outputs, resources := stackOf(item), []document{}, []document{}
	for _, name := range sorted(t.form.Outputs) {
		if out := t.form.Outputs[name]; t.made[out.Value.resource] != nil {
			outputs = append(outputs, document{"OutputKey": name, "OutputValue": t.value(out.Value), "Description": out.Description})
		}
	}
	for _, logical := range sorted(t.made) {
		resources = append(resources, document{"StackId": d["StackId"], "StackName": d["StackName"], "LogicalResourceId": logical,
			"PhysicalResourceId": t.made[logical].name, "ResourceType": t.made[logical].kind, "ResourceStatus": created, "Timestamp": d["CreationTime"]})
	}
	d["Outputs"], d["StackResources"], d["StackEvents"] = outputs, resources, t.events
}
