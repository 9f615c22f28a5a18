package awsproxy_test

import (
	"strings"
	"testing"
)

func TestRepositoryCreationTemplates(t *testing.T) {
	t.Parallel()
	call := func(operation string, in, out any) error {
		return api().JSON(t.Context(), "ecr", "AmazonEC2ContainerRegistry_V20150921", operation, in, out)
	}
	template := params{"prefix": "templated/quay", "appliedFor": []string{"PULL_THROUGH_CACHE"},
		"encryptionConfiguration": params{"encryptionType": "KMS"}, "imageTagMutability": "MUTABLE"}
	if err := call("CreateRepositoryCreationTemplate", template, nil); err == nil || !strings.Contains(err.Error(), "customRoleArn") {
		t.Errorf("a template with a key and no role is answered with %v", err)
	}
	template["customRoleArn"] = "arn:aws:iam::" + account + ":role/caches"
	if err := call("CreateRepositoryCreationTemplate", template, nil); err != nil {
		t.Fatal(err)
	}
	if err := call("CreateRepositoryCreationTemplate", template, nil); err == nil {
		t.Error("the same template was made twice")
	}
	one := params{"prefixes": []string{"templated/quay"}}
	var out struct {
		Templates []struct{ Prefix, ImageTagMutability string } `json:"repositoryCreationTemplates"`
	}
	if err := call("UpdateRepositoryCreationTemplate", params{"prefix": "templated/quay", "imageTagMutability": "IMMUTABLE"}, nil); err != nil {
		t.Fatal(err)
	}
	if err := call("DescribeRepositoryCreationTemplates", one, &out); err != nil || len(out.Templates) != 1 || out.Templates[0].ImageTagMutability != "IMMUTABLE" {
		t.Fatalf("the templates are %+v, %v", out, err)
	}
	if err := call("DeleteRepositoryCreationTemplate", params{"prefix": "templated/quay"}, nil); err != nil {
		t.Fatal(err)
	}
	if err := call("DescribeRepositoryCreationTemplates", one, &out); err == nil {
		t.Error("a deleted template is described")
	}
}
