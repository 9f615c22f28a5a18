// Package chatbot simulates the Slack channels of AWS's chat client (AWS Chatbot, now Amazon Q Developer in chat
// applications), which moto lacks. Every workspace counts as signed in to, and nobody is told anything. It must never
// take a call that it does not simulate.
package chatbot

import (
	"fmt"
	"slices"
	"strings"

	"drover/rehearsal/aws/awsapi"
	"drover/rehearsal/resource"
)

// regions have the API of the chat client: https://docs.aws.amazon.com/general/latest/gr/chatbot.html
var regions = []string{"ap-southeast-1", "eu-west-1", "us-east-2", "us-west-2"}

const channels = "Slack channel"

// Table is the chat client of one account: it is the same in every region that has its API. What channels refer to it
// looks up in moto.
func Table(account string, moto func(region string) *awsapi.Client) resource.Table {
	missing := func(member string) resource.Refusal {
		return resource.Refusal{Code: "ResourceNotFoundException", Message: "There is no configuration {" + member + "}"}
	}
	conflict := func(member, message string) resource.Unique {
		return resource.Unique{Members: []string{member}, Refusal: resource.Refusal{Code: "ConflictException", Message: message}}
	}
	oneChannel := conflict("SlackTeamId", "The channel {SlackChannelId} is configured already")
	oneChannel.Members = append(oneChannel.Members, "SlackChannelId")
	kind := resource.Kind{Name: channels, ARN: "ChatConfigurationArn", Global: true, Tags: "Tags",
		NamedBy: resource.Named("ChatConfigurationArn"), Missing: missing("ChatConfigurationArn"),
		Defaults: resource.Document{"SlackTeamName": "rehearsal", "SlackChannelName": "rehearsal", "SnsTopicArns": []any{},
			"LoggingLevel": "NONE", "UserAuthorizationRequired": false, "State": "ENABLED",
			// AWS's own default, which allows whatever the role does.
			"GuardrailPolicyArns": []any{"arn:aws:iam::aws:policy/AdministratorAccess"}},
		OnCreate: []resource.Member{{Name: "ChatConfigurationArn", Value: "arn:aws:chatbot::{account}:chat-configuration/slack-channel/{ConfigurationName}"}},
		Unique: []resource.Unique{oneChannel,
			conflict("ConfigurationName", "A configuration of the name {ConfigurationName} exists already")},
		Check: func(c *resource.Call, _ *resource.Item, next resource.Document) error {
			return check(c, moto, next)
		}}
	return resource.Table{Account: account, Kinds: []resource.Kind{kind}, Operations: map[string]resource.Operation{
		"CreateSlackChannelConfiguration": {Do: resource.Create, Kind: channels, Answer: "ChannelConfiguration"},
		// A configuration that is not there is no error: the list is empty.
		"DescribeSlackChannelConfigurations": {Do: resource.List, Kind: channels, Answer: "SlackChannelConfigurations",
			Match: map[string]string{"ChatConfigurationArn": "ChatConfigurationArn"}},
		"UpdateSlackChannelConfiguration": {Do: resource.Update, Kind: channels, Answer: "ChannelConfiguration"},
		"DeleteSlackChannelConfiguration": {Do: resource.Delete, Kind: channels},

		"TagResource":         {Do: resource.Tag, Target: "ResourceARN", Tags: "Tags", Missing: missing("ResourceARN")},
		"UntagResource":       {Do: resource.Untag, Target: "ResourceARN", Tags: "TagKeys", Missing: missing("ResourceARN")},
		"ListTagsForResource": {Do: resource.Tags, Target: "ResourceARN", Missing: missing("ResourceARN")},
	}}
}

// regionOf is the region in an ARN: topics of every region can be told of in a channel.
func regionOf(arn string) string {
	if parts := strings.Split(arn, ":"); len(parts) > 3 {
		return parts[3]
	}
	return ""
}

// check looks for the role and the topics of a channel.
func check(c *resource.Call, moto func(region string) *awsapi.Client, next resource.Document) error {
	const invalid = "InvalidParameterException"
	if !slices.Contains(regions, c.Scope) {
		return resource.Refuse("UnknownEndpoint", "There is no endpoint of the chat client in %s, only in %s", c.Scope, strings.Join(regions, ", "))
	}
	role := next.Text("IamRoleArn")
	trusted, err := moto(c.Scope).Trusts(c.Ctx, role, "chatbot.amazonaws.com")
	switch {
	case err != nil:
		return fmt.Errorf("look up the role of the channel: %w", err)
	case !trusted:
		return resource.Refuse(invalid, "The role %s cannot be assumed by the chat client", role)
	}
	for _, topic := range next.Texts("SnsTopicArns") {
		there, err := moto(regionOf(topic)).HasTopic(c.Ctx, topic)
		switch {
		case err != nil:
			return fmt.Errorf("look up the topic of the channel: %w", err)
		case !there:
			return resource.Refuse(invalid, "The topic %s does not exist", topic)
		}
	}
	return nil
}
