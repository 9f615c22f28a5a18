package awsproxy_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestPoliciesThatIAMRefuses(t *testing.T) {
	t.Parallel()
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"pods.eks.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	sdk.ok(t, "iam", "CreateRole", params{"RoleName": "full", "AssumeRolePolicyDocument": trust})
	attach := func(arn string) params { return params{"RoleName": "full", "PolicyArn": arn} }
	for what, arn := range map[string]string{
		"no policy": "arn:aws:iam::aws:policy/NotThere", "another partition": "arn:aws-cn:iam::aws:policy/ReadOnlyAccess", "another account": "arn:aws:iam::111111111111:policy/mine",
	} {
		t.Log(what)
		sdk.refused(t, "iam", "AttachRolePolicy", attach(arn), "NoSuchEntity", arn)
	}
	document := policy(t, map[string]any{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:210987654321:orders"})
	for i := range 10 {
		arn := text(t, sdk.ok(t, "iam", "CreatePolicy", params{"PolicyName": fmt.Sprintf("full-%d", i), "PolicyDocument": document}), "Policy", "Arn")
		sdk.ok(t, "iam", "AttachRolePolicy", attach(arn))
		sdk.ok(t, "iam", "AttachRolePolicy", attach(arn)) // again is no further one
	}
	sdk.refused(t, "iam", "AttachRolePolicy", attach("arn:aws:iam::aws:policy/ReadOnlyAccess"), "LimitExceeded", "PoliciesPerRole: 10")

	put := func(name, document string) params {
		return params{"RoleName": "full", "PolicyName": name, "PolicyDocument": document}
	}
	half := map[string]any{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::" + strings.Repeat("a", 6000) + "/*"}
	sdk.ok(t, "iam", "PutRolePolicy", put("one", policy(t, half)))
	sdk.ok(t, "iam", "PutRolePolicy", put("one", policy(t, half)))
	sdk.refused(t, "iam", "PutRolePolicy", put("two", policy(t, half)), "LimitExceeded", "10240")
	half["Condition"] = map[string]any{"Equals": map[string]any{"aws:userid": "x"}}
	sdk.refused(t, "iam", "PutRolePolicy", put("one", policy(t, half)), "MalformedPolicyDocument", "Equals")
	sdk.refused(t, "iam", "PutRolePolicy", put("three", policy(t, map[string]any{"Effect": "Allow", "Action": "SendMessage", "Resource": "*"})), "MalformedPolicyDocument", "vendor")
}

func policy(t *testing.T, statements ...map[string]any) string {
	t.Helper()
	data, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": statements})
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
