package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"time"

	"drover/generator"
	"drover/orchestrator/color"
	"drover/orchestrator/platform"
)

// askedFile is a color root's input: what the platform recommended on the day on which the color was built, of what the
// spec does not say. That is versions of add-ons and releases of node images. It is kept in the color's bundle and stays
// until the color is gone. A newer version makes no rotation due: it is taken by the next one.
const askedFile = "versions.auto.tfvars.json"

// askLimit is how long drover asks before it does without.
const askLimit = time.Minute

// question is one variable of the file.
type question struct {
	variable, what, without string
	ask                     func(context.Context) (map[string]string, error)
}

func (s *session) questions() (list []question) {
	version, cloud := s.Spec.Spec.Kubernetes.Version, s.ports.Cloud
	if unsaid := s.Spec.UnsaidAddons(); len(unsaid) > 0 {
		list = append(list, question{"addon_versions", "add-on", "add-ons have the versions that this drover brings",
			func(ctx context.Context) (map[string]string, error) { return cloud.AddonVersions(ctx, version, unsaid) }})
	}
	var nodes []platform.Nodes
	for _, pool := range s.Spec.Spec.NodePools {
		if pool.Image == "" && len(pool.Machines) > 0 {
			nodes = append(nodes, platform.Nodes{Machine: pool.Machines[0], System: pool.OS})
		}
	}
	if len(nodes) > 0 {
		list = append(list, question{"node_images", "node image", "node groups start from the newest image when they are made",
			func(ctx context.Context) (map[string]string, error) { return cloud.NodeImages(ctx, version, nodes) }})
	}
	return list
}

// withAsked adds what the platform recommends today. One that cannot be asked is no reason not to build: the files do
// without.
func (s *session) withAsked(ctx context.Context, c color.Color, files generator.Files) (generator.Files, error) {
	answers := map[string]map[string]string{}
	for _, q := range s.questions() {
		bounded, cancel := context.WithTimeout(ctx, askLimit)
		got, err := q.ask(bounded)
		cancel()
		if ctx.Err() != nil {
			return nil, fmt.Errorf("asking for the version of each %s: %w", q.what, context.Cause(ctx))
		}
		if err != nil {
			s.Observer.Progress(q.without + ": " + err.Error())
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(got)) {
			s.Observer.Detail(fmt.Sprintf("%s %s: %s", q.what, name, got[name]))
		}
		answers[q.variable] = got
	}
	if len(answers) == 0 {
		return files, nil
	}
	data, err := json.MarshalIndent(answers, "", "  ")
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
		return false, fmt.Errorf("writing the versions that were asked for %s: %w", r, err)
	}
	return changed, nil
}
