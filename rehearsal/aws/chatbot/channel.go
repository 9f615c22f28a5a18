package chatbot

import (
	"fmt"
	"maps"
	"slices"

	"drover/rehearsal/aws/answer"
)

// given are the members that a request sets.
var given = []string{"SlackTeamId", "SlackChannelId", "SlackChannelName", "IamRoleArn", "ConfigurationName", "LoggingLevel",
	"SnsTopicArns", "GuardrailPolicyArns", "UserAuthorizationRequired"}

func (s *Service) create(c *call) (document, error) {
	arn := "arn:aws:chatbot::" + s.account + ":chat-configuration/slack-channel/" + c.In.Text("ConfigurationName")
	if s.channels[arn] != nil {
		return nil, conflict("A configuration of the name %s exists already", c.In.Text("ConfigurationName"))
	}
	made := &channel{tags: map[string]string{}, members: document{"ChatConfigurationArn": arn, "SlackTeamName": "rehearsal", "SlackChannelName": "rehearsal",
		"SnsTopicArns": []any{}, "LoggingLevel": "NONE", "UserAuthorizationRequired": false, "State": "ENABLED",
		// AWS's own default, which allows whatever the role does.
		"GuardrailPolicyArns": []any{"arn:aws:iam::aws:policy/AdministratorAccess"}}}
	for _, tag := range c.In.List("Tags") {
		made.tags[tag.Text("TagKey")] = tag.Text("TagValue")
	}
	made.set(c.In)
	if err := s.check(c, arn, made.members); err != nil {
		return nil, err
	}
	s.channels[arn] = made
	return document{"ChannelConfiguration": made.describe()}, nil
}

func (c *channel) set(in document) {
	for _, key := range given {
		if v := in[key]; v != nil {
			c.members[key] = v
		}
	}
}

// check refuses a channel that is told of already, and what is not there.
func (s *Service) check(c *call, arn string, members document) error {
	for other, of := range s.channels {
		if other != arn && of.members["SlackTeamId"] == members["SlackTeamId"] && of.members["SlackChannelId"] == members["SlackChannelId"] {
			return conflict("The channel %s is configured already, as %s", members.Text("SlackChannelId"), of.members.Text("ConfigurationName"))
		}
	}
	moto := s.moto(c.Region)
	trusted, err := moto.Trusts(c.Ctx, members.Text("IamRoleArn"), "chatbot.amazonaws.com")
	switch {
	case err != nil:
		return fmt.Errorf("look up the role of the channel: %w", err)
	case !trusted:
		return invalid("The role %s cannot be assumed by the chat client", members.Text("IamRoleArn"))
	}
	for _, topic := range members.Texts("SnsTopicArns") {
		there, err := moto.HasTopic(c.Ctx, topic)
		switch {
		case err != nil:
			return fmt.Errorf("look up the topic of the channel: %w", err)
		case !there:
			return invalid("The topic %s does not exist", topic)
		}
	}
	return nil
}

func (c *channel) describe() document {
	d := maps.Clone(c.members)
	d["Tags"] = c.tagList()
	return d
}

func (c *channel) tagList() []document { return answer.ListTags(c.tags, "TagKey", "TagValue") }

// find looks a channel up by the ARN that a request has.
func (s *Service) find(c *call, key string) (*channel, error) {
	if found := s.channels[c.In.Text(key)]; found != nil {
		return found, nil
	}
	return nil, answer.Refuse("ResourceNotFoundException", "There is no configuration %s", c.In.Text(key))
}

// describe lists none for a configuration that is not there, as the service does: it has no error for that.
func (s *Service) describe(c *call) (document, error) {
	list := []document{}
	for _, arn := range slices.Sorted(maps.Keys(s.channels)) {
		if asked := c.In.Text("ChatConfigurationArn"); asked == "" || asked == arn {
			list = append(list, s.channels[arn].describe())
		}
	}
	return document{"SlackChannelConfigurations": list}, nil
}

func (s *Service) update(c *call) (document, error) {
	found, err := s.find(c, "ChatConfigurationArn")
	if err != nil {
		return nil, err
	}
	changed := &channel{members: maps.Clone(found.members), tags: found.tags}
	changed.set(c.In)
	if err := s.check(c, c.In.Text("ChatConfigurationArn"), changed.members); err != nil {
		return nil, err
	}
	found.members = changed.members
	return document{"ChannelConfiguration": found.describe()}, nil
}

func (s *Service) remove(c *call) (document, error) {
	if _, err := s.find(c, "ChatConfigurationArn"); err != nil {
		return nil, err
	}
	delete(s.channels, c.In.Text("ChatConfigurationArn"))
	return document{}, nil
}

func (s *Service) tagResource(c *call) (document, error) {
	found, err := s.find(c, "ResourceARN")
	if err != nil {
		return nil, err
	}
	for _, tag := range c.In.List("Tags") {
		found.tags[tag.Text("TagKey")] = tag.Text("TagValue")
	}
	return document{}, nil
}

func (s *Service) untagResource(c *call) (document, error) {
	found, err := s.find(c, "ResourceARN")
	if err != nil {
		return nil, err
	}
	for _, key := range c.In.Texts("TagKeys") {
		delete(found.tags, key)
	}
	return document{}, nil
}

func (s *Service) listTags(c *call) (document, error) {
	found, err := s.find(c, "ResourceARN")
	if err != nil {
		return nil, err
	}
	return document{"Tags": found.tagList()}, nil
}

func conflict(format string, args ...any) error {
	return answer.Refuse("ConflictException", format, args...)
}
