package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const heartbeats = "heartbeats/"

// heartbeat is what the holder of a lease overwrites to show that it lives, and how far the journal goes.
type heartbeat struct {
	Cluster string    `json:"cluster"`
	Fence   int64     `json:"fence"`
	Time    time.Time `json:"time"`
	Beat    int64     `json:"beat"` // 1, 2, 3, …
	Head    Head      `json:"head"`
}

func heartbeatName(fence int64) string { return numbered(heartbeats, fence) }

func (h *heartbeat) name() string { return heartbeatName(h.Fence) }

// lastHeartbeat reads the heartbeat of the highest fence; nil if there is none.
func (s *Store) lastHeartbeat(ctx context.Context) (*heartbeat, error) {
	// A new holder deletes the former one's heartbeat, maybe between the two requests.
	for range 3 {
		names, err := s.objects.List(ctx, heartbeats, "")
		if err != nil {
			return nil, fmt.Errorf("listing the heartbeats: %w", err)
		}
		if len(names) == 0 {
			return nil, nil
		}
		beat, err := s.readHeartbeat(ctx, names[len(names)-1])
		if !errors.Is(err, ErrNotFound) {
			return beat, err
		}
	}
	return nil, damaged(heartbeats, "lists a heartbeat that cannot be read")
}

func (s *Store) readHeartbeat(ctx context.Context, name string) (*heartbeat, error) {
	raw, err := s.objects.Read(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	var beat heartbeat
	if _, err := unseal("heartbeat", name, raw, &beat); err != nil {
		return nil, err
	}
	if beat.name() != name {
		return nil, damaged(name, fmt.Sprintf("is a copy of %s", beat.name()))
	}
	if beat.Cluster != s.cluster {
		return nil, damaged(name, "belongs to the cluster "+beat.Cluster)
	}
	return &beat, nil
}

// writeHeartbeat overwrites the holder's own heartbeat.
func (s *Store) writeHeartbeat(ctx context.Context, beat heartbeat) error {
	beat.Cluster = s.cluster
	raw, _, err := seal("heartbeat", beat)
	if err != nil {
		return err
	}
	if err := s.objects.Write(ctx, beat.name(), raw); err != nil {
		return fmt.Errorf("writing %s: %w", beat.name(), err)
	}
	return nil
}
