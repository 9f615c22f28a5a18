package awsproxy_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/eks/types"
)

const logsTarget = "Logs_20140328"

// logGroups are the names of the log groups that begin so.
func groupsLeft(t *testing.T, prefix string) []string {
	t.Helper()
	var out struct {
		Groups []struct {
			Name string `json:"logGroupName"`
		} `json:"logGroups"`
	}
	if err := api().JSON(t.Context(), "logs", logsTarget, "DescribeLogGroups", map[string]string{"logGroupNamePrefix": prefix}, &out); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, group := range out.Groups {
		names = append(names, group.Name)
	}
	return names
}

// Whoever deletes a cluster's log group with the cluster finds it there again.
func TestTheLastLogsOfAClusterCreateItsGroupAgain(t *testing.T) {
	t.Parallel()
	const group = "/aws/eks/logging-blue/cluster"
	client := eks.NewFromConfig(config())
	_, err := client.CreateCluster(t.Context(), &eks.CreateClusterInput{
		Name: aws.String("logging-blue"), RoleArn: aws.String(role),
		ResourcesVpcConfig: &types.VpcConfigRequest{SubnetIds: subnets(t, "a", "b")},
		Logging:            &types.Logging{ClusterLogging: []types.LogSetup{{Enabled: aws.Bool(true), Types: []types.LogType{types.LogTypeAudit}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := groupsLeft(t, group); len(got) != 1 {
		t.Fatalf("a cluster that writes logs has the groups %v, want one that EKS created", got)
	}
	if _, err := client.DeleteCluster(t.Context(), &eks.DeleteClusterInput{Name: aws.String("logging-blue")}); err != nil {
		t.Fatal(err)
	}
	if err := api().JSON(t.Context(), "logs", logsTarget, "DeleteLogGroup", map[string]string{"logGroupName": group}, nil); err != nil {
		t.Fatal(err)
	}
	if got := groupsLeft(t, group); len(got) != 1 {
		t.Errorf("behind the deletion there are %v, want the group once more", got)
	}
	err = api().JSON(t.Context(), "logs", logsTarget, "CreateLogGroup", map[string]string{"logGroupName": group}, nil)
	if err == nil || !strings.Contains(err.Error(), "ResourceAlreadyExistsException") {
		t.Errorf("creating it is answered with %v, want that it exists", err)
	}
}

func TestOtherLogGroupsStayDeleted(t *testing.T) {
	t.Parallel()
	for _, group := range []string{"/drover/other/flow-logs", "/aws/eks/never-there/cluster"} {
		for _, operation := range []string{"CreateLogGroup", "DeleteLogGroup"} {
			if err := api().JSON(t.Context(), "logs", logsTarget, operation, map[string]string{"logGroupName": group}, nil); err != nil {
				t.Fatal(err)
			}
		}
		if got := groupsLeft(t, group); len(got) != 0 {
			t.Errorf("%v was deleted and is there", got)
		}
	}
}
