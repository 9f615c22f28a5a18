package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"

	"drover/generator"
	"drover/orchestrator/color"
)

// askedFile is a color root's input: the versions of add-ons that the platform recommended on the day on which the color
// was built, of those that the spec says none of. It is kept in the color's bundle and stays until the color is gone. A
// newer version makes no rotation due: it is taken by the next one.
const askedFile = "versions.auto.tfvars.json"

// withAsked adds what the platform recommends today. One that cannot be asked is no reason not to build: the files have
// versions of their own.
func (s *session) withAsked(ctx context.Context, c color.Color, files generator.Files) (generator.Files, error) {
	unsaid := s.Spec.UnsaidAddons()
	if len(unsaid) == 0 {
		return files, nil
	}
	got, err := s.ports.Cloud.AddonVersions(ctx, s.Spec.Spec.Kubernetes.Version, unsaid)
	if ctx.Err() != nil {
		return nil, fmt.Errorf("asking for versions of add-ons: %w", context.Cause(ctx))
	}
	if err != nil {
		s.Observer.Progress("add-ons have the versions that this drover brings: " + err.Error())
		return files, nil //nolint:nilerr // it was said, and the files do without
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		s.Observer.Detail(fmt.Sprintf("add-on %s: %s", name, got[name]))
	}
	data, err := json.MarshalIndent(map[string]any{"addon_versions": got}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encoding %s: %w", askedFile, err)
	}
	files = maps.Clone(files)
	files[s.askedName(root(c))] = append(data, '\n')
	return files, nil
}

func (s *session) askedName(r generator.Root) string {
	return path.Join(s.name(), string(r), askedFile)
}

// placeAsked brings the file to what the color was built with.
func (s *session) placeAsked(r generator.Root, files generator.Files) (changed bool, err error) {
	if r != generator.Blue && r != generator.Green {
		return false, nil
	}
	changed, err = s.ports.Workspace.Put(r, askedFile, files[s.askedName(r)])
	if err != nil {
		return false, fmt.Errorf("writing the versions of add-ons of %s: %w", r, err)
	}
	return changed, nil
}
