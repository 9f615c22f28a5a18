package inventory

import (
	"context"
	"net/http"
	"net/url"
)

// askBackups lists the vaults, the plans and what each plan selects. They are of no color.
func (q *questions) askBackups(ctx context.Context) error {
	for _, l := range []struct{ kind, operation, path, member, id string }{
		{"backup vault", "ListBackupVaults", "/backup-vaults/", "BackupVaultList", "BackupVaultName"},
		{"backup plan", "ListBackupPlans", "/backup/plans/", "BackupPlansList", "BackupPlanId"},
	} {
		ids, err := q.listREST(ctx, "backup", l.operation, http.MethodGet, l.path, l.member, l.id)
		if err != nil {
			return err
		}
		for _, id := range ids {
			q.add(l.kind, id, "")
			if l.kind != "backup plan" {
				continue
			}
			selected, err := q.listREST(ctx, "backup", "ListBackupSelections", http.MethodGet, l.path+url.PathEscape(id)+"/selections/", "BackupSelectionsList", "SelectionId")
			if err != nil {
				return err
			}
			for _, selection := range selected {
				q.add("backup selection", id+"/"+selection, "")
			}
		}
	}
	return nil
}

// askChannels lists the Slack channels of the chat client.
func (q *questions) askChannels(ctx context.Context) error {
	arns, err := q.listREST(ctx, "chatbot", "DescribeSlackChannelConfigurations", http.MethodPost, "/describe-slack-channel-configurations", "SlackChannelConfigurations", "ChatConfigurationArn")
	for _, arn := range arns {
		q.add("Slack channel", arn, "")
	}
	return err
}

// listREST reads a list of a service that speaks REST-JSON and is simulated by the rehearsal, which has one page.
func (q *questions) listREST(ctx context.Context, service, operation, method, path, member, id string) ([]string, error) {
	var out map[string][]element
	if err := q.api.REST(ctx, service, operation, method, path, nil, &out); err != nil {
		return nil, err
	}
	var ids []string
	for _, e := range out[member] {
		ids = append(ids, e.text(id))
	}
	return ids, nil
}
