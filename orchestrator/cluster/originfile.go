package cluster

import (
	"encoding/json"
	"fmt"
	"path/filepath"

	"github.com/google/renameio/v2"

	"drover/generator"
	"drover/orchestrator/journal"
)

// originFile is a color root's input: tags that say what the color was built
// by. They stay as they were on that day, whatever is changed in place later:
// another tag on the machines would replace every node.
const originFile = "origin.auto.tfvars.json"

// The tags of a color's origin.
const (
	revisionTag = "drover:revision"
	rotationTag = "drover:rotation"
)

// originOf gives the tags of a color that stands, from the journal alone, or
// of one that is to be built from a revision.
func originOf(s journal.State, color, revision string) map[string]string {
	rotation := ""
	if s.Rotation != nil {
		rotation = s.Rotation.ID
	}
	if c := s.Colors[color]; !c.BuiltAt.IsZero() {
		revision, rotation = c.BuiltFrom, c.BuiltBy
	}
	tags := map[string]string{revisionTag: revision}
	if rotation != "" {
		tags[rotationTag] = rotation
	}
	return tags
}

func (s *session) writeOrigin(root generator.Root, revision string) error {
	data, err := json.MarshalIndent(map[string]any{"origin": originOf(s.state, string(root), revision)}, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding %s: %w", originFile, err)
	}
	if err := renameio.WriteFile(filepath.Join(s.dir(root), originFile), append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("writing what %s is built by: %w", root, err)
	}
	return nil
}
