package awsproxy_test

import (
	"testing"
)

func TestAProjectOfCodeBuildIsKeptWithItsWebhook(t *testing.T) {
	t.Parallel()
	project := params{"name": "built-runner", "serviceRole": roleFor(t, "built-runner", "codebuild.amazonaws.com"),
		"source":    params{"type": "GITLAB", "location": "https://gitlab.com/acme/clusters"},
		"artifacts": params{"type": "NO_ARTIFACTS"}, "tags": []any{params{"key": "drover:cluster", "value": "built"}},
		"environment": params{"type": "LINUX_CONTAINER", "computeType": "BUILD_GENERAL1_SMALL", "image": "aws/codebuild/amazonlinux-x86_64-standard:5.0"}}
	sdk.ok(t, "codebuild", "CreateProject", project)
	sdk.ok(t, "codebuild", "CreateWebhook", params{"projectName": "built-runner",
		"filterGroups": []any{[]any{params{"type": "EVENT", "pattern": "WORKFLOW_JOB_QUEUED"}}}})
	got := sdk.ok(t, "codebuild", "BatchGetProjects", params{"names": []string{"built-runner"}})
	if pattern := text(t, got, "projects", 0, "webhook", "filterGroups", 0, 0, "pattern"); pattern != "WORKFLOW_JOB_QUEUED" {
		t.Errorf("the webhook is not told with its project: %v", got)
	}
	if value := text(t, got, "projects", 0, "tags", 0, "value"); value != "built" {
		t.Errorf("the tags are lost: %v", got)
	}
	arn := text(t, got, "projects", 0, "arn")
	got = sdk.ok(t, "codebuild", "BatchGetProjects", params{"names": []string{"nobody", arn}})
	if text(t, got, "projects", 0, "name") != "built-runner" || text(t, got, "projectsNotFound", 0) != "nobody" {
		t.Errorf("asked by its ARN it is %v", got)
	}
	sdk.ok(t, "codebuild", "UpdateProject", params{"name": "built-runner", "description": "changed"})
	got = sdk.ok(t, "codebuild", "BatchGetProjects", params{"names": []string{"built-runner"}})
	if text(t, got, "projects", 0, "description") != "changed" || text(t, got, "projects", 0, "source", "type") != "GITLAB" {
		t.Errorf("an update changed something else: %v", got)
	}
	if name := text(t, sdk.ok(t, "codebuild", "ListProjects", nil), "projects", 0); name != "built-runner" {
		t.Errorf("the projects are led by %s", name)
	}
	sdk.ok(t, "codebuild", "DeleteProject", params{"name": arn})
	got = sdk.ok(t, "codebuild", "BatchGetProjects", params{"names": []string{"built-runner"}})
	if list, _ := got["projects"].([]any); len(list) != 0 {
		t.Errorf("it is still there: %v", got)
	}
	project["serviceRole"] = roleFor(t, "built-another", "events.amazonaws.com")
	sdk.refused(t, "codebuild", "CreateProject", project, "InvalidInputException", "sts:AssumeRole")
}
