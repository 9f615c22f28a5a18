package terratest

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gruntwork-io/terratest/modules/terraform"

	"drover/generator/spec"
)

// keys are the names of the secrets in the vault by the receivers of alarms that want one.
func keysOf(a *spec.Alerts) map[string]string {
	keys := map[string]string{}
	if a != nil && a.PagerDuty != nil && a.PagerDuty.RoutingKey.Vault != "" {
		keys["pagerduty"] = a.PagerDuty.RoutingKey.Vault
	}
	if a != nil && a.Webhook != nil && a.Webhook.Key.Vault != "" {
		keys["webhook"] = a.Webhook.Key.Vault
	}
	return keys
}

// checkReceivers: alarms reach the receivers of the spec, and no others; the keys of those that want one are in no state.
func checkReceivers(t *testing.T, e *example, foundation *terraform.Options) {
	t.Helper()
	keys := keysOf(e.spec.Spec.Services.Alerts)
	var destinations struct {
		List []struct{ Name, ConnectionArn, APIDestinationArn string } `json:"ApiDestinations"`
	}
	e.account.json(t, "events", "AWSEvents", "ListApiDestinations", map[string]any{}, &destinations)
	var names []string
	for _, d := range destinations.List {
		name := strings.TrimPrefix(d.Name, e.name+"-alerts-")
		names = append(names, name)
		connection, _, _ := strings.Cut(d.ConnectionArn[strings.Index(d.ConnectionArn, "connection/")+len("connection/"):], "/")
		var described struct{ ConnectionState, AuthorizationType string }
		e.account.json(t, "events", "AWSEvents", "DescribeConnection", map[string]string{"Name": connection}, &described)
		if described.ConnectionState != "AUTHORIZED" || described.AuthorizationType != "API_KEY" {
			t.Errorf("the connection of %s is %+v", name, described)
		}
		checkDeliveries(t, e, name, d.APIDestinationArn)
	}
	if want := slices.Sorted(maps.Keys(keys)); !slices.Equal(slices.Sorted(slices.Values(names)), want) {
		t.Errorf("there are the destinations %v, want %v", names, want)
	}
	state := e.state(t, foundation)
	for receiver, name := range keys {
		var secret struct{ SecretString string }
		e.account.json(t, "secretsmanager", "secretsmanager", "GetSecretValue", map[string]string{"SecretId": name}, &secret)
		if secret.SecretString == "" || !strings.Contains(state, "aws_cloudformation_stack") {
			t.Fatalf("the secret %s is empty, or the state holds no stack: nothing can be said of it", name)
		}
		if strings.Contains(state, secret.SecretString) {
			t.Errorf("the key of %s is in the state", receiver)
		}
	}
	checkSlack(t, e, foundation)
}

// checkDeliveries: there is a rule for the beginning and one for the end of trouble, and each leads to the receiver.
func checkDeliveries(t *testing.T, e *example, receiver, destination string) {
	t.Helper()
	var rules struct{ RuleNames []string }
	e.account.json(t, "events", "AWSEvents", "ListRuleNamesByTarget", map[string]string{"TargetArn": destination}, &rules)
	if len(rules.RuleNames) != 2 {
		t.Errorf("the rules %v lead to %s, want two", rules.RuleNames, receiver)
	}
	for _, name := range rules.RuleNames {
		var rule struct{ EventPattern, State string }
		e.account.json(t, "events", "AWSEvents", "DescribeRule", map[string]string{"Name": name}, &rule)
		if rule.State != "ENABLED" || !strings.Contains(rule.EventPattern, `"prefix":"`+e.name+`-blue-"`) {
			t.Errorf("the rule %s is %+v, want it enabled, and for blue's alarms too", name, rule)
		}
	}
}

// checkSlack: the channel of the spec is told of the topic's alarms, and may ask AWS for nothing.
func checkSlack(t *testing.T, e *example, foundation *terraform.Options) {
	t.Helper()
	var channels struct {
		List []struct {
			SlackTeamID, SlackChannelID string
			SNSTopicARNs                []string
			GuardrailPolicyARNs         []string
		} `json:"SlackChannelConfigurations"`
	}
	e.account.restOf(t, "chatbot", "DescribeSlackChannelConfigurations", http.MethodPost, "/describe-slack-channel-configurations", &channels)
	a := e.spec.Spec.Services.Alerts
	if a == nil || a.Slack == nil || a.Slack.Workspace == "" {
		if len(channels.List) > 0 {
			t.Errorf("the spec has no Slack channel, and there is %+v", channels.List)
		}
		return
	}
	if len(channels.List) != 1 {
		t.Fatalf("there are the channels %+v, want one", channels.List)
	}
	c := channels.List[0]
	if c.SlackTeamID != a.Slack.Workspace || c.SlackChannelID != a.Slack.Channel || !slices.Equal(c.SNSTopicARNs, []string{terraform.Output(t, foundation, "alerts_topic_arn")}) {
		t.Errorf("the channel is %+v, want that of the spec, told by the topic", c)
	}
	if !slices.Equal(c.GuardrailPolicyARNs, []string{"arn:aws:iam::aws:policy/AWSDenyAll"}) {
		t.Errorf("who writes in the channel may ask AWS for what %v allow", c.GuardrailPolicyARNs)
	}
}
