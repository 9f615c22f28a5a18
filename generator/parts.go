package generator

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"drover/generator/netplan"
	"drover/generator/spec"
)

// Addresses is the address plan of a cluster.
type Addresses struct {
	netplan.Plan
	Services map[Root]netip.Prefix // the half of the range for services that each color has; none in a cluster of IPv6
	Adopted  bool                  // the subnets are someone else's, so that no zone is planned
}

// AddressesOf plans the addresses of a cluster. Each color has half of the
// range for services, so that these are told apart in logs and by peers.
func AddressesOf(c spec.Cluster) (Addresses, error) {
	cidr, err := netip.ParsePrefix(c.Spec.Network.CIDR)
	if err != nil {
		return Addresses{}, fmt.Errorf("reading spec.network.cidr: %w", err)
	}
	halves, err := servicesOf(c.Spec.Network)
	if err != nil {
		return Addresses{}, err
	}
	if c.Spec.Network.AdoptsSubnets() {
		return Addresses{Plan: netplan.Plan{CIDR: cidr}, Services: halves, Adopted: true}, nil
	}
	plan, err := netplan.Layout(cidr, c.Spec.Network.Zones)
	if err != nil {
		return Addresses{}, err
	}
	if c.Spec.Network.Egress.Mode == "restricted" {
		plan = plan.WithFirewall()
	}
	if c.Spec.Network.TransitGateway != nil {
		plan = plan.WithTransit()
	}
	if c.Spec.Network.Pods != "" {
		pods, err := netip.ParsePrefix(c.Spec.Network.Pods)
		if err != nil {
			return Addresses{}, fmt.Errorf("reading spec.network.pods: %w", err)
		}
		if plan, err = plan.WithPods(pods); err != nil {
			return Addresses{}, err
		}
	}
	return Addresses{Plan: plan, Services: halves}, nil
}

// servicesOf are the halves of the range for services; a cluster of IPv6 has none that is planned.
func servicesOf(n spec.Network) (map[Root]netip.Prefix, error) {
	if n.IPv6() {
		return nil, nil
	}
	services, err := netip.ParsePrefix(n.Services)
	if err != nil {
		return nil, fmt.Errorf("reading spec.network.services: %w", err)
	}
	blue, green := netplan.Halves(services)
	return map[Root]netip.Prefix{Blue: blue, Green: green}, nil
}

// texts lists one subnet of every zone.
func (a Addresses) texts(of func(netplan.Zone) netip.Prefix) hclwrite.Tokens {
	items := make([]string, len(a.Zones))
	for i, z := range a.Zones {
		items[i] = of(z).String()
	}
	return texts(items)
}

// mainFile is main.tf: the call of the root's module.
func mainFile(c spec.Cluster, r Root, b backend, arguments []attribute) []byte {
	return source(func(body *hclwrite.Body) {
		if r != Foundation {
			foundationState(body, c, b)
		}
		call := []attribute{{"source", text(fmt.Sprintf("../../%s/%s/%s", modulesDir, c.Spec.Platform, r.module()))}, gap}
		block(body, "module", []string{r.module()}, append(call, arguments...)...)
	})
}

// outputsFile is outputs.tf: it passes the outputs of the module on.
func outputsFile(module string, outputs []output) []byte {
	return source(func(body *hclwrite.Body) {
		for i, o := range outputs {
			if i > 0 {
				body.AppendNewline()
			}
			out := block(body, "output", []string{o.name},
				attribute{"description", text(o.description)}, attribute{"value", reference("module", module, o.name)})
			if o.sensitive {
				fill(out, attribute{"sensitive", boolean(true)})
			}
		}
	})
}

// variable is what a root is told from outside: by drover, or by a person.
type variable struct {
	name, description string
	kind, otherwise   hclwrite.Tokens // otherwise: the default, or nil for none
}

// The variables of color roots and of the foundation, as their roots refer to them.
const (
	protection = "deletion_protection" // is lifted only to delete what a root holds
	origin     = "origin"              // is in tags, and not in the files: a revision cannot name itself
	asked      = "addon_versions"      // of those that the spec says no version of: the platform's of the day on which a color is built
	images     = "node_images"         // of that day too
)

// variables are those of each root, the same in all clusters.
var variables = sync.OnceValue(func() map[Root][]variable {
	protected := variable{protection,
		"Whether what holds data or traffic refuses to be deleted. drover says false, and applies that, right before it destroys this root.",
		word("bool"), boolean(true)}
	made := variable{origin,
		"Tags that say what this color was built by: its rotation, and the revision of its files. drover writes them to origin.auto.tfvars.json.",
		hclwrite.TokensForFunctionCall("map", word("string")), object()}
	newest := variable{asked,
		"Versions of add-ons that the spec says none of, which the platform recommended on the day on which this color was built. drover writes them to versions.auto.tfvars.json. Without one an add-on has the version that is in main.tf.",
		hclwrite.TokensForFunctionCall("map", word("string")), object()}
	releases := variable{images,
		"Releases of the platform's own node images, by kind of image, which it recommended on the day on which this color was built. drover writes them to versions.auto.tfvars.json. Without one a node group starts from the newest when it is made.",
		hclwrite.TokensForFunctionCall("map", word("string")), object()}
	balancer := []attribute{{"dns_name", word("string")}, {"zone_id", word("string")}}
	management := hclwrite.TokensForFunctionCall("object", object(append([]attribute{{"domain", word("string")}}, balancer...)...))
	color := object(append(balancer, attribute{"weight", word("number")},
		attribute{"ipv6", hclwrite.TokensForFunctionCall("optional", word("bool"))},
		attribute{"probe", hclwrite.TokensForFunctionCall("optional", word("bool"))},
		attribute{"management", hclwrite.TokensForFunctionCall("optional", management)})...)
	colors := variable{"colors",
		"The colors that may get traffic: their load balancer, their share of the traffic, whether they are reached by IPv6 too, whether the platform probes them, and their load balancer for management interfaces if they have one. drover writes them to colors.auto.tfvars.json.",
		hclwrite.TokensForFunctionCall("map", hclwrite.TokensForFunctionCall("object", color)), nil}
	return map[Root][]variable{Foundation: {protected}, Blue: {protected, made, newest, releases}, Green: {protected, made, newest, releases}, Traffic: {colors}}
})

// variablesFiles are variables.tf of each root.
var variablesFiles = sync.OnceValue(func() map[Root][]byte {
	out := map[Root][]byte{}
	for r, of := range variables() {
		out[r] = variablesFile(of)
	}
	return out
})

func variablesFile(of []variable) []byte {
	return source(func(body *hclwrite.Body) {
		for i, v := range of {
			if i > 0 {
				body.AppendNewline()
			}
			declared := block(body, "variable", []string{v.name}, attribute{"description", text(v.description)}, attribute{"type", v.kind})
			if v.otherwise != nil {
				fill(declared, attribute{"default", v.otherwise})
			}
		}
	})
}

// requiredVersion is what the root's backend needs, and what the spec asks for
// beside it, as it is written there.
func requiredVersion(c spec.Cluster, b backend) string {
	asked := c.Spec.Terraform.Version
	if asked == "" || asked == spec.TerraformVersion {
		return b.needs
	}
	bounds := strings.Split(asked, ",")
	more := slices.DeleteFunc(slices.Clone(bounds), func(bound string) bool { return implied(bound, b.needs) })
	switch len(more) {
	case 0:
		return b.needs
	case len(bounds):
		return b.needs + ", " + asked
	}
	return b.needs + ", " + strings.TrimSpace(strings.Join(more, ","))
}

// implied tells whether a bound lets through all that needs, itself a least
// version, lets through, as >= 1.9 does for >= 1.9.5.
func implied(bound, needs string) bool {
	one, oneErr := leastVersion(bound)
	other, otherErr := leastVersion(needs)
	return oneErr == nil && otherErr == nil && one.LessThanOrEqual(other)
}

// leastVersion reads the bound ">= VERSION"; any other is an error.
func leastVersion(bound string) (*version.Version, error) {
	text, least := strings.CutPrefix(strings.TrimSpace(bound), ">=")
	if !least {
		return nil, fmt.Errorf("%q is not a least version", bound)
	}
	return version.NewVersion(strings.TrimSpace(text))
}

// tags are the tags of every resource of a root: drover's own, by which it
// finds what belongs to a color, the labels of the spec, and a color's origin.
func tags(c spec.Cluster, r Root) hclwrite.Tokens {
	all := map[string]string{}
	for key, value := range c.Metadata.Labels {
		all[key] = value
	}
	all["drover:cluster"] = c.Metadata.Name
	all["drover:root"] = string(r)
	all["managed-by"] = "drover"
	if r.color() != "" {
		all["drover:color"] = r.color()
		return hclwrite.TokensForFunctionCall("merge", mapping(all, text), reference("var", origin))
	}
	return mapping(all, text)
}

// byName makes a map of items by their unique names.
func byName[T any](items []T, name func(T) string) map[string]T {
	out := make(map[string]T, len(items))
	for _, item := range items {
		out[name(item)] = item
	}
	return out
}
