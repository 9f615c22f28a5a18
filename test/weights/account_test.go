// Package weights holds that the weights which drover writes to DNS by itself are those that Terraform would write: its
// plan afterwards changes nothing. It must never write a weight but through the platform or Terraform.
package weights

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"drover/rehearsal/aws/awsproxy"
	"drover/rehearsal/aws/moto"
)

const region = "eu-west-1"

// propagates is how long a change of records is PENDING in the simulated account.
const propagates = 400 * time.Millisecond

// variables point Terraform and AWS's SDK at the simulated account.
var variables []string

func TestMain(m *testing.M) {
	code, err := withAccount(context.Background(), m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "these tests need a simulated account:", err)
		code = 1
	}
	os.Exit(code)
}

func withAccount(ctx context.Context, m *testing.M) (code int, err error) {
	dir, err := os.MkdirTemp("", "weights-test-")
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	server, err := moto.Start(ctx, moto.Options{Dir: dir})
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	proxy, err := awsproxy.Start(ctx, awsproxy.Options{Moto: server.URL(), Log: io.Discard, InSync: func(written time.Time) bool { return time.Since(written) >= propagates }})
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, proxy.Close()) }()
	variables = []string{"AWS_ENDPOINT_URL=" + proxy.URL(), "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_SESSION_TOKEN=",
		"AWS_REGION=" + region, "AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull}
	for _, variable := range variables {
		name, value, _ := strings.Cut(variable, "=")
		if err := os.Setenv(name, value); err != nil {
			return 1, err
		}
	}
	return m.Run(), nil
}
