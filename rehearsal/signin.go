package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"

	"drover/generator/spec"
	"drover/rehearsal/aws/awsapi"
)

// keys are credentials in the simulated account.
type keys struct{ access, secret, session string }

// trustsAccount lets everybody in the account take a role.
const trustsAccount = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"*"}}]}`

// identity finds role or user, its path and its name in an ARN of IAM.
func identity(arn string) (account, kind, path, name string, ok bool) {
	m := regexp.MustCompile(`^arn:aws[a-z-]*:iam::(\d{12}):(role|user)(/(?:.*/)?)([^/]+)$`).FindStringSubmatch(arn)
	if m == nil {
		return "", "", "", "", false
	}
	return m[1], m[2], m[3], m[4], true
}

// runsAs is whom drover is rehearsed as: the first of the spec's admins that is of its account, as whoever runs drover
// needs an access entry to ask the cluster's API. Empty if there is none.
func runsAs(s spec.Spec) string {
	for _, arn := range s.Access.Admins {
		if account, _, _, _, ok := identity(arn); ok && (s.Account == "" && account == defaultAccount || s.Account == account) {
			return arn
		}
	}
	return ""
}

// signIn makes the role or the user that the options name, and gets credentials for it, as a person would.
func (c *Cloud) signIn(ctx context.Context) error {
	if c.options.As == "" {
		return nil
	}
	_, kind, path, name, ok := identity(c.options.As)
	if !ok {
		return fmt.Errorf("sign in as %s: it is neither a role nor a user", c.options.As)
	}
	// Through the proxy, which learns the secrets: without them it could check no signature.
	api := &awsapi.Client{Endpoint: c.proxy.URL(), Region: c.options.Region, HTTP: http.DefaultClient}
	signIn := map[string]func(context.Context, *awsapi.Client, string, string, string) (keys, error){"role": assumeRole, "user": userKeys}[kind]
	got, err := signIn(ctx, api, c.options.As, path, name)
	if err != nil {
		return fmt.Errorf("sign in as %s: %w", c.options.As, err)
	}
	c.keys = got
	return nil
}

const iamVersion = "2010-05-08"

func assumeRole(ctx context.Context, api *awsapi.Client, arn, path, name string) (keys, error) {
	err := create(ctx, api, "CreateRole", url.Values{"RoleName": {name}, "Path": {path}, "AssumeRolePolicyDocument": {trustsAccount}})
	if err != nil {
		return keys{}, err
	}
	var out struct {
		Access  string `xml:"AssumeRoleResult>Credentials>AccessKeyId"`
		Secret  string `xml:"AssumeRoleResult>Credentials>SecretAccessKey"`
		Session string `xml:"AssumeRoleResult>Credentials>SessionToken"`
	}
	err = api.Query(ctx, "sts", "2011-06-15", "AssumeRole", url.Values{"RoleArn": {arn}, "RoleSessionName": {"rehearsal"}}, &out)
	return keys{access: out.Access, secret: out.Secret, session: out.Session}, err
}

func userKeys(ctx context.Context, api *awsapi.Client, _, path, name string) (keys, error) {
	if err := create(ctx, api, "CreateUser", url.Values{"UserName": {name}, "Path": {path}}); err != nil {
		return keys{}, err
	}
	var out struct {
		Access string `xml:"CreateAccessKeyResult>AccessKey>AccessKeyId"`
		Secret string `xml:"CreateAccessKeyResult>AccessKey>SecretAccessKey"`
	}
	err := api.Query(ctx, "iam", iamVersion, "CreateAccessKey", url.Values{"UserName": {name}}, &out)
	return keys{access: out.Access, secret: out.Secret}, err
}

// create makes what may be there already.
func create(ctx context.Context, api *awsapi.Client, action string, params url.Values) error {
	err := api.Query(ctx, "iam", iamVersion, action, params, nil)
	var refused *awsapi.Error
	if errors.As(err, &refused) && refused.Status == http.StatusConflict {
		return nil
	}
	return err
}
