//go:build !unix

package rehearsal

import "time"

// processorTime is not known here.
func processorTime() time.Duration { return 0 }
