package stacks

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"drover/rehearsal/aws/awsapi"
	"drover/rehearsal/resource"
)

// channelMembers are the properties of a Slack channel, and what the chat client's API calls them.
var channelMembers = map[string]string{
	"ConfigurationName": "ConfigurationName", "GuardrailPolicies": "GuardrailPolicyArns", "IamRoleArn": "IamRoleArn", "LoggingLevel": "LoggingLevel",
	"SlackChannelId": "SlackChannelId", "SlackWorkspaceId": "SlackTeamId", "SnsTopicArns": "SnsTopicArns", "UserRoleRequired": "UserAuthorizationRequired",
}

// chatRegion is where CloudFormation calls the chat client from every region: https://github.com/aws/aws-cdk/issues/24675
const chatRegion = "us-east-2"

// open configures the channel that a template describes.
func (s service) open(c *resource.Call, _ string, properties map[string]any) (*made, error) {
	var out struct {
		ChannelConfiguration struct{ ChatConfigurationArn string }
	}
	if err := s.chat(c, "Create", membersOf(properties), &out); err != nil {
		return nil, err
	}
	arn := out.ChannelConfiguration.ChatConfigurationArn
	return &made{name: arn, attributes: map[string]string{"Arn": arn}}, nil
}

// reopen changes a channel in its place.
func (s service) reopen(c *resource.Call, m *made, properties map[string]any) error {
	in := membersOf(properties)
	delete(in, "ConfigurationName")
	delete(in, "SlackTeamId")
	in["ChatConfigurationArn"] = m.name
	return s.chat(c, "Update", in, nil)
}

func (s service) close(c *resource.Call, m *made) error {
	err := s.chat(c, "Delete", map[string]any{"ChatConfigurationArn": m.name}, nil)
	var refused *awsapi.Error
	if errors.As(err, &refused) && refused.Code == "ResourceNotFoundException" {
		return nil // somebody has deleted it already
	}
	return err
}

func membersOf(properties map[string]any) map[string]any {
	in := map[string]any{}
	for name, value := range properties {
		in[channelMembers[name]] = value
	}
	return in
}

// chat calls the chat client.
func (s service) chat(c *resource.Call, verb string, in map[string]any, out any) error {
	payload, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("write the request of a channel: %w", err)
	}
	path := map[string]string{"Create": "/create-slack-channel-configuration", "Update": "/update-slack-channel-configuration", "Delete": "/delete-slack-channel-configuration"}[verb]
	return s.aws(chatRegion).REST(c.Ctx, "chatbot", verb+"SlackChannelConfiguration", http.MethodPost, path, payload, out)
}
