package azure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// audience is for whom a pipeline's token has to be.
const audience = "api://AzureADTokenExchange"

// federated is the identity that a pipeline's OIDC token stands for.
func federated(e environment, tenant, client string, options policy.ClientOptions) (azcore.TokenCredential, error) {
	if err := both(tenant, client, "ARM_USE_OIDC"); err != nil {
		return nil, err
	}
	connection := e.first("ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "ARM_OIDC_AZURE_SERVICE_CONNECTION_ID")
	token := e.first("ARM_OIDC_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "SYSTEM_ACCESSTOKEN")
	if connection != "" && e("ARM_OIDC_TOKEN") == "" {
		return azidentity.NewAzurePipelinesCredential(tenant, client, connection, token, &azidentity.AzurePipelinesCredentialOptions{ClientOptions: options})
	}
	assertion, err := assertion(e, token, options.Transport)
	if err != nil {
		return nil, err
	}
	return azidentity.NewClientAssertionCredential(tenant, client, assertion, &azidentity.ClientAssertionCredentialOptions{ClientOptions: options})
}

// assertion is how the pipeline's token is had, each time that one is needed: those of pipelines live for minutes.
func assertion(e environment, token string, send policy.Transporter) (func(context.Context) (string, error), error) {
	address := e.first("ARM_OIDC_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_URL")
	switch {
	case e("ARM_OIDC_TOKEN") != "":
		return func(context.Context) (string, error) { return e("ARM_OIDC_TOKEN"), nil }, nil
	case e("ARM_OIDC_TOKEN_FILE_PATH") != "":
		return func(context.Context) (string, error) {
			data, err := os.ReadFile(e("ARM_OIDC_TOKEN_FILE_PATH"))
			if err != nil {
				return "", fmt.Errorf("reading ARM_OIDC_TOKEN_FILE_PATH: %w", err)
			}
			return strings.TrimSpace(string(data)), nil
		}, nil
	case address != "" && token != "":
		return func(ctx context.Context) (string, error) { return requested(ctx, send, address, token) }, nil
	}
	return nil, errors.New("ARM_USE_OIDC is set, and no token is: set ARM_OIDC_TOKEN or ARM_OIDC_TOKEN_FILE_PATH; in GitHub, give the job the permission id-token: write")
}

// requested asks GitHub, or what is like it, for a token.
func requested(ctx context.Context, send policy.Transporter, address, token string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", errors.New("the address for a pipeline's token cannot be parsed")
	}
	query := u.Query()
	query.Set("audience", audience)
	u.RawQuery = query.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return "", fmt.Errorf("asking for a pipeline's token: %w", err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	answer, err := send.Do(request)
	if err != nil {
		return "", fmt.Errorf("asking for a pipeline's token: %w", err)
	}
	defer func() { _ = answer.Body.Close() }() // only read from
	if answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("asking for a pipeline's token: the answer is %s", answer.Status)
	}
	var body struct {
		Value string `json:"value"`
	}
	if err := json.NewDecoder(io.LimitReader(answer.Body, 1<<20)).Decode(&body); err != nil || body.Value == "" {
		return "", errors.New("asking for a pipeline's token: the answer has none")
	}
	return body.Value, nil
}
