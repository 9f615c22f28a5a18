package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"drover/generator/draft"
	"drover/generator/fleet"
	"drover/generator/spec"
)

// question is something that a spec needs and that has no safe default.
type question struct {
	flag, usage string
	ask         string
	path        string // of the spec
	in          func(*spec.Cluster) *string
	suggest     func(*asker) string // "" where nothing can be suggested
	only        spec.Platform       // the one platform that needs it; "": all do
}

var questions = []question{
	{"name", "the `NAME` of the cluster", "The name of the cluster, such as shop-prod", "metadata.name",
		func(c *spec.Cluster) *string { return &c.Metadata.Name }, noSuggestion, ""},
	{"platform", "the `PLATFORM`: aws, azure or google", "The platform: aws, azure or google", "spec.platform",
		func(c *spec.Cluster) *string { return (*string)(&c.Spec.Platform) }, func(*asker) string { return string(spec.AWS) }, ""},
	{"region", "the `REGION`, such as eu-west-1", "The region, such as eu-west-1", "spec.region",
		func(c *spec.Cluster) *string { return &c.Spec.Region }, noSuggestion, ""},
	{"cidr", "the address `RANGE` of the network (default: one that overlaps no other spec in the directory)", "The range of its network", "spec.network.cidr",
		func(c *spec.Cluster) *string { return &c.Spec.Network.CIDR }, (*asker).freeNetwork, ""},
	{"domain", "the `DOMAIN` that the cluster serves", "The domain that the cluster serves, such as shop.example.com", "spec.ingress.domain",
		func(c *spec.Cluster) *string { return &c.Spec.Ingress.Domain }, noSuggestion, ""},
	{"admin", "AWS: the `ARN` of the IAM role or user that administers the cluster", "Who administers the cluster, such as arn:aws:iam::123456789012:role/platform-admin", "spec.access.admins[0]",
		firstAdmin, noSuggestion, spec.AWS},
}

// firstAdmin is where the first admin of a spec is.
func firstAdmin(c *spec.Cluster) *string {
	if len(c.Spec.Access.Admins) == 0 {
		c.Spec.Access.Admins = []string{""}
	}
	return &c.Spec.Access.Admins[0]
}

func noSuggestion(*asker) string { return "" }

// asker fills in a spec: from flags, and by asking for the rest.
type asker struct {
	streams   streams
	neighbors []fleet.Member
	cluster   *spec.Cluster
	reader    *bufio.Reader
}

// freeNetwork is a range that overlaps nothing of the specs beside the new one.
func (a *asker) freeNetwork() string {
	if free, ok := fleet.Free(a.neighbors, 16); ok {
		return free.String()
	}
	return ""
}

// all goes through the questions. Without a terminal it names every flag that
// is missing at once.
func (a *asker) all(c *cli.Context) error {
	terminal := a.streams.in != nil && isTerminal(a.streams.in)
	var missing []string
	var wrong []error
	for _, q := range questions {
		if q.only != "" && a.cluster.Spec.Platform != q.only {
			continue
		}
		answer := q.in(a.cluster)
		if c.IsSet(q.flag) {
			*answer = c.String(q.flag)
			if problem := a.problem(q); problem != "" {
				wrong = append(wrong, fmt.Errorf("--%s: %s", q.flag, problem))
				continue
			}
		}
		if err := a.reconsider(q); err != nil {
			return err
		}
		switch suggestion := q.suggest(a); {
		case *answer != "", len(wrong) > 0: // nothing is asked when nothing can come of it
		case terminal:
			if err := a.one(c.Context, q, suggestion); err != nil {
				return err
			}
		case suggestion != "":
			*answer = suggestion
			if _, err := fmt.Fprintf(a.streams.err, "%s: %s (change it with --%s)\n", q.path, suggestion, q.flag); err != nil {
				return err
			}
		default:
			missing = append(missing, "--"+q.flag)
		}
	}
	if len(wrong) > 0 {
		return usageError{errors.Join(wrong...)}
	}
	if len(missing) > 0 {
		return usageError{fmt.Errorf("init asks questions, but there is no terminal; add %s", strings.Join(missing, " and "))}
	}
	return nil
}

// reconsider forgets what was taken over from elsewhere and is not right here.
func (a *asker) reconsider(q question) error {
	answer := q.in(a.cluster)
	if *answer == "" {
		return nil
	}
	problem := a.problem(q)
	if problem == "" {
		return nil
	}
	*answer = ""
	_, err := fmt.Fprintf(a.streams.err, "not converted: %s\n", problem)
	return err
}

// one asks until the answer is right.
func (a *asker) one(ctx context.Context, q question, suggestion string) error {
	shown := ""
	if suggestion != "" {
		shown = " [" + suggestion + "]"
	}
	answer := q.in(a.cluster)
	for {
		if _, err := fmt.Fprintf(a.streams.err, "%s%s: ", q.ask, shown); err != nil {
			return err
		}
		line, err := a.line(ctx)
		if err != nil {
			return err
		}
		if *answer = line; line == "" {
			*answer = suggestion
		}
		problem := "an answer is needed"
		if *answer != "" {
			problem = a.problem(q)
		}
		if problem == "" {
			return nil
		}
		if _, err := fmt.Fprintln(a.streams.err, "  "+problem); err != nil {
			return err
		}
	}
}

// line reads one answer.
func (a *asker) line(ctx context.Context) (string, error) {
	if a.reader == nil {
		a.reader = bufio.NewReader(a.streams.in)
	}
	line, err := readLine(ctx, a.reader)
	switch {
	case errors.Is(err, errInterrupted):
		return "", errors.New("nothing was written: init was interrupted")
	case errors.Is(err, io.EOF):
		return "", errors.New("nothing was written: the answers ended early")
	case err != nil:
		return "", fmt.Errorf("reading the answer: %w", err)
	}
	return line, nil
}

// problem says what is wrong with one answer, or "". The questions that come
// later are taken as answered well.
func (a *asker) problem(q question) string {
	var c spec.Cluster
	c.Metadata.Name, c.Spec.Platform, c.Spec.Region = "cluster", a.cluster.Spec.Platform, a.cluster.Spec.Region
	c.Spec.Network.CIDR, c.Spec.Ingress.Domain = "10.40.0.0/16", "example.com"
	if c.Spec.Platform == "" {
		c.Spec.Platform = spec.AWS
	}
	*q.in(&c) = *q.in(a.cluster)
	_, diagnostics, err := draft.Text("", c)
	if err != nil {
		return err.Error()
	}
	for _, d := range diagnostics.Errors() {
		if d.Path == q.path {
			return d.Message + "; " + d.Suggestion
		}
	}
	return a.clash(q, c)
}

// clash says which spec beside the new one an answer is in the way of.
func (a *asker) clash(q question, c spec.Cluster) string {
	if q.path != "metadata.name" {
		c.Metadata.Name = a.cluster.Metadata.Name
	}
	for _, d := range fleet.Check(append(slices.Clone(a.neighbors), fleet.Member{File: "the new spec", Cluster: c})) {
		if d.Path == q.path {
			return d.Message + "; " + d.Suggestion
		}
	}
	return ""
}
