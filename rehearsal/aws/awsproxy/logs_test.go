package awsproxy_test

import (
	"strings"
	"testing"
)

// logGroups are the log groups of the cluster of the test.
func logGroups(t *testing.T) string {
	t.Helper()
	var names []string
	list, _ := at(t, sdk.ok(t, "logs", "DescribeLogGroups", params{"logGroupNamePrefix": "/aws/eks/logging/"}), "logGroups").([]any)
	for _, one := range list {
		names = append(names, text(t, params{"group": one}, "group", "logGroupName"))
	}
	return strings.Join(names, " ")
}

func TestAClusterThatLogsHasItsLogGroupForAsLongAsItStands(t *testing.T) {
	t.Parallel()
	const name, group = "logging", "/aws/eks/logging/cluster"
	logs := func(on bool, types ...any) params {
		return params{"clusterLogging": []any{params{"types": types, "enabled": on}}}
	}
	update := func(logging params) {
		sdk.ok(t, "eks", "UpdateClusterConfig", params{"name": name, "logging": logging})
	}
	sdk.ok(t, "eks", "CreateCluster", params{"name": name, "roleArn": role, "resourcesVpcConfig": params{"subnetIds": subnets(t, "a", "b")}})
	if got := logGroups(t); got != "" {
		t.Errorf("a cluster that does not log has %s", got)
	}
	for _, step := range []struct {
		what string
		do   func()
		want string
	}{
		{"logging is on", func() { update(logs(true, "api", "audit")) }, group},
		{"the group is deleted", func() { sdk.ok(t, "logs", "DeleteLogGroup", params{"logGroupName": group}) }, group},
		{"a part is off", func() { update(logs(false, "audit")) }, group},
		{"all is off", func() { update(logs(false, "api")) }, group}, // what was written stays
		{"the group is deleted that nobody writes to", func() { sdk.ok(t, "logs", "DeleteLogGroup", params{"logGroupName": group}) }, ""},
		{"logging is on again", func() { update(logs(true, "api")) }, group},
		{"the cluster is gone", func() { sdk.ok(t, "eks", "DeleteCluster", params{"name": name}) }, group},
		{"its group is deleted while its last logs arrive", func() { sdk.ok(t, "logs", "DeleteLogGroup", params{"logGroupName": group}) }, group},
	} {
		step.do()
		if got := logGroups(t); got != step.want {
			t.Errorf("when %s there is %q, want %q", step.what, got, step.want)
		}
	}
	sdk.ok(t, "eks", "CreateCluster", params{"name": name, "roleArn": role, "logging": logs(true, "api"), "resourcesVpcConfig": params{"subnetIds": subnets(t, "a", "b")}})
	if got := logGroups(t); got != group {
		t.Errorf("a cluster that logs from its start has %q", got)
	}
	sdk.ok(t, "logs", "DeleteLogGroup", params{"logGroupName": group})
	if got := logGroups(t); got != group {
		t.Errorf("after its deletion there is %q", got)
	}
}
