package awsproxy_test

import "testing"

func TestACacheWithALoginNeedsASecretThatECRReads(t *testing.T) {
	t.Parallel()
	secret := func(name string, more params) string {
		in := params{"Name": name, "SecretString": `{"username":"u","accessToken":"t"}`}
		for k, v := range more {
			in[k] = v
		}
		return text(t, sdk.ok(t, "secretsmanager", "CreateSecret", in), "ARN")
	}
	rule := func(arn string) params {
		return params{"ecrRepositoryPrefix": "logins/docker-hub", "upstreamRegistryUrl": "registry-1.docker.io", "credentialArn": arn}
	}
	const create = "CreatePullThroughCacheRule"
	sdk.refused(t, "ecr", create, params{"ecrRepositoryPrefix": "logins/docker-hub", "upstreamRegistryUrl": "registry-1.docker.io"}, "InvalidParameterException", "needs a credentialArn")
	sdk.refused(t, "ecr", create, rule(secret("logins/docker-hub", nil)), "InvalidParameterException", "pullthroughcache")
	sdk.refused(t, "ecr", create, rule("arn:aws:secretsmanager:eu-west-1:"+account+":secret:ecr-pullthroughcache/logins-none-a1b2c3"), "SecretNotFoundException", "not found")
	key := text(t, sdk.ok(t, "kms", "CreateKey", nil), "KeyMetadata", "Arn")
	sdk.refused(t, "ecr", create, rule(secret("ecr-pullthroughcache/logins-own-key", params{"KmsKeyId": key})), "UnableToDecryptSecretValueException", key)

	first := secret("ecr-pullthroughcache/logins-first", nil)
	sdk.ok(t, "ecr", create, rule(first))
	second := secret("ecr-pullthroughcache/logins-second", nil)
	sdk.ok(t, "ecr", "UpdatePullThroughCacheRule", params{"ecrRepositoryPrefix": "logins/docker-hub", "credentialArn": second})
	found := sdk.ok(t, "ecr", "DescribePullThroughCacheRules", params{"ecrRepositoryPrefixes": []any{"logins/docker-hub"}})
	if got := text(t, found, "pullThroughCacheRules", 0, "credentialArn"); got != second {
		t.Errorf("the cache logs in with %s, want %s", got, second)
	}
}

func TestFlowLogsNeedABucketThatTheirDeliveryMayWriteTo(t *testing.T) {
	t.Parallel()
	vpc, _ := network(t, "10.67")
	sdk.ok(t, "s3", "CreateBucket", params{"Bucket": "flow-logs-of-67", "CreateBucketConfiguration": params{"LocationConstraint": "eu-west-1"}})
	in := params{"ResourceIds": []any{vpc}, "ResourceType": "VPC", "TrafficType": "ALL", "LogDestinationType": "s3", "LogDestination": "arn:aws:s3:::flow-logs-of-67"}
	sdk.refused(t, "ec2", "CreateFlowLogs", in, "LogDestinationPermissionIssue", "flow-logs-of-67")
	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"delivery.logs.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::flow-logs-of-67/AWSLogs/123456789012/*"}]}`
	sdk.ok(t, "s3", "PutBucketPolicy", params{"Bucket": "flow-logs-of-67", "Policy": policy})
	sdk.ok(t, "ec2", "CreateFlowLogs", in)
}
