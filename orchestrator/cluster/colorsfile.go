package cluster

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"drover/generator"
	"drover/orchestrator/journal"

	"github.com/google/renameio/v2"
)

// colorsFile is the traffic root's input: the one file that drover writes
// between renders. It comes from the journal alone, so that moving traffic
// back needs neither color's state.
const colorsFile = "colors.auto.tfvars.json"

// trafficColor is one entry of the traffic root's variable `colors`.
type trafficColor struct {
	DNSName    string             `json:"dns_name"`
	ZoneID     string             `json:"zone_id"`
	Weight     int                `json:"weight"`
	Management journal.Management `json:"management,omitzero"`
}

// colorsVariable gives the file's content; every weighted color must have an
// endpoint that the journal knows.
func colorsVariable(weights map[string]int, colors map[string]journal.Color) ([]byte, error) {
	entries := map[string]trafficColor{}
	for color, weight := range weights {
		e := colors[color].Endpoint
		if e.DNSName == "" {
			return nil, fmt.Errorf("setting the weight of %s: the journal knows no load balancer of it", color)
		}
		entries[color] = trafficColor{DNSName: e.DNSName, ZoneID: e.ZoneID, Weight: weight, Management: e.Management}
	}
	data, err := json.MarshalIndent(map[string]any{"colors": entries}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encoding %s: %w", colorsFile, err)
	}
	return append(data, '\n'), nil
}

func (s *session) writeColors(weights map[string]int) error {
	data, err := colorsVariable(weights, s.state.Colors)
	if err != nil {
		return err
	}
	path := filepath.Join(s.dir(generator.Traffic), colorsFile)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("writing the weights: %w", err)
	}
	if err := renameio.WriteFile(path, data, 0o644); err != nil {
		return fmt.Errorf("writing the weights: %w", err)
	}
	return nil
}
