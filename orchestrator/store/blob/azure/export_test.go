package azure

import "time"

func init() { retry.RetryDelay = time.Millisecond }
