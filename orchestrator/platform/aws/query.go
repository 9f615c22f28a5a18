package aws

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/smithy-go"
)

// queries asks EC2 and IAM. Their few calls are written here, as EC2's own SDK package takes longer to compile than all of
// drover (94 s of processor time, measured).
type queries struct {
	configuration sdk.Config
}

// versions are those of the services' APIs.
var versions = map[string]string{"ec2": "2016-11-15", "iam": "2010-05-08"}

// largest is far above what an answer about a few resources takes.
const largest = 4 << 20

// endpoint is where a service is asked, and the region that the question is signed for. IAM is one service for all regions.
func (q queries) endpoint(service string) (endpoint, region string) {
	region = q.configuration.Region
	china := strings.HasPrefix(region, "cn-")
	host := service + "." + region
	if service == "iam" {
		host, region = "iam", "us-east-1"
		switch {
		case china:
			host, region = "iam.cn-north-1", "cn-north-1"
		case strings.HasPrefix(q.configuration.Region, "us-gov-"):
			host, region = "iam.us-gov", "us-gov-west-1"
		}
	}
	suffix := "amazonaws.com"
	if china {
		suffix += ".cn"
	}
	for _, given := range []string{os.Getenv("AWS_ENDPOINT_URL_" + strings.ToUpper(service)), sdk.ToString(q.configuration.BaseEndpoint)} {
		if given != "" {
			return given, region
		}
	}
	return "https://" + host + "." + suffix, region
}

// ask signs one query and sends it.
func (q queries) ask(ctx context.Context, service string, query url.Values) (body []byte, status int, err error) {
	endpoint, region := q.endpoint(service)
	query.Set("Version", versions[service])
	form := query.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, strings.NewReader(form))
	if err != nil {
		return nil, 0, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	credentials, err := q.configuration.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, 0, err
	}
	sum := sha256.Sum256([]byte(form))
	if err := v4.NewSigner().SignHTTP(ctx, credentials, request, hex.EncodeToString(sum[:]), service, region, time.Now()); err != nil {
		return nil, 0, err
	}
	answer, err := q.configuration.HTTPClient.Do(request)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = answer.Body.Close() }() // read to its end; closing tells nothing new
	body, err = io.ReadAll(io.LimitReader(answer.Body, largest))
	return body, answer.StatusCode, err
}

// refusal is an answer that is an error.
type refusal struct {
	status        int
	code, message string
}

var _ smithy.APIError = (*refusal)(nil)

func (r *refusal) Error() string {
	return fmt.Sprintf("it answered %d %s: %s", r.status, r.code, r.message)
}

// ErrorCode implements smithy.APIError.
func (r *refusal) ErrorCode() string { return r.code }

// ErrorMessage implements smithy.APIError.
func (r *refusal) ErrorMessage() string { return r.message }

// ErrorFault implements smithy.APIError.
func (r *refusal) ErrorFault() smithy.ErrorFault { return smithy.FaultUnknown }
