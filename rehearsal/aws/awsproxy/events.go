package awsproxy

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"drover/rehearsal/aws/answer"
	"drover/rehearsal/aws/awsapi"
	"drover/rehearsal/resource"
)

// connectionSecrets are what EventBridge takes for a connection and tells nobody, by where it is. moto tells.
var connectionSecrets = map[string]string{"ApiKeyAuthParameters": "ApiKeyValue", "BasicAuthParameters": "Password"}

// withoutKeys takes the secrets out of the description of a connection.
func withoutKeys(body []byte) []byte {
	var described resource.Document
	if json.Unmarshal(body, &described) != nil {
		return body // no description
	}
	parameters := described.Sub("AuthParameters")
	for of, secret := range connectionSecrets {
		delete(parameters.Sub(of), secret)
	}
	delete(parameters.Sub("OAuthParameters").Sub("ClientParameters"), "ClientSecret")
	for _, more := range []resource.Document{parameters.Sub("InvocationHttpParameters"), parameters.Sub("OAuthParameters").Sub("OAuthHttpParameters")} {
		for _, place := range []string{"BodyParameters", "HeaderParameters", "QueryStringParameters"} {
			for _, parameter := range more.List(place) {
				if parameter.Yes("IsValueSecret") {
					delete(parameter, "Value")
				}
			}
		}
	}
	clean, err := json.Marshal(described)
	if err != nil {
		return nil // rather no answer than one with a key
	}
	return clean
}

// connectionIsThere refuses a destination without a connection.
func (p *Proxy) connectionIsThere(c *call) error {
	var in struct{ ConnectionArn string }
	_ = json.Unmarshal(c.body, &in) // whoever answers says what is wrong with it
	if in.ConnectionArn == "" {
		return nil
	}
	return p.eventsHas(c, "connection", "DescribeConnection", in.ConnectionArn, "ConnectionArn")
}

// destinationsAreThere refuses targets of a rule that are no destination any more, or never were.
func (p *Proxy) destinationsAreThere(c *call) error {
	var in struct {
		Targets []struct{ Arn, RoleArn string }
	}
	_ = json.Unmarshal(c.body, &in) // whoever answers says what is wrong with it
	for _, target := range in.Targets {
		if !strings.Contains(target.Arn, ":api-destination/") {
			continue
		}
		if err := p.eventsHas(c, "api-destination", "DescribeApiDestination", target.Arn, "ApiDestinationArn"); err != nil {
			return err
		}
		trusted, err := p.Moto(c.region).Trusts(c.Context(), target.RoleArn, "events.amazonaws.com")
		if err != nil {
			return fmt.Errorf("look up the role of a rule's target: %w", err)
		}
		if !trusted {
			return answer.Refuse("ValidationException", "Provided role '%s' cannot be assumed by principal 'events.amazonaws.com'.", target.RoleArn)
		}
	}
	return nil
}

// eventsHas looks up what an ARN of EventBridge's names: arn:aws:events:region:account:kind/name/id.
func (p *Proxy) eventsHas(c *call, kind, operation, arn, member string) error {
	_, path, _ := strings.Cut(arn, ":"+kind+"/")
	name, _, _ := strings.Cut(path, "/")
	var found resource.Document
	err := p.Moto(c.region).JSON(c.Context(), "events", "AWSEvents", operation, map[string]string{"Name": name}, &found)
	var refused *awsapi.Error
	switch {
	case errors.As(err, &refused) || err == nil && found.Text(member) != arn:
		return answer.Refuse("ResourceNotFoundException", "%s '%s' does not exist.", kind, arn)
	case err != nil:
		return fmt.Errorf("look up the %s %s: %w", kind, arn, err)
	}
	return nil
}
