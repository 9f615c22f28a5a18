// Package codebuild simulates the projects of AWS CodeBuild and their webhooks, of which moto has no update and no
// webhook. No job is ever run. It must never take a call that it does not simulate.
package codebuild

import (
	"fmt"

	"drover/rehearsal/aws/awsapi"
	"drover/rehearsal/resource"
)

const (
	projects = "project"
	webhooks = "webhook"
	invalid  = "InvalidInputException"
)

// Table is CodeBuild of one account. The role of a project is looked up in moto.
func Table(account string, moto func(region string) *awsapi.Client) resource.Table {
	missing := resource.Refusal{Code: "ResourceNotFoundException", Message: "The project {name}{projectName} does not exist"}
	kinds := []resource.Kind{
		{Name: projects, ARN: "arn", Tags: "tags", NamedBy: []resource.Name{{Param: "name", Members: []string{"name", "arn"}}}, Missing: missing,
			Defaults: resource.Document{"timeoutInMinutes": float64(60), "queuedTimeoutInMinutes": float64(480), "badge": resource.Document{"badgeEnabled": false}},
			OnCreate: []resource.Member{{Name: "arn", Value: "arn:aws:codebuild:{scope}:{account}:project/{name}"}, {Name: "created", Value: "{now}"}},
			OnChange: []resource.Member{{Name: "lastModified", Value: "{now}"}},
			Unique:   []resource.Unique{{Members: []string{"name"}, Refusal: resource.Refusal{Code: "ResourceAlreadyExistsException", Message: "Project already exists: {arn}"}}},
			Check: func(c *resource.Call, _ *resource.Item, next resource.Document) error {
				return check(c, moto(c.Scope), next)
			},
			View: func(c *resource.Call, item *resource.Item, d resource.Document) {
				d["tags"] = tagList(item.Tags)
				if hook := c.Find(webhooks, "projectName", item.Fields.Text("name")); hook != nil {
					d["webhook"] = c.View(hook)
				}
			}},
		{Name: webhooks, NamedBy: resource.Named("projectName"), Missing: resource.Refusal{Code: "ResourceNotFoundException", Message: "The project {projectName} has no webhook"},
			OnCreate: []resource.Member{{Name: "payloadUrl", Value: "https://codebuild.{scope}.amazonaws.com/webhooks?t={uuid}"}},
			OnChange: []resource.Member{{Name: "lastModifiedSecret", Value: "{now}"}},
			Unique:   []resource.Unique{{Members: []string{"projectName"}, Refusal: resource.Refusal{Code: "ResourceAlreadyExistsException", Message: "The project {projectName} has a webhook already"}}},
			References: []resource.Reference{{From: "projectName", To: projects, Member: "name", Cascade: true,
				Missing: resource.Refusal{Code: "ResourceNotFoundException", Message: "The project {value} does not exist"}}}},
	}
	return resource.Table{Account: account, Kinds: kinds, Operations: map[string]resource.Operation{
		"CreateProject":    {Do: resource.Create, Kind: projects, Answer: "project"},
		"BatchGetProjects": {Run: get},
		"ListProjects":     {Run: list},
		"UpdateProject":    {Kind: projects, Run: update},
		"DeleteProject":    {Do: resource.Delete, Kind: projects},
		"CreateWebhook":    {Do: resource.Create, Kind: webhooks, Answer: "webhook"},
		"UpdateWebhook":    {Do: resource.Update, Kind: webhooks, Answer: "webhook"},
		"DeleteWebhook":    {Do: resource.Delete, Kind: webhooks},
	}}
}

// get describes projects, which are asked for by names or by ARNs. One that is not there is no error: the list lacks it.
// https://docs.aws.amazon.com/codebuild/latest/APIReference/API_BatchGetProjects.html
func get(c *resource.Call, _ *resource.Item) (resource.Document, error) {
	found, missing := []any{}, []any{}
	for _, name := range c.In.Texts("names") {
		project := c.Find(projects, "name", name)
		if project == nil {
			project = c.Find(projects, "arn", name)
		}
		if project == nil {
			missing = append(missing, name)
			continue
		}
		found = append(found, c.View(project))
	}
	return resource.Document{"projects": found, "projectsNotFound": missing}, nil
}

// list names the projects, and has one page of them.
func list(c *resource.Call, _ *resource.Item) (resource.Document, error) {
	names := []any{}
	for _, project := range c.All(projects) {
		names = append(names, project.Fields.Text("name"))
	}
	return resource.Document{"projects": names}, nil
}

// update changes a project; CodeBuild has no calls for tags, which are a part of it.
func update(c *resource.Call, item *resource.Item) (resource.Document, error) {
	next := item.Fields.Clone()
	for key, value := range c.In {
		if key != "tags" && key != "name" && value != nil {
			next[key] = value
		}
	}
	if err := c.Change(item, next); err != nil {
		return nil, err
	}
	if c.In["tags"] != nil {
		item.Tags = resource.TagsOf(c.In["tags"])
	}
	return resource.Document{"project": c.View(item)}, nil
}

// check looks for what a project needs, as CodeBuild does:
// https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CreateProject.html
func check(c *resource.Call, moto *awsapi.Client, next resource.Document) error {
	role := next.Text("serviceRole")
	trusted, err := moto.Trusts(c.Ctx, role, "codebuild.amazonaws.com")
	switch {
	case err != nil:
		return fmt.Errorf("look up the role of the project: %w", err)
	case !trusted:
		return resource.Refuse(invalid, "CodeBuild is not authorized to perform: sts:AssumeRole on %s", role)
	case next.At("vpcConfig.vpcId") != nil && len(next.All("vpcConfig.securityGroupIds")) == 0:
		return resource.Refuse(invalid, "VPC config needs at least one security group")
	}
	return nil
}

func tagList(tags map[string]string) []any {
	list := []any{}
	for key, value := range tags {
		list = append(list, resource.Document{"key": key, "value": value})
	}
	return list
}
