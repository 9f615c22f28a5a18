package aws

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// SecretValue reads the text of a secret of Secrets Manager, given by its name. What it holds is in no error.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
func (p *Platform) SecretValue(ctx context.Context, name string) (string, error) {
	doing := "asking Secrets Manager for the secret " + name
	body, status, err := p.vault.askJSON(ctx, "secretsmanager.GetSecretValue", map[string]string{"SecretId": name})
	if err != nil {
		return "", explain(doing, err)
	}
	if status != http.StatusOK {
		return "", explain(doing, jsonRefusal(body, status))
	}
	var answer struct{ SecretString *string }
	if json.Unmarshal(body, &answer) != nil || answer.SecretString == nil {
		return "", fmt.Errorf("%s: it holds no text", doing)
	}
	return *answer.SecretString, nil
}
