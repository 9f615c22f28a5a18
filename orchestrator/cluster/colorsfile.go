package cluster

import (
	"encoding/json"
	"fmt"

	"drover/generator"
	"drover/orchestrator/color"
	"drover/orchestrator/journal"
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
	IPv6       bool               `json:"ipv6,omitzero"`
	Management journal.Management `json:"management,omitzero"`
}

// colorsVariable gives the file's content; every weighted color must have an
// endpoint that the journal knows.
func colorsVariable(weights color.Weights, colors map[color.Color]journal.Color) ([]byte, error) {
	entries := map[color.Color]trafficColor{}
	for c, weight := range weights {
		e := colors[c].Endpoint
		if e.DNSName == "" {
			return nil, fmt.Errorf("setting the weight of %s: the journal knows no load balancer of it", c)
		}
		entries[c] = trafficColor{DNSName: e.DNSName, ZoneID: e.ZoneID, Weight: weight, IPv6: e.IPv6, Management: e.Management}
	}
	data, err := json.MarshalIndent(map[string]any{"colors": entries}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encoding %s: %w", colorsFile, err)
	}
	return append(data, '\n'), nil
}

func (s *session) writeColors(weights color.Weights) error {
	data, err := colorsVariable(weights, s.state().Colors)
	if err != nil {
		return err
	}
	if _, err := s.ports.Workspace.Put(generator.Traffic, colorsFile, data); err != nil {
		return fmt.Errorf("writing the weights: %w", err)
	}
	return nil
}
