package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"time"

	"drover/generator"
	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
	"drover/orchestrator/store"
	"drover/orchestrator/terraform"
)

const (
	// lockFile has the versions of a root's providers. It is kept in the root's bundle, so that every machine uses the same.
	lockFile = ".terraform.lock.hcl"
	// erroredFile is the state that Terraform leaves behind when it could not save it, and erroredState what such a state
	// is kept as in the store.
	erroredFile  = "errored.tfstate"
	erroredState = "errored-state"
	stateFile    = "terraform.tfstate"
	mainFile     = "main.tf" // that every root has
	keepLimit    = time.Minute
)

// bundle reads the files that a root's state was last changed with.
func (s *session) bundle(ctx context.Context, r generator.Root) (generator.Files, error) {
	return s.files(ctx, r, s.state().Bundles[string(r)])
}

func (s *session) files(ctx context.Context, r generator.Root, digest string) (generator.Files, error) {
	if digest == "" {
		return nil, fmt.Errorf("the journal names no files of %s; run %s", r, s.command("apply"))
	}
	files, err := s.Store.Bundle(ctx, digest)
	if err != nil {
		return nil, fmt.Errorf("reading the files of %s: %w", r, err)
	}
	return files, nil
}

// bundlesAreWhole reads the files of every root that stands: what would destroy or follow with broken ones is not begun.
func (s *session) bundlesAreWhole(ctx context.Context) error {
	for _, r := range allRoots {
		if s.state().Bundles[string(r)] == "" {
			continue
		}
		if _, err := s.bundle(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// prepare makes a root ready to plan, whatever has become of its directory: its files are these, it is initialized, and
// a state that Terraform once could not save is pushed.
func (s *session) prepare(ctx context.Context, r generator.Root, files generator.Files, emit rotation.Emit) (Stack, error) {
	if err := s.place(r, files); err != nil {
		return nil, err
	}
	stack, err := s.initialized(ctx, r)
	if err != nil || s.lease == nil {
		return stack, err
	}
	if err := s.pushBehind(ctx, stack, r, emit); err != nil {
		return nil, err
	}
	return stack, s.stateIsHere(ctx, stack, r)
}

// place writes a root's files again. A root whose files changed is initialized anew.
func (s *session) place(r generator.Root, files generator.Files) error {
	rendered := maps.Clone(files)
	lockName := path.Join(s.name(), string(r), lockFile)
	delete(rendered, lockName)
	delete(rendered, s.askedName(r))
	changed, err := s.ports.Workspace.Write(rendered, true)
	if err != nil {
		return fmt.Errorf("writing the files of %s: %w", r, err)
	}
	if versions, has := files[lockName]; has {
		put, err := s.ports.Workspace.Put(r, lockFile, versions)
		if err != nil {
			return fmt.Errorf("writing the provider versions of %s: %w", r, err)
		}
		changed = changed || put
	}
	put, err := s.placeAsked(r, files)
	if err != nil {
		return err
	}
	if changed || put {
		delete(s.stacks, r)
	}
	return nil
}

// initialized opens a root and initializes it, once for the files that it has.
func (s *session) initialized(ctx context.Context, r generator.Root) (Stack, error) {
	if stack, ok := s.stacks[r]; ok {
		return stack, nil
	}
	stack, err := s.ports.Stack(r)
	if err != nil {
		return nil, fmt.Errorf("opening the %s root: %w", r, err)
	}
	if err := stack.Init(ctx); err != nil {
		return nil, fmt.Errorf("initializing the %s root: %w", r, err)
	}
	s.stacks[r] = stack
	return stack, nil
}

// withVersions adds what a root's state was last changed with, where the files have none: the versions of providers, and
// those of add-ons that were asked for.
func (s *session) withVersions(ctx context.Context, r generator.Root, files generator.Files) (generator.Files, error) {
	if s.state().Bundles[string(r)] == "" {
		return files, nil
	}
	had, err := s.bundle(ctx, r)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{path.Join(s.name(), string(r), lockFile), s.askedName(r)} {
		if versions, has := had[name]; has {
			files = maps.Clone(files)
			files[name] = versions
		}
	}
	return files, nil
}

// keep puts a root's files into the store, with the provider versions that it was initialized with.
func (s *session) keep(ctx context.Context, r generator.Root, files generator.Files) (digest string, err error) {
	versions, err := s.ports.Workspace.Get(r, lockFile)
	if err != nil {
		return "", fmt.Errorf("reading the provider versions of %s: %w", r, err)
	}
	name := path.Join(s.name(), string(r), lockFile)
	if versions != nil && !bytes.Equal(files[name], versions) {
		files = maps.Clone(files)
		files[name] = versions
	}
	return s.Store.SaveBundle(ctx, files)
}

// apply carries out a plan that was recorded as intended. A state that Terraform could not save is kept before anything
// else.
func (s *session) apply(ctx context.Context, stack Stack, plan *terraform.Plan, r generator.Root, emit rotation.Emit) error {
	if err := s.valid(); err != nil {
		return err
	}
	err := stack.Apply(ctx, plan)
	if err == nil {
		return nil
	}
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepLimit)
	defer cancel()
	return errors.Join(err, s.keepBehind(bounded, r, emit))
}

// keepBehind puts a state that Terraform left behind into the store, where any machine finds it.
func (s *session) keepBehind(ctx context.Context, r generator.Root, emit rotation.Emit) error {
	data, err := s.ports.Workspace.Get(r, erroredFile)
	if err != nil || data == nil {
		return err
	}
	if pushed, err := s.wasPushed(ctx, store.AttachmentOf(erroredState, string(r), data)); err != nil {
		return err
	} else if pushed {
		return s.dropPushed(r)
	}
	kept, err := s.Store.SaveAttachment(ctx, erroredState, string(r), data)
	if err != nil {
		return fmt.Errorf("keeping the state that Terraform could not save, which is %s: %w", filepath.Join(s.dir(r), erroredFile), err)
	}
	if slices.Contains(s.behind, kept) {
		return nil
	}
	s.behind = append(s.behind, kept)
	return emit(ctx, journal.Event{Kind: journal.Attached, Root: string(r), Bundle: kept.Digest, Detail: "the state that Terraform could not save"})
}

// wasPushed is true of a state that was kept before and is not kept any more.
func (s *session) wasPushed(ctx context.Context, a store.Attachment) (bool, error) {
	if !s.state().Attached[a.Digest] {
		return false, nil
	}
	kept, err := s.Store.Attachments(ctx, erroredState)
	return err == nil && !slices.Contains(kept, a), err
}

// dropPushed removes a state that another machine has pushed since this one kept it: the root has moved on, and Terraform
// would refuse it, here and, once it is in the store, everywhere.
func (s *session) dropPushed(r generator.Root) error {
	at := filepath.Join(s.dir(r), erroredFile)
	if _, err := s.ports.Workspace.Put(r, erroredFile, nil); err != nil {
		return fmt.Errorf("removing %s, which another machine has pushed: %w", at, err)
	}
	s.Observer.Progress("removed " + at + ", which another machine has pushed")
	return nil
}

// pushBehind pushes what Terraform could not save, on whatever machine that was.
func (s *session) pushBehind(ctx context.Context, stack Stack, r generator.Root, emit rotation.Emit) error {
	if err := s.keepBehind(ctx, r, emit); err != nil {
		return err
	}
	for _, a := range slices.Clone(s.behind) {
		if a.Name != string(r) {
			continue
		}
		data, err := s.Store.Attachment(ctx, a)
		if err != nil {
			return err
		}
		if _, err := s.ports.Workspace.Put(r, erroredFile, data); err != nil {
			return fmt.Errorf("writing the state that Terraform could not save in the %s root: %w", r, err)
		}
		if err := s.valid(); err != nil {
			return err
		}
		if _, err := stack.RecoverState(ctx); err != nil {
			return fmt.Errorf("pushing the state that Terraform left behind in the %s root: %w", r, err)
		}
		if err := s.Store.DeleteAttachment(ctx, a); err != nil {
			return err
		}
		s.behind = slices.DeleteFunc(s.behind, func(other store.Attachment) bool { return other == a })
		s.Observer.Progress(fmt.Sprintf("pushed the state that Terraform left behind in the %s root", r))
	}
	return nil
}

// stateIsHere refuses to go on where a state is a file of the Terraform directory, and that was lost.
func (s *session) stateIsHere(ctx context.Context, stack Stack, r generator.Root) error {
	_, open := s.state().Open[string(r)]
	if !s.local() || s.state().Bundles[string(r)] == "" || open {
		return nil
	}
	if r == generator.Traffic && len(s.state().Weights) == 0 { // it has no records yet
		return nil
	}
	empty, err := stack.StateEmpty(ctx)
	if err != nil {
		return fmt.Errorf("asking what %s's state holds: %w", r, err)
	}
	if !empty {
		return nil
	}
	return refuse(fmt.Sprintf("%s stands by the journal, and its state, which was %s, is not there", r, filepath.Join(s.dir(r), stateFile)),
		"restore that file: with the local backend the states are in the Terraform directory and nowhere else. Everything else there can be lost")
}

// standing is true if the journal has anything of a color that may still be there.
func (s *session) standing(c color.Color) bool { return s.state().Bundles[string(c)] != "" }
