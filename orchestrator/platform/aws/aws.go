// Package aws answers the questions of package platform for Amazon Web Services, and writes weights to Route 53, with the
// credentials, the region and the endpoints that AWS's own tools would use. It must never change anything else, and never
// answer for what it could not ask.
package aws

import (
	"context"
	"errors"
	"fmt"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"

	"drover/orchestrator/platform"
)

// Platform is one account in one region.
type Platform struct {
	region string
	sts    *sts.Client
	eks    *eks.Client
	elb    *elb.Client
	quotas *servicequotas.Client
	tags   *resourcegroupstaggingapi.Client
	zones  *route53.Client
	watch  *cloudwatch.Client
	ec2    *instances
	rds    *queries
	iam    *queries
	ssm    *queries
	kms    *queries
	vault  *queries
}

var _ platform.Platform = (*Platform)(nil)

// New makes a Platform from AWS's default configuration: environment, shared files, roles. It asks nothing yet.
// Credentials are told to secret whenever they are fetched.
func New(ctx context.Context, region string, secret func(values ...string)) (*Platform, error) {
	if region == "" {
		return nil, errors.New("asking AWS: no region is given; set `region` in the spec")
	}
	// What the SDK has to say comes back as an error; its own lines among drover's would be nobody's.
	configuration, err := config.LoadDefaultConfig(ctx, config.WithRegion(region), config.WithLogger(logging.Nop{}))
	if err != nil {
		return nil, explain("reading the AWS configuration", err)
	}
	fetched := configuration.Credentials
	configuration.Credentials = sdk.CredentialsProviderFunc(func(ctx context.Context) (sdk.Credentials, error) {
		got, err := fetched.Retrieve(ctx)
		secret(got.AccessKeyID, got.SecretAccessKey, got.SessionToken)
		return got, err
	})
	return fromConfig(configuration), nil
}

func fromConfig(configuration sdk.Config) *Platform {
	return &Platform{
		region: configuration.Region,
		sts:    sts.NewFromConfig(configuration),
		eks:    eks.NewFromConfig(configuration),
		elb:    elb.NewFromConfig(configuration),
		quotas: servicequotas.NewFromConfig(configuration),
		tags:   resourcegroupstaggingapi.NewFromConfig(configuration),
		zones:  route53.NewFromConfig(configuration),
		watch:  cloudwatch.NewFromConfig(configuration),
		ec2:    newInstances(configuration),
		rds:    newQueries(configuration, "rds"),
		iam:    newIAM(configuration),
		ssm:    newQueries(configuration, "ssm"),
		kms:    newQueries(configuration, "kms"),
		vault:  newQueries(configuration, "secretsmanager"),
	}
}

// Account asks who the credentials are.
func (p *Platform) Account(ctx context.Context) (string, error) {
	answer, err := p.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return "", explain("asking AWS whose credentials these are", err)
	}
	account := sdk.ToString(answer.Account)
	if account == "" {
		return "", fmt.Errorf("asking AWS whose credentials these are: the answer names no account")
	}
	return account, nil
}
