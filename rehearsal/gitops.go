package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"drover/generator/spec"
	"drover/rehearsal/argocd"
	"drover/rehearsal/child"
	"drover/rehearsal/gitserver"
	"drover/rehearsal/kubernetes"
)

// GitOps has Argo CD run beside each cluster, and follow a repository of this machine.
type GitOps struct {
	Programs  argocd.Programs
	Directory string   // of the repository
	Address   string   // by which clusters know it, https
	Revisions []string // that it has to have
}

// gitOpsFor is what a spec's clusters follow; nil when no repository is given.
func gitOpsFor(ctx context.Context, c spec.Cluster, repository string, kubernetes bool, log io.Writer) (*GitOps, error) {
	g := c.Spec.GitOps
	switch {
	case repository == "":
		return nil, nil
	case g == nil:
		return nil, fmt.Errorf("--repository is served as the one that spec.gitops names, and %s has no gitops: add it, or leave the flag out", c.Metadata.Name)
	case !kubernetes:
		return nil, errors.New("--repository has Argo CD follow it, which needs the clusters' APIs: leave out --kubernetes=off, or --repository")
	}
	address, err := gitserver.Address(g.Repository)
	if err != nil {
		return nil, err
	}
	programs, err := argocd.Find(ctx, "", log)
	if err != nil {
		return nil, err
	}
	return &GitOps{Programs: programs, Directory: repository, Address: address, Revisions: revisionsOf(g)}, nil
}

// revisionsOf are those of each color, of which a spec may leave a part to the color.
func revisionsOf(g *spec.GitOps) []string {
	var all []string
	for _, color := range []string{"blue", "green"} {
		all = append(all, strings.ReplaceAll(g.Revision, spec.ColorMark, color))
	}
	return slices.Compact(all)
}

// gitOpsEdits say what of a spec's gitops is otherwise where a repository of this machine is served in its place.
func gitOpsEdits(g *spec.GitOps) []edit {
	var edits []edit
	address, err := gitserver.Address(g.Repository)
	if err == nil && address != g.Repository {
		edits = append(edits, edit{"gitops.repository", address, "the repository is read as " + address + " instead of " + g.Repository})
	}
	if len(g.Components) > 0 {
		edits = append(edits, edit{note: "of gitops.components, manifests are applied and nothing runs in the pods: " + strings.Join(g.Components, ", ")})
	}
	return edits
}

// agents are what runs of GitOps: the server of the repository, and Argo CD beside each cluster.
type agents struct {
	options GitOps
	source  gitserver.Source
	server  *gitserver.Server
	trusted map[string][]byte // authorities by host
	started func(child.Identity) error
	log     io.Writer

	recorder *recorder
}

// startGitOps serves the repository, and has Argo CD follow it beside every cluster from now on.
func (c *Cloud) startGitOps(ctx context.Context) error {
	o := c.options.GitOps
	if o == nil {
		return nil
	}
	if c.fleet == nil {
		return errors.New("GitOps needs clusters that have control planes")
	}
	u, err := url.Parse(o.Address)
	if err != nil {
		return fmt.Errorf("reading the repository's address: %w", err)
	}
	source, err := gitserver.Find(ctx, o.Directory, c.home.dir, o.Revisions...)
	if err != nil {
		return err
	}
	// It outlives ctx: clusters that end still read from it.
	server, err := gitserver.Open(context.WithoutCancel(ctx), map[string]string{o.Address: source.Dir}, c.ca.Issue)
	if err != nil {
		return err
	}
	c.agents = &agents{options: *o, source: source, server: server, trusted: map[string][]byte{u.Hostname(): c.ca.PEM()},
		started: c.home.record, log: c.options.Log, recorder: &recorder{jobs: map[string]map[string]bool{}}}
	c.fleet.Beside = c.agents.beside
	return nil
}

// beside has Argo CD's programs follow their workloads in a cluster.
func (a *agents) beside(ctx context.Context, cluster *kubernetes.Cluster) (io.Closer, error) {
	agent, err := argocd.Follow(ctx, argocd.Options{Programs: a.options.Programs, Cluster: cluster, Dir: filepath.Join(cluster.Dir(), "argocd"),
		Env: []string{"HTTPS_PROXY=" + a.server.URL(), "NO_PROXY=127.0.0.1"}, Authorities: a.trusted, Started: a.started, Log: a.log})
	if err != nil {
		return nil, err
	}
	watched, stop := context.WithCancel(context.WithoutCancel(ctx))
	var wait sync.WaitGroup
	wait.Go(func() { a.recorder.watch(watched, cluster) })
	return leaving{agent, func() {
		stop()
		wait.Wait()
	}}, nil
}

// leaving is an agent whose watch ends before it is closed.
type leaving struct {
	*argocd.Agent
	stop func()
}

func (l leaving) Close() error {
	l.stop()
	return l.Agent.Close()
}

func (a *agents) close() error {
	if a == nil {
		return nil
	}
	return a.server.Close()
}

// Followed is what Argo CD followed in a rehearsal.
type Followed struct {
	Release   string   `json:"release"`
	Directory string   `json:"directory"` // of the repository
	Address   string   `json:"address"`   // by which the clusters knew it
	Revision  string   `json:"revision"`
	Commit    string   `json:"commit"` // that it was at the start
	Native    []string `json:"native"` // Argo CD's workloads whose programs ran
	Played    []string `json:"played"` // those in whose pods nothing ran
}

// followed is nil when nothing was followed.
func (r *run) followed() *Followed {
	a := r.cloud.agents
	if a == nil {
		return nil
	}
	native, played := argocd.Workloads()
	return &Followed{Release: argocd.Version(), Directory: a.options.Directory, Address: a.options.Address,
		Revision: strings.Join(a.options.Revisions, ", "), Commit: a.source.Commit, Native: native, Played: played}
}

// write says what ran and what did not.
func (f *Followed) write(b *strings.Builder) {
	if f == nil {
		return
	}
	fmt.Fprintf(b, "  Argo CD %s beside each cluster: %s\n", f.Release, strings.Join(f.Native, ", "))
	fmt.Fprintf(b, "    it followed %s (%s, at first commit %s) as %s\n", f.Directory, f.Revision, f.Commit, f.Address)
}
