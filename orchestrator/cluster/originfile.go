package cluster

import (
	"encoding/json"
	"fmt"

	"drover/orchestrator/color"
	"drover/orchestrator/journal"
)

// originFile is a color root's input: tags that say what the color was built
// by. They stay as they were on that day, whatever is changed in place later:
// another tag on the machines would replace every node.
//
// It is there exactly while the color stands, as far as this directory knows.
const originFile = "origin.auto.tfvars.json"

// BuiltFile is the file of a color's root that drover writes when it builds the color, and removes with it.
const BuiltFile = originFile

// The tags of a color's origin.
const (
	revisionTag = "drover:revision"
	rotationTag = "drover:rotation"
)

// originOf gives the tags of a color that stands, from the journal alone, or
// of one that is to be built from a revision.
func originOf(s journal.State, c color.Color, revision string) map[string]string {
	rotation := ""
	if s.Rotation != nil {
		rotation = s.Rotation.ID
	}
	if begun, ok := s.Begun[string(c)]; ok { // what it made has these tags, whoever ends it
		rotation = begun.Rotation
	}
	if c := s.Colors[c]; !c.BuiltAt.IsZero() {
		revision, rotation = c.BuiltFrom, c.BuiltBy
	}
	tags := map[string]string{revisionTag: revision}
	if rotation != "" {
		tags[rotationTag] = rotation
	}
	return tags
}

func (s *session) writeOrigin(c color.Color, revision string) error {
	data, err := json.MarshalIndent(map[string]any{"origin": originOf(*s.state(), c, revision)}, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding %s: %w", originFile, err)
	}
	if _, err := s.ports.Workspace.Put(root(c), originFile, append(data, '\n')); err != nil {
		return fmt.Errorf("writing what %s is built by: %w", c, err)
	}
	return nil
}
