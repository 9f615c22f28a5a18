package awsproxy_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go"

	"drover/rehearsal/aws/apimodel"
	"drover/rehearsal/aws/awsapi"
	"drover/rehearsal/aws/awsproxy"
	"drover/rehearsal/aws/moto"
)

const (
	account = "210987654321"
	region  = "eu-west-1"
)

// proxy is one endpoint for all tests: each uses names of its own. Its clusters have no control planes.
var (
	proxy   *awsproxy.Proxy
	motoURL *url.URL
	models  string // where the API models are
)

func TestMain(m *testing.M) {
	code, err := withProxy(context.Background(), m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "the tests of the AWS proxy need moto's server:", err)
		code = 1
	}
	os.Exit(code)
}

func withProxy(ctx context.Context, m *testing.M) (code int, err error) {
	dir, err := os.MkdirTemp("", "awsproxy-test-")
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	server, err := moto.Start(ctx, moto.Options{Account: account, Dir: dir})
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	motoURL = server.URL()
	if models, err = apimodel.Find(ctx, server.Command()); err != nil {
		return 1, err
	}
	if proxy, err = awsproxy.Start(ctx, awsproxy.Options{Moto: server.URL(), Account: account, Log: io.Discard, Models: models,
		// The tests make more networks than AWS grants.
		Quotas: map[string]float64{"L-F678F1CE": 1000, "L-A4707A72": 1000}}); err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, proxy.Close()) }()
	if err = pointSDK(proxy.URL()); err != nil {
		return 1, err
	}
	if sdk, err = startSDK(ctx, server.Command(), proxy.URL()); err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, sdk.close()) }()
	return m.Run(), nil
}

func config() aws.Config {
	return aws.Config{Region: region, BaseEndpoint: aws.String(proxy.URL()),
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
		// A refusal is what many tests ask for: it must not be tried again.
		RetryMaxAttempts: 1}
}

func api() *awsapi.Client {
	return &awsapi.Client{Endpoint: proxy.URL(), Region: region, HTTP: http.DefaultClient}
}

// subnets makes a VPC with subnets in as many zones.
func subnets(t *testing.T, zones ...string) []string {
	t.Helper()
	var vpc struct {
		ID string `xml:"vpc>vpcId"`
	}
	ask(t, "CreateVpc", url.Values{"CidrBlock": {"10.0.0.0/16"}}, &vpc)
	var ids []string
	for i, zone := range zones {
		var subnet struct {
			ID string `xml:"subnet>subnetId"`
		}
		ask(t, "CreateSubnet", url.Values{"VpcId": {vpc.ID}, "CidrBlock": {fmt.Sprintf("10.0.%d.0/24", i)},
			"AvailabilityZone": {region + zone}}, &subnet)
		ids = append(ids, subnet.ID)
	}
	return ids
}

func ask(t testing.TB, action string, params url.Values, out any) {
	t.Helper()
	if err := api().Query(t.Context(), "ec2", "2016-11-15", action, params, out); err != nil {
		t.Fatal(err)
	}
}

// refusedWith fails unless err is a refusal of AWS's with that code.
func refusedWith(t *testing.T, what, code string, err error) {
	t.Helper()
	var refused smithy.APIError
	if !errors.As(err, &refused) {
		t.Errorf("%s: got %v, want %s", what, err, code)
		return
	}
	if refused.ErrorCode() != code {
		t.Errorf("%s: refused with %s (%s), want %s", what, refused.ErrorCode(), refused.ErrorMessage(), code)
	}
}

// refusalCode is the code that a call was refused with; empty for success, and the error itself for anything else.
func refusalCode(err error) string {
	var refused *awsapi.Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &refused):
		return refused.Code
	}
	return err.Error()
}
