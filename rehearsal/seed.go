package rehearsal

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"drover/generator/spec"
	"drover/rehearsal/aws/awsapi"
)

// seed makes what a spec expects to be in its account already, and says what of the spec has to be written otherwise
// because of that: what AWS gives an id gets another one here.
func (c *Cloud) seed(ctx context.Context, s spec.Cluster) ([]edit, error) {
	var edits []edit
	for _, of := range []func(context.Context, spec.Spec) ([]edit, error){c.adoptedNetwork, c.peers, c.transitGateway, c.receiversKeys, c.registryLogins, c.gitToken} {
		made, err := of(ctx, s.Spec)
		if err != nil {
			return nil, err
		}
		edits = append(edits, made...)
	}
	made, err := c.adoptedZone(ctx, s.Spec, networkOf(edits))
	return append(edits, made...), err
}

// networkOf is the stand-in of the adopted network; empty when none is adopted.
func networkOf(edits []edit) string {
	i := slices.IndexFunc(edits, func(e edit) bool { return e.path == adoptedPath })
	if i < 0 {
		return ""
	}
	id, _ := edits[i].value.(string)
	return id
}

// adoptedZone makes the hosted zone that a spec adopts. A private one is of the adopted network, or of the default one.
func (c *Cloud) adoptedZone(ctx context.Context, s spec.Spec, network string) ([]edit, error) {
	if s.Ingress.Zone != "adopt" {
		return nil, nil
	}
	private, config := "", ""
	if s.Ingress.Visibility == "internal" {
		if network == "" {
			var err error
			if network, err = c.defaultVPC(ctx); err != nil {
				return nil, err
			}
		}
		private = "<VPC><VPCRegion>" + c.options.Region + "</VPCRegion><VPCId>" + network + "</VPCId></VPC>"
		config = "<HostedZoneConfig><PrivateZone>true</PrivateZone></HostedZoneConfig>" // AWS tells by the VPC, and moto by this
	}
	body := `<?xml version="1.0"?><CreateHostedZoneRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Name>` +
		s.Ingress.Domain + `</Name>` + private + `<CallerReference>drover rehearsal</CallerReference>` + config + `</CreateHostedZoneRequest>`
	err := c.direct().RESTXML(ctx, "route53", "CreateHostedZone", http.MethodPost, "/2013-04-01/hostedzone", []byte(body), nil)
	if err != nil {
		return nil, fmt.Errorf("make the hosted zone %s, which the spec adopts: %w", s.Ingress.Domain, err)
	}
	c.dns.Refresh()
	if s.Ingress.ZoneID == "" {
		return nil, nil
	}
	// moto's zones have ids that no zone of AWS's has, which a spec cannot say.
	return []edit{{"ingress.zoneId", nil, "the adopted zone is one made for the rehearsal, found by its domain, instead of " + s.Ingress.ZoneID}}, nil
}

func (c *Cloud) defaultVPC(ctx context.Context) (string, error) {
	var out struct {
		ID string `xml:"vpcSet>item>vpcId"`
	}
	filter := url.Values{"Filter.1.Name": {"is-default"}, "Filter.1.Value.1": {"true"}}
	if err := c.direct().Query(ctx, "ec2", ec2Version, "DescribeVpcs", filter, &out); err != nil {
		return "", fmt.Errorf("find the account's default VPC: %w", err)
	}
	return out.ID, nil
}

// receiversKeys makes the secrets that a spec names in the vault, with made-up keys in them.
func (c *Cloud) receiversKeys(ctx context.Context, s spec.Spec) ([]edit, error) {
	a := s.Services.Alerts
	if a == nil {
		return nil, nil
	}
	var names []string
	if a.PagerDuty != nil {
		names = append(names, a.PagerDuty.RoutingKey.Vault)
	}
	if a.Webhook != nil {
		names = append(names, a.Webhook.Key.Vault)
	}
	slices.Sort(names)
	var edits []edit
	for _, name := range slices.Compact(names) {
		if name == "" {
			continue
		}
		in := map[string]string{"Name": name, "SecretString": "made-up-" + rand.Text()}
		if err := c.direct().JSON(ctx, "secretsmanager", "secretsmanager", "CreateSecret", in, nil); err != nil {
			return nil, fmt.Errorf("make the secret %s, which the spec names: %w", name, err)
		}
		edits = append(edits, edit{note: "the secret " + name + " holds a made-up key, and no alarm is sent to anybody"})
	}
	return edits, nil
}

// gitToken makes the secret that the repository is read with, and has the repository served to nobody without it.
func (c *Cloud) gitToken(ctx context.Context, s spec.Spec) ([]edit, error) {
	if c.agents == nil || s.GitOps == nil || s.GitOps.Credentials == nil || s.GitOps.Credentials.Vault == "" {
		return nil, nil
	}
	g := s.GitOps.Credentials
	in := map[string]string{"Name": g.Vault, "SecretString": "made-up-" + rand.Text()}
	if err := c.direct().JSON(ctx, "secretsmanager", "secretsmanager", "CreateSecret", in, nil); err != nil {
		return nil, fmt.Errorf("make the secret %s, which the spec names: %w", g.Vault, err)
	}
	c.agents.server.Require(cmp.Or(g.Username, "git"), in["SecretString"])
	return []edit{{note: "the secret " + g.Vault + " holds a made-up token, without which nobody can read the repository"}}, nil
}

// registryLogins makes the secrets with which caches of registries log in, with made-up logins in them.
func (c *Cloud) registryLogins(ctx context.Context, s spec.Spec) ([]edit, error) {
	if s.Services.Registry == nil {
		return nil, nil
	}
	var edits []edit
	names := slices.Sorted(maps.Values(s.Services.Registry.Logins))
	for _, name := range slices.Compact(names) {
		in := map[string]string{"Name": name, "SecretString": fmt.Sprintf(`{"username": "rehearsal", "accessToken": "made-up-%s"}`, rand.Text())}
		if err := c.direct().JSON(ctx, "secretsmanager", "secretsmanager", "CreateSecret", in, nil); err != nil {
			return nil, fmt.Errorf("make the secret %s, which the spec names: %w", name, err)
		}
		edits = append(edits, edit{note: "the secret " + name + " holds a made-up login, and no registry is asked"})
	}
	return edits, nil
}

// directIn is a client of moto itself in another region than the cloud's own.
func (c *Cloud) directIn(region string) *awsapi.Client {
	client := c.direct()
	client.Region = region
	return client
}
