package terratest

import (
	"slices"
	"strings"
	"testing"

	"github.com/gruntwork-io/terratest/modules/terraform"

	"drover/rehearsal/aws/inventory"
)

const rdsVersion = "2014-10-31"

// checkKeysAndLogs: one key that rotates, flow logs of the network, and every log group encrypted with that key and
// kept for a limited time.
func checkKeysAndLogs(t *testing.T, e *example, foundation *terraform.Options) {
	t.Helper()
	key := terraform.Output(t, foundation, "kms_key_arn")
	var rotation struct {
		Enabled bool `json:"KeyRotationEnabled"`
	}
	e.account.json(t, "kms", "TrentService", "GetKeyRotationStatus", map[string]string{"KeyId": key}, &rotation)
	if !rotation.Enabled {
		t.Errorf("the key %s is not rotated", key)
	}
	var flows struct {
		Logs []struct {
			Resource string `xml:"resourceId"`
			Traffic  string `xml:"trafficType"`
		} `xml:"flowLogSet>item"`
	}
	e.account.ask(t, "DescribeFlowLogs", nil, &flows)
	vpc := terraform.Output(t, foundation, "vpc_id")
	if len(flows.Logs) != 1 || flows.Logs[0].Resource != vpc || flows.Logs[0].Traffic != "ALL" {
		t.Errorf("the flow logs are %+v, want all traffic of %s", flows.Logs, vpc)
	}
	checkLogGroups(t, e, key)
}

func checkLogGroups(t *testing.T, e *example, key string) {
	t.Helper()
	var groups struct {
		Groups []struct {
			Name      string `json:"logGroupName"`
			Retention int    `json:"retentionInDays"`
			Key       string `json:"kmsKeyId"`
		} `json:"logGroups"`
	}
	e.account.json(t, "logs", "Logs_20140328", "DescribeLogGroups", map[string]any{}, &groups)
	if len(groups.Groups) == 0 {
		t.Error("there is no log group")
	}
	for _, group := range groups.Groups {
		if group.Key != key {
			t.Errorf("the log group %s is encrypted with %q, want %s", group.Name, group.Key, key)
		}
		if group.Retention == 0 {
			t.Errorf("the log group %s is kept for ever", group.Name)
		}
	}
}

// checkRegistry: every repository of the spec is there, scanned, immutable and encrypted with a key of the customer's.
func checkRegistry(t *testing.T, e *example) {
	t.Helper()
	var answer struct {
		Repositories []struct {
			Name       string `json:"repositoryName"`
			Mutability string `json:"imageTagMutability"`
			Scanning   struct {
				OnPush bool `json:"scanOnPush"`
			} `json:"imageScanningConfiguration"`
			Encryption struct {
				Type string `json:"encryptionType"`
			} `json:"encryptionConfiguration"`
		} `json:"repositories"`
	}
	e.account.json(t, "ecr", "AmazonEC2ContainerRegistry_V20150921", "DescribeRepositories", map[string]any{}, &answer)
	want := 0
	if registry := e.spec.Spec.Services.Registry; registry != nil {
		want = len(registry.Repositories)
	}
	if len(answer.Repositories) != want {
		t.Errorf("there are %d repositories, want %d", len(answer.Repositories), want)
	}
	for _, r := range answer.Repositories {
		if r.Mutability != "IMMUTABLE" || !r.Scanning.OnPush || r.Encryption.Type != "KMS" {
			t.Errorf("the repository %s is %+v, want it immutable, scanned and encrypted", r.Name, r)
		}
	}
}

type database struct {
	Name      string   `xml:"DBInstanceIdentifier"`
	Encrypted bool     `xml:"StorageEncrypted"`
	Key       string   `xml:"KmsKeyId"`
	Public    bool     `xml:"PubliclyAccessible"`
	MultiAZ   bool     `xml:"MultiAZ"`
	Protected bool     `xml:"DeletionProtection"`
	Backups   int      `xml:"BackupRetentionPeriod"`
	Subnets   []string `xml:"DBSubnetGroup>Subnets>Subnet>SubnetIdentifier"`
}

func (a account) databases(t *testing.T) []database {
	t.Helper()
	var answer struct {
		Databases []database `xml:"DescribeDBInstancesResult>DBInstances>DBInstance"`
	}
	a.query(t, "rds", rdsVersion, "DescribeDBInstances", nil, &answer)
	return answer.Databases
}

// checkDatabases: every database of the spec is there, in the data subnets, encrypted, backed up and protected.
func checkDatabases(t *testing.T, e *example, foundation *terraform.Options) {
	t.Helper()
	key := terraform.Output(t, foundation, "kms_key_arn")
	var ids map[string][]string
	terraform.OutputStruct(t, foundation, "subnet_ids", &ids)
	databases := e.account.databases(t)
	if want := len(e.spec.Spec.Services.Databases); len(databases) != want {
		t.Fatalf("there are %d databases, want %d", len(databases), want)
	}
	for _, d := range databases {
		if !d.Encrypted || d.Key != key || d.Public || !d.MultiAZ || !d.Protected || d.Backups == 0 {
			t.Errorf("the database is %+v, want it encrypted with %s, private, in several zones, protected and backed up", d, key)
		}
		slices.Sort(d.Subnets)
		data := slices.Sorted(slices.Values(ids["data"]))
		if !slices.Equal(d.Subnets, data) {
			t.Errorf("the database %s is in the subnets %v, want the data subnets %v", d.Name, d.Subnets, data)
		}
	}
}

// withoutLastSnapshots takes the last snapshot of each database out of an inventory. It is left behind on purpose, and
// has to be there.
func withoutLastSnapshots(t *testing.T, e *example, all []inventory.Resource) []inventory.Resource {
	t.Helper()
	for _, d := range e.spec.Spec.Services.Databases {
		prefix := e.name + "-" + d.Name + "-"
		snapshot := slices.IndexFunc(all, func(r inventory.Resource) bool {
			return r.Kind == "database snapshot" && strings.HasPrefix(r.ID, prefix)
		})
		if snapshot < 0 {
			t.Errorf("the database %s was destroyed without a last snapshot", d.Name)
			continue
		}
		all = slices.Delete(slices.Clone(all), snapshot, snapshot+1)
	}
	return all
}
