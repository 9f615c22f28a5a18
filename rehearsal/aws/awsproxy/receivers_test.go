package awsproxy_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// roleFor makes one that a service may take on, and says its ARN.
func roleFor(t *testing.T, name, service string) string {
	t.Helper()
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"` + service + `"},"Action":"sts:AssumeRole"}]}`
	return text(t, sdk.ok(t, "iam", "CreateRole", params{"RoleName": name, "AssumeRolePolicyDocument": trust}), "Role", "Arn")
}

// keyed is the template of a stack with a connection whose key is a reference.
func keyed(description, reference string) string {
	data, err := json.Marshal(params{"Resources": params{"Connection": params{"Type": "AWS::Events::Connection", "Properties": params{
		"Description": description, "AuthorizationType": "API_KEY", "AuthParameters": params{
			"ApiKeyAuthParameters": params{"ApiKeyName": "X-Key", "ApiKeyValue": reference},
			"InvocationHttpParameters": params{"BodyParameters": []any{
				params{"Key": "routing_key", "Value": reference, "IsValueSecret": true}, params{"Key": "plain", "Value": "seen", "IsValueSecret": false}}}}}}},
		"Outputs": params{"Arn": params{"Value": params{"Fn::GetAtt": []string{"Connection", "Arn"}}}}})
	if err != nil {
		panic(err)
	}
	return string(data)
}

func of(secret string) string { return "{{resolve:secretsmanager:" + secret + ":SecretString}}" }

func stackState(t *testing.T, name string) params {
	t.Helper()
	state, _ := at(t, sdk.ok(t, "cloudformation", "DescribeStacks", params{"StackName": name}), "Stacks", 0).(map[string]any)
	return state
}

func TestAStackMakesAConnectionWithAKeyThatNobodyIsTold(t *testing.T) {
	t.Parallel()
	const key = "a-key-that-nobody-is-told"
	sdk.ok(t, "secretsmanager", "CreateSecret", params{"Name": "told/key", "SecretString": key})
	sdk.ok(t, "cloudformation", "CreateStack", params{"StackName": "told", "TemplateBody": keyed("first", of("told/key")),
		"Tags": []any{params{"Key": "receiver", "Value": "told"}}})
	state := stackState(t, "told")
	if status := text(t, state, "StackStatus"); status != "CREATE_COMPLETE" {
		t.Fatalf("the stack is %v", state)
	}
	arn := text(t, state, "Outputs", 0, "OutputValue")
	name := strings.Split(arn, "/")[1]
	described := sdk.ok(t, "events", "DescribeConnection", params{"Name": name})
	if got := text(t, described, "AuthParameters", "ApiKeyAuthParameters", "ApiKeyName"); got != "X-Key" {
		t.Errorf("the connection is %v", described)
	}
	if got := text(t, described, "AuthParameters", "InvocationHttpParameters", "BodyParameters", 1, "Value"); got != "seen" {
		t.Errorf("what is no secret is not told: %v", described)
	}
	told := fmt.Sprint(described, state, sdk.ok(t, "events", "ListConnections", nil), sdk.ok(t, "cloudformation", "GetTemplate", params{"StackName": "told"}),
		sdk.ok(t, "cloudformation", "DescribeStackEvents", params{"StackName": "told"}), sdk.ok(t, "cloudformation", "DescribeStackResources", params{"StackName": "told"}))
	if strings.Contains(told, key) {
		t.Errorf("the key is told: %s", told)
	}
	if kept := fmt.Sprint(sdk.ok(t, "secretsmanager", "GetSecretValue", params{"SecretId": text(t, described, "SecretArn")})); !strings.Contains(kept, key) {
		t.Errorf("the connection does not have the key: %s", kept)
	}
	found := sdk.ok(t, "resourcegroupstaggingapi", "GetResources", params{"TagFilters": []any{params{"Key": "receiver", "Values": []any{"told"}}}})
	if got := text(t, found, "ResourceTagMappingList", 0, "ResourceARN"); !strings.Contains(got, ":stack/told/") {
		t.Errorf("by its tag there is %s", got)
	}
	destination := params{"Name": "told", "ConnectionArn": arn, "InvocationEndpoint": "https://alerts.example.com/", "HttpMethod": "POST"}
	to := text(t, sdk.ok(t, "events", "CreateApiDestination", destination), "ApiDestinationArn")
	sdk.ok(t, "events", "PutRule", params{"Name": "told", "EventPattern": `{"source":["aws.cloudwatch"]}`})
	target := params{"Id": "to", "Arn": to, "RoleArn": roleFor(t, "told", "events.amazonaws.com")}
	sdk.ok(t, "events", "PutTargets", params{"Rule": "told", "Targets": []any{target}})
	sdk.ok(t, "cloudformation", "DeleteStack", params{"StackName": "told"})
	sdk.refused(t, "events", "DescribeConnection", params{"Name": name}, "ResourceNotFoundException", name)
	sdk.refused(t, "cloudformation", "DescribeStacks", params{"StackName": "told"}, "ValidationError", "does not exist")
}

func TestASecretThatIsNotThereOrNoTextFailsTheStack(t *testing.T) {
	t.Parallel()
	sdk.ok(t, "secretsmanager", "CreateSecret", params{"Name": "failing/data", "SecretBinary": "AAEC"})
	for name, c := range map[string]struct{ reference, reason string }{
		"failing-none":      {of("failing/none"), "can't find the specified secret failing/none"},
		"failing-data":      {of("failing/data"), "no text"},
		"failing-parameter": {"{{resolve:ssm:/failing}}", "does not simulate the reference ssm:/failing"},
		"failing-part":      {"{{resolve:secretsmanager:failing/data:SecretString:part}}", "only to a whole SecretString"},
	} {
		sdk.ok(t, "cloudformation", "CreateStack", params{"StackName": name, "TemplateBody": keyed("first", c.reference)})
		if status := text(t, stackState(t, name), "StackStatus"); status != "ROLLBACK_COMPLETE" {
			t.Errorf("%s is %s", name, status)
		}
		events := sdk.ok(t, "cloudformation", "DescribeStackEvents", params{"StackName": name})
		if reason := text(t, events, "StackEvents", 0, "ResourceStatusReason"); !strings.Contains(reason, c.reason) {
			t.Errorf("%s failed because of %s, want %s", name, reason, c.reason)
		}
		sdk.refused(t, "cloudformation", "UpdateStack", params{"StackName": name, "TemplateBody": keyed("second", c.reference)}, "ValidationError", "ROLLBACK_COMPLETE")
		sdk.ok(t, "cloudformation", "DeleteStack", params{"StackName": name})
	}
}

func TestAKeyThatEventBridgeRefusesIsNotTold(t *testing.T) {
	t.Parallel()
	key := strings.Repeat("too-long", 100)
	sdk.ok(t, "secretsmanager", "CreateSecret", params{"Name": "long/key", "SecretString": key})
	sdk.ok(t, "cloudformation", "CreateStack", params{"StackName": "long", "TemplateBody": keyed("first", of("long/key"))})
	reason := text(t, sdk.ok(t, "cloudformation", "DescribeStackEvents", params{"StackName": "long"}), "StackEvents", 0, "ResourceStatusReason")
	if !strings.Contains(reason, "length less than or equal to 512") || strings.Contains(reason, "too-long") {
		t.Errorf("the reason is %s", reason)
	}
}

func TestAStackIsUpdatedInItsPlace(t *testing.T) {
	t.Parallel()
	sdk.ok(t, "secretsmanager", "CreateSecret", params{"Name": "changing/key", "SecretString": "first"})
	in := func(description, reference string) params {
		return params{"StackName": "changing", "TemplateBody": keyed(description, reference)}
	}
	sdk.ok(t, "cloudformation", "CreateStack", in("version 1", of("changing/key")))
	sdk.refused(t, "cloudformation", "CreateStack", in("version 1", of("changing/key")), "AlreadyExistsException", "changing")
	sdk.refused(t, "cloudformation", "UpdateStack", in("version 1", of("changing/key")), "ValidationError", "No updates are to be performed")
	arn := text(t, stackState(t, "changing"), "Outputs", 0, "OutputValue")
	sdk.ok(t, "cloudformation", "UpdateStack", in("version 2", of("changing/key")))
	state := stackState(t, "changing")
	if got := text(t, state, "Outputs", 0, "OutputValue"); got != arn || text(t, state, "StackStatus") != "UPDATE_COMPLETE" {
		t.Errorf("after the update there is %v, and before there was %s", state, arn)
	}
	described := sdk.ok(t, "events", "DescribeConnection", params{"Name": strings.Split(arn, "/")[1]})
	if got := text(t, described, "Description"); got != "version 2" {
		t.Errorf("the connection says %s", got)
	}
	sdk.ok(t, "cloudformation", "UpdateStack", in("version 3", of("changing/none")))
	if got := text(t, stackState(t, "changing"), "StackStatus"); got != "UPDATE_ROLLBACK_COMPLETE" {
		t.Errorf("without its secret the update is %s", got)
	}
}

func TestAStackOfAnythingElseIsRefusedByItsName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ template, code, part string }{
		{`{"Resources":{"Topic":{"Type":"AWS::SNS::Topic"}}}`, "UnsupportedOperation", "AWS::SNS::Topic"},
		{`{"Resources":{"C":{"Type":"AWS::Events::Connection","Properties":{"AuthorizationType":{"Fn::Sub":"x"}}}}}`, "UnsupportedOperation", "Fn::Sub"},
		{`{"Parameters":{},"Resources":{}}`, "UnsupportedOperation", "Parameters"},
		{"Resources: {}", "UnsupportedOperation", "not JSON"},
		{`{"Resources":{}}`, "ValidationError", "At least one Resources member"},
		{`{"Resources":{"C":{"Type":"AWS::Events::Connection","Properties":{"AuthorizationType":"API_KEY","Key":"x"}}}}`, "ValidationError", "extraneous key [Key]"},
		{`{"Resources":{"C":{"Type":"AWS::Events::Connection","Properties":{}}}}`, "ValidationError", "required key [AuthorizationType]"},
		{`{"Resources":{"C":{"Type":"AWS::Events::Connection","Properties":{"AuthorizationType":"API_KEY"}}},"Outputs":{"O":{"Value":{"Fn::GetAtt":["C","Key"]}}}}`, "ValidationError", "attribute type Key"},
	} {
		sdk.refused(t, "cloudformation", "CreateStack", params{"StackName": "else", "TemplateBody": c.template}, c.code, c.part)
	}
	sdk.refused(t, "cloudformation", "CreateChangeSet", params{"StackName": "else", "ChangeSetName": "else", "TemplateBody": "{}"}, "UnsupportedOperation", "cloudformation:CreateChangeSet")
}

func TestADestinationNeedsItsConnectionAndARuleItsDestination(t *testing.T) {
	t.Parallel()
	const none = "arn:aws:events:eu-west-1:" + account + ":connection/none/11111111-1111-1111-1111-111111111111"
	sdk.refused(t, "events", "CreateApiDestination", params{"Name": "none", "ConnectionArn": none, "InvocationEndpoint": "https://alerts.example.com/", "HttpMethod": "POST"},
		"ResourceNotFoundException", "connection/none")
	sdk.ok(t, "events", "PutRule", params{"Name": "without", "EventPattern": `{"source":["aws.cloudwatch"]}`})
	target := params{"Id": "to", "Arn": strings.Replace(none, "connection", "api-destination", 1), "RoleArn": roleFor(t, "without", "events.amazonaws.com")}
	sdk.refused(t, "events", "PutTargets", params{"Rule": "without", "Targets": []any{target}}, "ResourceNotFoundException", "api-destination/none")
}

// slackIn is the template of a stack with a Slack channel.
func slackIn(name, channel, topic, role string) string {
	data, err := json.Marshal(params{"Resources": params{"Channel": params{"Type": "AWS::Chatbot::SlackChannelConfiguration", "Properties": params{
		"ConfigurationName": name, "SlackWorkspaceId": "T0123ABCD", "SlackChannelId": channel, "SnsTopicArns": []string{topic}, "IamRoleArn": role,
		"GuardrailPolicies": []string{"arn:aws:iam::aws:policy/AWSDenyAll"}, "UserRoleRequired": true, "LoggingLevel": "ERROR"}}},
		"Outputs": params{"Arn": params{"Value": params{"Ref": "Channel"}}}})
	if err != nil {
		panic(err)
	}
	return string(data)
}

// The chat client has no API in eu-central-1, and a stack there makes its channel all the same.
func TestAStackMakesASlackChannelWhereTheChatClientHasNoAPI(t *testing.T) {
	t.Parallel()
	there := sdk.in("eu-central-1")
	topic := text(t, there.ok(t, "sns", "CreateTopic", params{"Name": "far"}), "TopicArn")
	role := roleFor(t, "far", "chatbot.amazonaws.com")
	there.refused(t, "chatbot", "CreateSlackChannelConfiguration", params{"SlackTeamId": "T0123ABCD", "SlackChannelId": "C0123FAR", "ConfigurationName": "far",
		"SnsTopicArns": []any{topic}, "IamRoleArn": role}, "UnknownEndpoint", "no endpoint of the chat client in eu-central-1")
	there.ok(t, "cloudformation", "CreateStack", params{"StackName": "far", "TemplateBody": slackIn("far", "C0123FAR", topic, role)})
	state, _ := at(t, there.ok(t, "cloudformation", "DescribeStacks", params{"StackName": "far"}), "Stacks", 0).(map[string]any)
	arn := text(t, state, "Outputs", 0, "OutputValue")
	channel := sdk.ok(t, "chatbot", "DescribeSlackChannelConfigurations", params{"ChatConfigurationArn": arn})
	if got := text(t, channel, "SlackChannelConfigurations", 0, "SlackChannelId"); got != "C0123FAR" {
		t.Errorf("the stack %v made %v", state, channel)
	}
	there.ok(t, "cloudformation", "UpdateStack", params{"StackName": "far", "TemplateBody": slackIn("far", "C0123NEAR", topic, role)})
	channel = sdk.ok(t, "chatbot", "DescribeSlackChannelConfigurations", params{"ChatConfigurationArn": arn})
	if got := text(t, channel, "SlackChannelConfigurations", 0, "SlackChannelId"); got != "C0123NEAR" {
		t.Errorf("the changed stack left %v", channel)
	}
	there.ok(t, "cloudformation", "DeleteStack", params{"StackName": "far"})
	gone := sdk.ok(t, "chatbot", "DescribeSlackChannelConfigurations", params{"ChatConfigurationArn": arn})
	if list, _ := at(t, gone, "SlackChannelConfigurations").([]any); len(list) != 0 {
		t.Errorf("after the deletion of its stack there is %v", list)
	}
}

func TestASlackChannelFromItsConfigurationToItsDeletion(t *testing.T) {
	t.Parallel()
	const service = "chatbot"
	topic := text(t, sdk.ok(t, "sns", "CreateTopic", params{"Name": "slack"}), "TopicArn")
	in := params{"SlackTeamId": "T0123ABCD", "SlackChannelId": "C0123ABCD", "ConfigurationName": "slack", "SnsTopicArns": []any{topic},
		"IamRoleArn": roleFor(t, "slack", "chatbot.amazonaws.com"), "Tags": []any{params{"TagKey": "chat", "TagValue": "slack"}}}
	with := func(key string, value any) params {
		changed := params{key: value}
		for k, v := range in {
			if k != key {
				changed[k] = v
			}
		}
		return changed
	}
	sdk.refused(t, service, "CreateSlackChannelConfiguration", with("SnsTopicArns", []any{topic + "-none"}), "InvalidParameterException", "slack-none")
	sdk.refused(t, service, "CreateSlackChannelConfiguration", with("IamRoleArn", roleFor(t, "slack-not", "ec2.amazonaws.com")), "InvalidParameterException", "cannot be assumed")
	sdk.refused(t, service, "CreateSlackChannelConfiguration", with("SlackChannelId", "#alerts"), "ValidationException", "slackChannelId")
	arn := text(t, sdk.ok(t, service, "CreateSlackChannelConfiguration", in), "ChannelConfiguration", "ChatConfigurationArn")
	sdk.refused(t, service, "CreateSlackChannelConfiguration", with("ConfigurationName", "again"), "ConflictException", "C0123ABCD")
	described := sdk.ok(t, service, "DescribeSlackChannelConfigurations", params{"ChatConfigurationArn": arn})
	if got := text(t, described, "SlackChannelConfigurations", 0, "SnsTopicArns", 0); got != topic {
		t.Errorf("the channel is told of %s", got)
	}
	sdk.ok(t, service, "UpdateSlackChannelConfiguration", params{"ChatConfigurationArn": arn, "SlackChannelId": "C0123ABCE", "LoggingLevel": "ERROR"})
	sdk.ok(t, service, "UntagResource", params{"ResourceARN": arn, "TagKeys": []any{"chat"}})
	if tags, _ := at(t, sdk.ok(t, service, "ListTagsForResource", params{"ResourceARN": arn}), "Tags").([]any); len(tags) != 0 {
		t.Errorf("the tags are %v", tags)
	}
	sdk.refused(t, service, "ListMicrosoftTeamsChannelConfigurations", nil, "UnsupportedOperation", "chatbot:ListMicrosoftTeamsChannelConfigurations")
	sdk.ok(t, service, "DeleteSlackChannelConfiguration", params{"ChatConfigurationArn": arn})
	sdk.refused(t, service, "DeleteSlackChannelConfiguration", params{"ChatConfigurationArn": arn}, "ResourceNotFoundException", "slack")
	gone := sdk.ok(t, service, "DescribeSlackChannelConfigurations", params{"ChatConfigurationArn": arn})
	if list, _ := at(t, gone, "SlackChannelConfigurations").([]any); len(list) != 0 {
		t.Errorf("after its deletion there is %v", list)
	}
}
