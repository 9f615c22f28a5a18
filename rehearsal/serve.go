package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"

	"drover/generator/spec"
	"drover/rehearsal/fault"
	"drover/rehearsal/kubernetes/programs"
)

// ServeOptions say which spec's cloud to serve.
type ServeOptions struct {
	Spec spec.Cluster
	Dir  string    // empty is a temporary one
	Out  io.Writer // takes the export lines, once everything answers
	Log  io.Writer
	// Kubernetes gives each EKS cluster a control plane, whose programs are fetched or built if they are not there.
	Kubernetes bool
	// Repository is a directory that is served as the repository which the spec's gitops names. Empty: nothing is.
	Repository string
	// Faults come at their times after the lines were printed; those that need a drover of the rehearsal's own are
	// refused.
	Faults []fault.Injection
	// Calls is a file that takes the kinds of API calls that are made; empty: none does.
	Calls string
	// From is the address that the clusters' network sees of drover's machine. The zero address: one inside of it.
	From netip.Addr
}

// errMotoEnded says that the simulated account is gone under a rehearsal.
var errMotoEnded = errors.New("moto's server ended by itself; see moto.log in the rehearsal's directory (--dir keeps it)")

// Serve starts the cloud of a spec, prints the lines that point a shell at it, and stays until ctx is done.
func Serve(ctx context.Context, o ServeOptions) (err error) {
	if err := errors.Join(servable(o.Faults), silenceable(o.Faults, o.Kubernetes)); err != nil {
		return err
	}
	options, err := optionsFor(ctx, o.Spec, o.Kubernetes, o.Repository, o.Log)
	if err != nil {
		return err
	}
	options.Dir, options.Log, options.Calls = o.Dir, o.Log, o.Calls
	options.comesFrom(o.From)
	c, err := Start(ctx, options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	made, err := c.seed(ctx, o.Spec)
	if err != nil {
		return err
	}
	if c.agents != nil {
		made = append(made, gitOpsEdits(o.Spec.Spec.GitOps)...)
	}
	if _, err := io.WriteString(o.Out, differences(made)+exports(c.Env())); err != nil {
		return fmt.Errorf("print how to reach the cloud: %w", err)
	}
	b := startBreaker(ctx, c, "", o.Faults, func(format string, args ...any) { _, _ = fmt.Fprintf(o.Log, "rehearsal: "+format+"\n", args...) })
	defer b.stop()
	select {
	case <-ctx.Done():
		return nil
	case <-c.Done():
		return errMotoEnded
	}
}

// servable refuses faults that need to know what drover does: a cloud alone does not.
func servable(faults []fault.Injection) error {
	var errs []error
	for _, in := range faults {
		if in.Phase != "" || in.Fault.Place == fault.Process || in.Fault.Place == fault.Disk {
			errs = append(errs, fmt.Errorf("%s: with --serve, the rehearsal runs no drover: take a fault of the cloud, and a time such as 90s", in))
		}
	}
	return errors.Join(errs...)
}

// optionsFor is the cloud that a spec's cluster is rehearsed in.
func optionsFor(ctx context.Context, c spec.Cluster, kubernetes bool, repository string, log io.Writer) (Options, error) {
	if c.Spec.Platform != spec.AWS {
		return Options{}, fmt.Errorf("rehearse %s: only clusters on aws can be rehearsed, and this one is on %s", c.Metadata.Name, c.Spec.Platform)
	}
	o := Options{Region: c.Spec.Region, Account: c.Spec.Account, Domain: c.Spec.Ingress.Domain, Source: insideOf(c.Spec.Network)}
	if m := c.Spec.Ingress.Management; m != nil {
		o.Management = m.Domain
	}
	if c.Spec.State.Backend == "s3" {
		o.Bucket = c.Spec.State.Bucket
	}
	var err error
	if o.GitOps, err = gitOpsFor(ctx, c, repository, kubernetes, log); err != nil || !kubernetes {
		return o, err
	}
	set, err := programs.Find(ctx, programs.Options{Log: log})
	if err != nil {
		return Options{}, err
	}
	o.Kubernetes, o.As = &set, runsAs(c.Spec)
	if o.GitOps == nil { // what the repository brings needs nothing in its place
		o.StandIns = slices.Concat(standIns(c.Spec), gateway(c.Spec))
	}
	return o, nil
}

// hosts are the names that the ingresses' certificate is for.
func (o Options) hosts() []string {
	domains := []string{o.Domain}
	if m := o.Management; m != "" {
		domains = append(domains, m, "blue."+m, "green."+m)
	}
	var hosts []string
	for _, domain := range domains {
		hosts = append(hosts, domain, "*."+domain)
	}
	return hosts
}

// differences are comments that say what of a spec is otherwise here: what drover is given has to name it so.
func differences(edits []edit) string {
	var b strings.Builder
	for _, note := range notes(edits) {
		fmt.Fprintf(&b, "# %s\n", note)
	}
	return b.String()
}

// exports are lines that a POSIX shell can read, sorted, and a comment that ends them.
func exports(env map[string]string) string {
	var b strings.Builder
	names := make([]string, 0, len(env))
	for name := range env {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&b, "export %s='%s'\n", name, strings.ReplaceAll(env[name], "'", `'\''`))
	}
	b.WriteString("# The cloud is ready, and stays until it is interrupted.\n")
	return b.String()
}

// comesFrom has drover's machine be somewhere else than inside the network of its cluster.
func (o *Options) comesFrom(from netip.Addr) {
	if from.IsValid() {
		o.Source = from.String()
	}
}

// insideOf is an address in the network of a cluster, whose private API a rehearsal's drover reaches as from inside.
func insideOf(n spec.Network) string {
	network, err := netip.ParsePrefix(n.CIDR)
	if err != nil {
		return "" // validation has said so
	}
	at := network.Masked().Addr()
	for range 9 {
		at = at.Next()
	}
	return at.String()
}
