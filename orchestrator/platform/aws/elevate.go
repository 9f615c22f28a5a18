package aws

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	ekstypes "github.com/aws/aws-sdk-go-v2/service/eks/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

// operatorsGroup is what the cluster module puts the access entries of spec.access.operators in, and no others.
const operatorsGroup = "drover"

// lowerTime is how long taking rights back may take where it is not known whether they were given.
const lowerTime = 30 * time.Second

// session is a session of a role in an ARN of STS.
var session = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(arn:[a-z-]+):sts::([0-9]{12}):assumed-role/([^/]+)/`)
})

// Elevate makes an operator an administrator of a cluster until lower is called, as what an operator always has does not
// create objects. Whoever is no operator there stays what it is: an administrator by the spec needs no more. To call it
// again, also after a process that never called lower, is safe.
func (p *Platform) Elevate(ctx context.Context, cluster string) (lower func(context.Context) error, err error) {
	stay := func(context.Context) error { return nil }
	entry, err := p.ownEntry(ctx, cluster)
	if err != nil {
		return nil, err
	}
	if entry == nil || !slices.Contains(entry.KubernetesGroups, operatorsGroup) {
		return stay, nil
	}
	partition := strings.Split(sdk.ToString(entry.PrincipalArn), ":")[1]
	policy := "arn:" + partition + ":eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
	lower = func(ctx context.Context) error {
		_, err := p.eks.DisassociateAccessPolicy(ctx, &eks.DisassociateAccessPolicyInput{ClusterName: &cluster, PrincipalArn: entry.PrincipalArn, PolicyArn: &policy})
		if err == nil || isMissing(err) {
			return nil
		}
		return explain(fmt.Sprintf("taking the administrator's rights in %s from %s again", cluster, sdk.ToString(entry.PrincipalArn)), err)
	}
	_, err = p.eks.AssociateAccessPolicy(ctx, &eks.AssociateAccessPolicyInput{ClusterName: &cluster, PrincipalArn: entry.PrincipalArn, PolicyArn: &policy,
		AccessScope: &ekstypes.AccessScope{Type: ekstypes.AccessScopeTypeCluster}})
	if err == nil {
		return lower, nil
	}
	err = explain(fmt.Sprintf("making %s an administrator of %s for the time of bootstrap", sdk.ToString(entry.PrincipalArn), cluster), err)
	var refused smithy.APIError
	if !errors.As(err, &refused) { // there was no answer: the rights may be there
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), lowerTime)
		defer cancel()
		err = errors.Join(err, lower(bounded))
	}
	return nil, err
}

// ownEntry finds the access entry of whoever these credentials belong to; nil if there is none. STS tells of a role its
// name and not its path, and a name is one role in an account.
func (p *Platform) ownEntry(ctx context.Context, cluster string) (*ekstypes.AccessEntry, error) {
	who, err := p.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return nil, explain("asking AWS whose the credentials are", err)
	}
	pages := eks.NewListAccessEntriesPaginator(p.eks, &eks.ListAccessEntriesInput{ClusterName: &cluster})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explain("asking EKS who has access to "+cluster, err)
		}
		for _, principal := range page.AccessEntries {
			if !isPrincipal(principal, sdk.ToString(who.Arn)) {
				continue
			}
			answer, err := p.eks.DescribeAccessEntry(ctx, &eks.DescribeAccessEntryInput{ClusterName: &cluster, PrincipalArn: &principal})
			if err != nil {
				return nil, explain("asking EKS for the access of "+principal, err)
			}
			if answer.AccessEntry == nil {
				return nil, errors.New("asking EKS for the access of " + principal + ": the answer is empty")
			}
			return answer.AccessEntry, nil
		}
	}
	return nil, nil
}

// isPrincipal tells whether an access entry's principal is the caller that STS names.
func isPrincipal(principal, caller string) bool {
	m := session().FindStringSubmatch(caller)
	if m == nil {
		return principal == caller
	}
	prefix, name := m[1]+":iam::"+m[2]+":role/", principal[strings.LastIndex(principal, "/")+1:]
	return strings.HasPrefix(principal, prefix) && name == m[3]
}
