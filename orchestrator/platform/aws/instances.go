package aws

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
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

// instances asks EC2 which machines are there. The one call is written here,
// as EC2's own SDK package takes longer to compile than all of drover (94 s
// of processor time, measured).
type instances struct {
	configuration sdk.Config
	endpoint      string
}

// terminated is EC2's word for a machine that is gone and still listed, by
// EC2 and by the tagging API, for about an hour.
const terminated = "terminated"

// answerLimit is how many bytes of an answer are read at most: a thousand instances take some megabytes.
const answerLimit = 32 << 20

func newInstances(configuration sdk.Config) *instances {
	endpoint := os.Getenv("AWS_ENDPOINT_URL_EC2")
	if endpoint == "" {
		endpoint = sdk.ToString(configuration.BaseEndpoint)
	}
	if endpoint == "" {
		suffix := "amazonaws.com"
		if strings.HasPrefix(configuration.Region, "cn-") {
			suffix += ".cn"
		}
		endpoint = fmt.Sprintf("https://ec2.%s.%s", configuration.Region, suffix)
	}
	return &instances{configuration: configuration, endpoint: endpoint}
}

// described is the part of EC2's answer that is read.
type described struct {
	States []string `xml:"reservationSet>item>instancesSet>item>instanceState>name"`
}

// gone is true for a machine that EC2 does not know, or knows as terminated.
func (i *instances) gone(ctx context.Context, id string) (bool, error) {
	body, status, err := i.ask(ctx, url.Values{"Action": {"DescribeInstances"}, "Version": {"2016-11-15"}, "InstanceId.1": {id}})
	if err != nil {
		return false, explain("asking EC2 for the instance "+id, err)
	}
	if status == http.StatusBadRequest && strings.Contains(string(body), "InvalidInstanceID.NotFound") {
		return true, nil
	}
	if status != http.StatusOK {
		return false, fmt.Errorf("asking EC2 for the instance %s: it answered %d: %.200s", id, status, body)
	}
	var answer described
	if err := xml.Unmarshal(body, &answer); err != nil {
		return false, fmt.Errorf("reading EC2's answer about the instance %s: %w", id, err)
	}
	for _, state := range answer.States {
		if state != terminated {
			return false, nil
		}
	}
	return true, nil
}

// ask signs one query and sends it.
func (i *instances) ask(ctx context.Context, query url.Values) (body []byte, status int, err error) {
	form := query.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, i.endpoint, strings.NewReader(form))
	if err != nil {
		return nil, 0, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	credentials, err := i.configuration.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, 0, err
	}
	sum := sha256.Sum256([]byte(form))
	if err := v4.NewSigner().SignHTTP(ctx, credentials, request, hex.EncodeToString(sum[:]), "ec2", i.configuration.Region, time.Now()); err != nil {
		return nil, 0, err
	}
	answer, err := i.configuration.HTTPClient.Do(request)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = answer.Body.Close() }() // read to its end; closing tells nothing new
	body, err = io.ReadAll(io.LimitReader(answer.Body, answerLimit))
	return body, answer.StatusCode, err
}
