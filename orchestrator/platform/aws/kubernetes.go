package aws

import (
	"context"
	"encoding/base64"
	"fmt"
	"regexp"
	"sync"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"drover/orchestrator/kubernetes"
)

// An EKS token is a request to STS, signed and not sent: the cluster sends it, and learns who signed it. Its form is
// that of https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster.
const (
	tokenPrefix   = "k8s-aws-v1."
	clusterHeader = "x-k8s-aws-id" // signed, so that a token for one cluster is refused by all others
	signedFor     = "60"           // seconds; the cluster takes a token for 15 minutes after it was signed all the same
	tokenTime     = 10 * time.Minute
)

// Kubernetes asks EKS for the address and the certificate authority of a cluster's API server. A cluster that does not
// exist, or is too young, has none.
func (p *Platform) Kubernetes(ctx context.Context, cluster string) (kubernetes.Access, error) {
	answer, err := p.eks.DescribeCluster(ctx, &eks.DescribeClusterInput{Name: &cluster})
	if isMissing(err) {
		return kubernetes.Access{}, nil
	}
	if err != nil {
		return kubernetes.Access{}, explain("asking EKS for the API server of "+cluster, err)
	}
	access := kubernetes.Access{Server: sdk.ToString(answer.Cluster.Endpoint), Token: p.tokens(cluster)}
	if answer.Cluster.CertificateAuthority != nil {
		access.CA, err = base64.StdEncoding.DecodeString(sdk.ToString(answer.Cluster.CertificateAuthority.Data))
		if err != nil {
			return kubernetes.Access{}, fmt.Errorf("reading the certificate authority of %s: %w", cluster, err)
		}
	}
	return access, nil
}

// tokens gives the same token for some minutes: API servers remember whom a token belongs to, and each new one is a
// request of theirs to STS.
func (p *Platform) tokens(cluster string) func(context.Context) (string, error) {
	var mu sync.Mutex
	var token string
	var made time.Time
	return func(ctx context.Context) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		if token != "" && time.Since(made) < tokenTime {
			return token, nil
		}
		signed, err := p.token(ctx, cluster)
		if err != nil {
			return "", err
		}
		token, made = signed, time.Now()
		return token, nil
	}
}

// token signs a GetCallerIdentity that names the cluster. Nothing is sent.
func (p *Platform) token(ctx context.Context, cluster string) (string, error) {
	request, err := sts.NewPresignClient(p.sts).PresignGetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}, func(o *sts.PresignOptions) {
		o.ClientOptions = append(o.ClientOptions, func(o *sts.Options) {
			o.APIOptions = append(o.APIOptions,
				smithyhttp.SetHeaderValue(clusterHeader, cluster), smithyhttp.SetHeaderValue("X-Amz-Expires", signedFor))
		})
	})
	if err != nil {
		return "", explain("signing a token for the cluster "+cluster, err)
	}
	return tokenPrefix + base64.RawURLEncoding.EncodeToString([]byte(request.URL)), nil
}

// nodeGroupLabel is on every node of a managed node group: see
// https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html.
const nodeGroupLabel = "eks.amazonaws.com/nodegroup"

// groupSuffix is what Terraform adds to the prefix that the cluster module names a node group by: a time, and a counter
// in hexadecimal.
var groupSuffix = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`-[0-9]{18}[0-9a-f]{8}$`) })

// Pool takes the name that Terraform made unique back to that of the pool.
func (*Platform) Pool(labels map[string]string) string {
	return groupSuffix().ReplaceAllString(labels[nodeGroupLabel], "")
}
