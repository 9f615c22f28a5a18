package aws

import (
	"fmt"
	"time"
)

// CredentialsEnd is when the temporary credentials in an environment end, if whoever put them there said so: the command
// `aws configure export-credentials --format env` does, in AWS_CREDENTIAL_EXPIRATION. It is zero where that is not known.
func CredentialsEnd(variable func(string) string) (time.Time, error) {
	text := variable("AWS_CREDENTIAL_EXPIRATION")
	if text == "" || variable("AWS_SESSION_TOKEN") == "" {
		return time.Time{}, nil
	}
	ends, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return ends, fmt.Errorf("AWS_CREDENTIAL_EXPIRATION is no time: %w", err)
	}
	return ends, nil
}
