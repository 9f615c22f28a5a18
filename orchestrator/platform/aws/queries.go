package aws

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// queries asks a service of which a few calls are needed only, by AWS's query
// protocol or its JSON one: the SDK's own packages for these are large.
type queries struct {
	configuration             sdk.Config
	service, region, endpoint string
}

func newQueries(configuration sdk.Config, service string) *queries {
	endpoint := os.Getenv("AWS_ENDPOINT_URL_" + strings.ToUpper(service))
	if endpoint == "" {
		endpoint = sdk.ToString(configuration.BaseEndpoint)
	}
	if endpoint == "" {
		suffix := "amazonaws.com"
		if strings.HasPrefix(configuration.Region, "cn-") {
			suffix += ".cn"
		}
		endpoint = fmt.Sprintf("https://%s.%s.%s", service, configuration.Region, suffix)
	}
	return &queries{configuration, service, configuration.Region, endpoint}
}

// iamRegions are those that IAM, which is one service for all regions of a partition, is asked in, and its hosts.
var iamRegions = map[string][2]string{
	"": {"us-east-1", "iam.amazonaws.com"}, "cn-": {"cn-north-1", "iam.cn-north-1.amazonaws.com.cn"}, "us-gov-": {"us-gov-west-1", "iam.us-gov.amazonaws.com"},
}

// newIAM asks IAM.
func newIAM(configuration sdk.Config) *queries {
	q := newQueries(configuration, "iam")
	partition := ""
	for prefix := range iamRegions {
		if prefix != "" && strings.HasPrefix(configuration.Region, prefix) {
			partition = prefix
		}
	}
	q.region = iamRegions[partition][0]
	if os.Getenv("AWS_ENDPOINT_URL_IAM") == "" && sdk.ToString(configuration.BaseEndpoint) == "" {
		q.endpoint = "https://" + iamRegions[partition][1]
	}
	return q
}

// answerLimit is how many bytes of an answer are read at most: a thousand instances take some megabytes.
const answerLimit = 32 << 20

// ask signs one query and sends it.
func (q *queries) ask(ctx context.Context, query url.Values) (body []byte, status int, err error) {
	return q.send(ctx, query.Encode(), http.Header{"Content-Type": {"application/x-www-form-urlencoded; charset=utf-8"}})
}

// askJSON is ask in the JSON protocol, in which a header names the operation.
func (q *queries) askJSON(ctx context.Context, operation string, in any) (body []byte, status int, err error) {
	text, err := json.Marshal(in)
	if err != nil {
		return nil, 0, err
	}
	return q.send(ctx, string(text), http.Header{"Content-Type": {"application/x-amz-json-1.1"}, "X-Amz-Target": {operation}})
}

func (q *queries) send(ctx context.Context, text string, header http.Header) (body []byte, status int, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, q.endpoint, strings.NewReader(text))
	if err != nil {
		return nil, 0, err
	}
	request.Header = header
	credentials, err := q.configuration.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, 0, err
	}
	sum := sha256.Sum256([]byte(text))
	if err := v4.NewSigner().SignHTTP(ctx, credentials, request, hex.EncodeToString(sum[:]), q.service, q.region, time.Now()); err != nil {
		return nil, 0, err
	}
	answer, err := q.configuration.HTTPClient.Do(request)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = answer.Body.Close() }() // read to its end; closing tells nothing new
	body, err = io.ReadAll(io.LimitReader(answer.Body, answerLimit))
	return body, answer.StatusCode, err
}
