package google

import "time"

func init() { pause = time.Millisecond }
