package cluster

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"drover/generator"
	"drover/generator/spec"
	"drover/orchestrator/color"
	"drover/orchestrator/redact"
	"drover/orchestrator/rotation"
	"drover/orchestrator/store"
)

// Options is what one command is asked to do, and with what.
type Options struct {
	Spec        spec.Cluster
	SpecFile    string // as the person named it, for messages
	Out         string // the Terraform directory, for messages
	Version     string // drover's own
	By          string // the person or pipeline that asks
	NoWindow    bool   // By has phases begin outside of the spec's window
	Again       bool   // also a revision that was rolled back before
	Once        string // a name under which one rotation at most is begun; empty: any number
	Ground      Ground // what it was decided on to rotate; empty: it was decided whatever there is
	BuildsFirst bool   // Terraform is needed, whatever the cluster is like
	Stop        time.Time
	Observer    Observer
	Secrets     *redact.Redactor // kept out of the journal; Connect adds what it learns
	Clock       rotation.Clock
	Store       *store.Store
	StoreAt     string       // where it is, for messages
	Holder      store.Holder // this process, for whoever finds the lease held
	// Connect opens the ports for the options' spec. It must not change anything.
	Connect func(ctx context.Context, o Options) (Ports, error)
}

func (o Options) name() string { return o.Spec.Metadata.Name }

// Host is a color's own test host name.
func Host(c spec.Cluster, of color.Color) string { return string(of) + "." + c.Spec.Ingress.Domain }

// cluster is a color's name on the platform.
func (o Options) cluster(c color.Color) string { return platformName(o.Spec, c) }

func platformName(c spec.Cluster, of color.Color) string {
	return c.Metadata.Name + "-" + string(of)
}

// dir is where a person finds a root.
func (o Options) dir(root generator.Root) string {
	return filepath.Join(o.Out, o.name(), string(root))
}

// rotateCommand is the line to paste that goes on.
func (o Options) rotateCommand() string { return o.command("rotate") }

// Command is the line to paste for a verb, as messages quote it.
func (o Options) Command(verb string) string { return o.command(verb) }

func (o Options) command(verb string) string {
	return fmt.Sprintf("`drover %s -f %s -o %s`", verb, o.SpecFile, o.Out)
}

// local is true if the states are in the Terraform directory itself.
func (o Options) local() bool { return o.Spec.Spec.State.Backend == "local" }
