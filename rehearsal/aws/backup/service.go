// Package backup simulates AWS Backup, of which moto has a part: vaults with their locks and notifications, plans and
// selections. It takes no backup, so that no vault ever holds one. It keeps its state in memory and must never answer
// a call that it does not simulate as if it had succeeded.
package backup

import (
	"maps"
	"net/http"
	"sync"
	"time"

	"drover/rehearsal/aws/answer"
	"drover/rehearsal/aws/awsapi"
)

// Service is AWS Backup in every region of one account.
type Service struct {
	account string
	moto    func(region string) *awsapi.Client
	now     func() time.Time

	mu     sync.Mutex // guards everything below, and what it leads to
	vaults map[string]*vault
	plans  map[string]*plan
}

// New makes a service without vaults.
func New(account string, moto func(region string) *awsapi.Client) *Service {
	return &Service{account: account, moto: moto, now: time.Now, vaults: map[string]*vault{}, plans: map[string]*plan{}}
}

type document = answer.Document

type call = answer.Call

// operations are those that are simulated. Each runs with the lock held.
var operations = answer.Operations[*Service]{
	"CreateBackupVault":   (*Service).createVault,
	"DescribeBackupVault": (*Service).describeVault,
	"ListBackupVaults":    (*Service).listVaults,
	"DeleteBackupVault":   (*Service).deleteVault,

	"PutBackupVaultLockConfiguration":    (*Service).lock,
	"DeleteBackupVaultLockConfiguration": (*Service).unlock,
	"PutBackupVaultNotifications":        (*Service).notify,
	"GetBackupVaultNotifications":        (*Service).notifications,
	"DeleteBackupVaultNotifications":     (*Service).notifyNobody,
	"ListRecoveryPointsByBackupVault":    (*Service).listRecoveryPoints,

	"CreateBackupPlan": (*Service).createPlan,
	"UpdateBackupPlan": (*Service).updatePlan,
	"GetBackupPlan":    (*Service).getPlan,
	"ListBackupPlans":  (*Service).listPlans,
	"DeleteBackupPlan": (*Service).deletePlan,

	"CreateBackupSelection": (*Service).createSelection,
	"GetBackupSelection":    (*Service).getSelection,
	"ListBackupSelections":  (*Service).listSelections,
	"DeleteBackupSelection": (*Service).deleteSelection,

	"TagResource":   (*Service).tagResource,
	"UntagResource": (*Service).untagResource,
	"ListTags":      (*Service).listTags,
}

// Serve answers an operation with what the request's path names and with its body, and says whether it is one that is
// simulated.
func (s *Service) Serve(w http.ResponseWriter, r *http.Request, region, operation string, path map[string]string, body []byte) bool {
	return operations.Serve(s, &s.mu, w, operation, &call{Ctx: r.Context(), Region: region, Path: path}, body)
}

// Tagged lists the vaults and the plans of a region, by ARN.
func (s *Service) Tagged(region string) []awsapi.Tagged {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append(awsapi.ListTagged(s.vaults, func(v *vault) (map[string]string, bool) { return v.tags, v.region == region }),
		awsapi.ListTagged(s.plans, func(p *plan) (map[string]string, bool) { return p.tags, p.region == region })...)
}

func (s *Service) arn(c *call, kind, name string) string {
	return "arn:aws:backup:" + c.Region + ":" + s.account + ":" + kind + ":" + name
}

// seconds is a time as the API has it.
func (s *Service) seconds() float64 { return float64(s.now().Unix()) }

func tagsOf(in document) map[string]string {
	tags := map[string]string{}
	for key := range in {
		tags[key] = in.Text(key)
	}
	return tags
}

// tagged finds the tags of the vault or the plan that a request's path names.
func (s *Service) tagged(c *call) (map[string]string, error) {
	arn := c.Path["resourceArn"]
	if v := s.vaults[arn]; v != nil {
		return v.tags, nil
	}
	if p := s.plans[arn]; p != nil {
		return p.tags, nil
	}
	return nil, missing("resource %s", arn)
}

func (s *Service) tagResource(c *call) (document, error) {
	tags, err := s.tagged(c)
	if err == nil {
		maps.Copy(tags, tagsOf(c.In.Sub("Tags")))
	}
	return document{}, err
}

func (s *Service) untagResource(c *call) (document, error) {
	tags, err := s.tagged(c)
	if err == nil {
		for _, key := range c.In.Texts("TagKeyList") {
			delete(tags, key)
		}
	}
	return document{}, err
}

func (s *Service) listTags(c *call) (document, error) {
	tags, err := s.tagged(c)
	return document{"Tags": tags}, err
}

func invalid(format string, args ...any) error {
	return answer.Refuse("InvalidParameterValueException", format, args...)
}

func missing(format string, args ...any) error {
	return answer.Refuse("ResourceNotFoundException", "There is no "+format, args...)
}

func notNow(format string, args ...any) error {
	return answer.Refuse("InvalidRequestException", format, args...)
}
