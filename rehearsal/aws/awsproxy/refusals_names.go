package awsproxy

import (
	"regexp"
	"strings"
	"sync"

	"drover/rehearsal/aws/answer"
)

// The API models say nothing of these; the references do, and moto takes most.
var (
	// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
	balancerName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$`) })
	// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html, API_IpRange.html
	groupText = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{0,255}$`) })
)

// balancerIsNamed refuses names of load balancers and target groups: 32 letters, digits and dashes at most.
func balancerIsNamed(_ *Proxy, c *call) error {
	name := c.form.Get("Name")
	switch {
	case !c.form.Has("Name"): // a classic one
		return nil
	case !balancerName().MatchString(name):
		return answer.Refuse("ValidationError", "The name '%s' must have at most 32 letters, digits and hyphens, and not begin or end with a hyphen", name)
	case c.operation == "CreateLoadBalancer" && strings.HasPrefix(name, "internal-"):
		return answer.Refuse("ValidationError", "The load balancer name '%s' must not begin with 'internal-'", name)
	}
	return nil
}

// groupIsNamed refuses names and descriptions of security groups.
func groupIsNamed(_ *Proxy, c *call) error {
	name := c.form.Get("GroupName")
	if strings.HasPrefix(name, "sg-") || !groupText().MatchString(name) {
		return answer.Refuse("InvalidParameterValue", "Value (%s) for parameter GroupName is invalid. Group names may not be in the format sg-*.", name)
	}
	if !groupText().MatchString(c.form.Get("GroupDescription")) {
		return invalidText("security group")
	}
	return nil
}

// rulesAreDescribed refuses descriptions of a security group's rules.
func rulesAreDescribed(_ *Proxy, c *call) error {
	for name, values := range c.form {
		if strings.HasPrefix(name, "IpPermissions.") && strings.HasSuffix(name, ".Description") && !groupText().MatchString(values[0]) {
			return invalidText("rule")
		}
	}
	return nil
}

func invalidText(of string) error {
	return answer.Refuse("InvalidParameterValue", "Invalid %s description. Valid descriptions are strings less than 256 characters from the following set:  "+
		"a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*", of)
}
