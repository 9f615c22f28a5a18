package stacks

import (
	"maps"
	"slices"

	"drover/rehearsal/resource"
)

// kind is a type of resource that a stack can make.
type kind struct {
	properties, required []string
	attributes           []string // what Fn::GetAtt finds
	// lacking are the beginnings of regions' names in which CloudFormation does not have the type.
	lacking []string

	create func(s service, c *resource.Call, logical string, properties map[string]any) (*made, error)
	update func(s service, c *resource.Call, m *made, properties map[string]any) error
	remove func(s service, c *resource.Call, m *made) error
}

// made is what a stack has made. What it knows is not kept here.
type made struct {
	kind       string
	name       string // what Ref gives
	attributes map[string]string
}

// The types that are simulated.
const (
	connectionType = "AWS::Events::Connection"
	channelType    = "AWS::Chatbot::SlackChannelConfiguration"
)

// kinds are the types that are simulated, with the properties that each has:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-connection.html
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-chatbot-slackchannelconfiguration.html
// The second one is in every region but those of China and GovCloud: https://github.com/aws-cloudformation/cfn-lint/issues/2025
func kinds() map[string]kind {
	return map[string]kind{
		connectionType: {
			properties: []string{"AuthorizationType", "AuthParameters", "Description", "Name"}, required: []string{"AuthorizationType"},
			attributes: []string{"Arn", "SecretArn"}, create: service.connect, update: service.reconnect, remove: service.disconnect,
		},
		channelType: {
			properties: slices.Sorted(maps.Keys(channelMembers)), required: []string{"ConfigurationName", "IamRoleArn", "SlackChannelId", "SlackWorkspaceId"},
			attributes: []string{"Arn"}, lacking: []string{"cn-", "us-gov-"}, create: service.open, update: service.reopen, remove: service.close,
		},
	}
}
