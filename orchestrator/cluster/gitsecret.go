package cluster

import (
	"context"
	"fmt"
	"strings"
)

// gitSecret is what the repository of spec.gitops is read with. It goes to the cluster, and is kept nowhere else.
func (s *session) gitSecret(ctx context.Context) (string, error) {
	c := s.Spec.Spec.GitOps.Credentials
	if c.Vault != "" {
		return s.fromVault(ctx, c.Vault)
	}
	value := s.ports.Secret(c.Env)
	if value == "" {
		return "", refuse("the repository of spec.gitops is read with what the environment variable "+c.Env+" holds, and it is not set here",
			"set it, from your secret store, and run the same command again")
	}
	s.Secrets.Learn(value)
	return value, nil
}

func (s *session) fromVault(ctx context.Context, name string) (string, error) {
	if s.ports.Vault == nil {
		return "", refuse("the repository of spec.gitops is read with the secret "+name+" of the vault, and drover reads no vault on this platform", "write credentials: {env: …}")
	}
	value, err := askAgain(ctx, s.Clock, onceTime, func(ctx context.Context) (string, error) { return s.ports.Vault(ctx, name) })
	if err != nil {
		return "", fmt.Errorf("reading what the repository of spec.gitops is read with: %w", err)
	}
	s.Secrets.Learn(value)
	switch trimmed := strings.TrimSpace(value); {
	case trimmed == "":
		return "", refuse("the secret "+name+", with which the repository of spec.gitops is read, is empty", "put the token or the key into it, and run the same command again")
	case strings.HasPrefix(trimmed, "{"):
		return "", refuse("the secret "+name+", with which the repository of spec.gitops is read, holds JSON", "have it hold the token or the key alone, and run the same command again")
	default:
		s.Secrets.Learn(trimmed)
		return trimmed, nil
	}
}
