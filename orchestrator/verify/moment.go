package verify

import "context"

// Moment is when a check is asked: what a judge outside of drover needs to know beside the color.
type Moment struct {
	Rotation string // the id of the one under way; empty if none is
	Phase    string // verify, shift or soak; empty for the color that serves while no rotation is under way
	Share    int    // of the traffic that the color has, in percent
}

type momentKey struct{}

// At tells the checks that run with the context when they are asked.
func At(ctx context.Context, m Moment) context.Context { return context.WithValue(ctx, momentKey{}, m) }

// momentOf is what At told.
func momentOf(ctx context.Context) Moment {
	m, _ := ctx.Value(momentKey{}).(Moment)
	return m
}
