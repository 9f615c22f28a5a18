package awsproxy_test

import (
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// The SDK speaks RPC v2 CBOR to CloudWatch, and moto does not.
func TestTheSDKReachesCloudWatch(t *testing.T) {
	t.Parallel()
	client := cloudwatch.NewFromConfig(config())
	now := time.Now()
	_, err := client.PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{Namespace: aws.String("drover/test"), MetricData: []types.MetricDatum{
		{MetricName: aws.String("Flows"), Value: aws.Float64(3), Timestamp: aws.Time(now)},
		{MetricName: aws.String("Flows"), Value: aws.Float64(4.5), Timestamp: aws.Time(now)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	out, err := client.GetMetricStatistics(t.Context(), &cloudwatch.GetMetricStatisticsInput{Namespace: aws.String("drover/test"), MetricName: aws.String("Flows"),
		StartTime: aws.Time(now.Add(-time.Minute)), EndTime: aws.Time(now.Add(time.Minute)), Period: aws.Int32(300), Statistics: []types.Statistic{types.StatisticSum}})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Datapoints) != 1 || aws.ToFloat64(out.Datapoints[0].Sum) != 7.5 || time.Since(aws.ToTime(out.Datapoints[0].Timestamp)).Abs() > 10*time.Minute {
		t.Errorf("the data are %+v, want one of 7.5, now", out.Datapoints)
	}
	_, err = client.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{})
	if err != nil {
		t.Errorf("an empty list: %v", err)
	}
}

func TestPullThroughRules(t *testing.T) {
	t.Parallel()
	const prefix = "AmazonEC2ContainerRegistry_V20150921"
	call := func(operation string, in map[string]any, out any) error {
		return api().JSON(t.Context(), "ecr", prefix, operation, in, out)
	}
	in := map[string]any{"ecrRepositoryPrefix": "quay", "upstreamRegistryUrl": "quay.io"}
	if err := call("CreatePullThroughCacheRule", in, nil); err != nil {
		t.Fatal(err)
	}
	if err := call("CreatePullThroughCacheRule", in, nil); err == nil {
		t.Error("the same rule was made twice")
	}
	if err := call("CreatePullThroughCacheRule", map[string]any{"ecrRepositoryPrefix": "x", "upstreamRegistryUrl": "example.com"}, nil); err == nil {
		t.Error("an upstream that ECR does not cache for was taken")
	}
	var out struct {
		Rules []struct {
			Prefix string `json:"ecrRepositoryPrefix"`
		} `json:"pullThroughCacheRules"`
	}
	if err := call("DescribePullThroughCacheRules", map[string]any{"ecrRepositoryPrefixes": []string{"quay"}}, &out); err != nil || len(out.Rules) != 1 {
		t.Fatalf("the rules are %+v, %v", out, err)
	}
	if err := call("DeletePullThroughCacheRule", map[string]any{"ecrRepositoryPrefix": "quay"}, nil); err != nil {
		t.Fatal(err)
	}
	if err := call("DescribePullThroughCacheRules", map[string]any{"ecrRepositoryPrefixes": []string{"quay"}}, &out); err == nil {
		t.Error("a deleted rule is described")
	}
}

func TestCallsAreCountedByWhoAnswered(t *testing.T) {
	t.Parallel()
	ask(t, "DescribeVpcs", nil, nil)
	for _, c := range proxy.Calls() {
		if c.Service == "ec2" && c.Moto > 0 {
			return
		}
	}
	t.Errorf("no call of EC2's was counted as moto's: %+v", proxy.Calls())
}

func TestEveryDatabaseHasAnIDOfItsOwn(t *testing.T) {
	t.Parallel()
	call := func(action string, params url.Values, out any) {
		t.Helper()
		if err := api().Query(t.Context(), "rds", "2014-10-31", action, params, out); err != nil {
			t.Fatal(err)
		}
	}
	type database struct {
		Name string `xml:"DBInstanceIdentifier"`
		ID   string `xml:"DbiResourceId"`
	}
	var list struct {
		Databases []database `xml:"DescribeDBInstancesResult>DBInstances>DBInstance"`
	}
	for _, name := range []string{"orders", "stock"} {
		call("CreateDBInstance", url.Values{"DBInstanceIdentifier": {name}, "DBInstanceClass": {"db.t3.micro"}, "Engine": {"postgres"},
			"AllocatedStorage": {"20"}, "MasterUsername": {"root"}, "MasterUserPassword": {"rehearsal"}}, nil)
	}
	call("DescribeDBInstances", nil, &list)
	list.Databases = slices.DeleteFunc(list.Databases, func(d database) bool { return d.Name != "orders" && d.Name != "stock" }) // other tests have their own
	if len(list.Databases) != 2 || list.Databases[0].ID == list.Databases[1].ID {
		t.Fatalf("the databases are %+v, want two with ids of their own", list.Databases)
	}
	for _, want := range list.Databases {
		got := list
		got.Databases = nil
		call("DescribeDBInstances", url.Values{"Filters.Filter.1.Name": {"dbi-resource-id"}, "Filters.Filter.1.Values.Value.1": {want.ID}}, &got)
		if len(got.Databases) != 1 || got.Databases[0] != want {
			t.Errorf("by the id of %s: %+v", want.Name, got.Databases)
		}
	}
}

func TestQuotasThatPreflightAsksFor(t *testing.T) {
	t.Parallel()
	var out struct {
		Quota struct{ Value float64 }
	}
	in := map[string]string{"ServiceCode": "eks", "QuotaCode": "L-1194D53C"}
	if err := api().JSON(t.Context(), "servicequotas", "ServiceQuotasV20190624", "GetServiceQuota", in, &out); err != nil || out.Quota.Value != 100 {
		t.Errorf("the quota is %+v, %v, want 100 clusters", out, err)
	}
}
