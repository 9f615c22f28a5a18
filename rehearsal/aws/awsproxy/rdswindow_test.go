package awsproxy_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// databaseOf makes a database with parameters of its own, and says how it is described.
func databaseOf(t *testing.T, name string) (described func() params) {
	t.Helper()
	for _, family := range []string{"postgres16", "postgres17"} {
		sdk.ok(t, "rds", "CreateDBParameterGroup", params{"DBParameterGroupName": name + "-" + family, "DBParameterGroupFamily": family, "Description": "d"})
	}
	backups := time.Now().UTC().Add(12 * time.Hour) // far from the maintenance windows of the tests
	sdk.ok(t, "rds", "CreateDBInstance", params{"DBInstanceIdentifier": name, "DBInstanceClass": "db.t3.micro", "Engine": "postgres", "EngineVersion": "16",
		"AllocatedStorage": 20, "MasterUsername": "drover", "MasterUserPassword": "made-up-password", "DBParameterGroupName": name + "-postgres16",
		"PreferredBackupWindow": backups.Format("15:04") + "-" + backups.Add(30*time.Minute).Format("15:04")})
	return func() params {
		instance, _ := at(t, sdk.ok(t, "rds", "DescribeDBInstances", params{"DBInstanceIdentifier": name}), "DBInstances", 0).(map[string]any)
		return instance
	}
}

func upgradeOf(name string, more params) params {
	in := params{"DBInstanceIdentifier": name, "EngineVersion": "17", "AllowMajorVersionUpgrade": true, "DBParameterGroupName": name + "-postgres17"}
	for k, v := range more {
		in[k] = v
	}
	return in
}

func TestAnUpgradeOfADatabaseWaitsForItsWindow(t *testing.T) {
	t.Parallel()
	described := databaseOf(t, "waits")
	if got := text(t, described(), "EngineVersion"); got != "16.4" {
		t.Fatalf("version 16 runs as %s, want a whole version", got)
	}
	// A window that is a day away.
	now := time.Now().UTC()
	window := func(from time.Time) string {
		day := func(at time.Time) string { return strings.ToLower(at.Format("Mon:15:04")) }
		return day(from) + "-" + day(from.Add(time.Hour))
	}
	sdk.ok(t, "rds", "ModifyDBInstance", params{"DBInstanceIdentifier": "waits", "PreferredMaintenanceWindow": window(now.Add(24 * time.Hour))})

	sdk.refused(t, "rds", "ModifyDBInstance", params{"DBInstanceIdentifier": "waits", "EngineVersion": "17"}, "InvalidParameterCombination", "AllowMajorVersionUpgrade")
	sdk.refused(t, "rds", "ModifyDBInstance", params{"DBInstanceIdentifier": "waits", "EngineVersion": "17", "AllowMajorVersionUpgrade": true},
		"InvalidParameterCombination", "Use a parameter group with DBParameterGroupFamily postgres17")

	sdk.ok(t, "rds", "ModifyDBInstance", upgradeOf("waits", nil))
	is := described()
	if got := text(t, is, "EngineVersion") + " " + text(t, is, "PendingModifiedValues", "EngineVersion") + " " + text(t, is, "DBParameterGroups", 0, "DBParameterGroupName"); got != "16.4 17.4 waits-postgres16" {
		t.Errorf("while it waits the database is %s", got)
	}
	sdk.refused(t, "rds", "DeleteDBParameterGroup", params{"DBParameterGroupName": "waits-postgres16"}, "InvalidDBParameterGroupState", "waits-postgres16")

	sdk.ok(t, "rds", "ModifyDBInstance", params{"DBInstanceIdentifier": "waits", "PreferredMaintenanceWindow": window(now.Add(-10 * time.Minute))})
	is = described()
	if got := text(t, is, "EngineVersion") + " " + text(t, is, "DBParameterGroups", 0, "DBParameterGroupName"); got != "17.4 waits-postgres17" {
		t.Errorf("once its window was open the database is %s", got)
	}
	if pending := fmt.Sprint(is["PendingModifiedValues"]); strings.Contains(pending, "17") {
		t.Errorf("what is done waits still: %s", pending)
	}
	sdk.ok(t, "rds", "DeleteDBParameterGroup", params{"DBParameterGroupName": "waits-postgres16"})
}

// The night from Sunday to Monday ends in another week than it begins in.
func TestADatabaseIsMaintainedInTheNightToMonday(t *testing.T) {
	t.Parallel()
	described := databaseOf(t, "nightly")
	sdk.ok(t, "rds", "ModifyDBInstance", params{"DBInstanceIdentifier": "nightly", "PreferredBackupWindow": "12:00-12:30"})
	sdk.ok(t, "rds", "ModifyDBInstance", params{"DBInstanceIdentifier": "nightly", "PreferredMaintenanceWindow": "Sun:23:30-Mon:00:30"})
	if got := text(t, described(), "PreferredMaintenanceWindow"); got != "sun:23:30-mon:00:30" {
		t.Errorf("the window is %s", got)
	}
	sdk.refused(t, "rds", "ModifyDBInstance", params{"DBInstanceIdentifier": "nightly", "PreferredMaintenanceWindow": "sun:23:50-mon:00:10"}, "InvalidParameterValue", "30 minutes")
	sdk.ok(t, "rds", "ModifyDBInstance", params{"DBInstanceIdentifier": "nightly", "DBInstanceClass": "db.t3.small"})
	if got := text(t, described(), "PreferredMaintenanceWindow"); got != "sun:23:30-mon:00:30" {
		t.Errorf("after another change the window is %s", got)
	}
	sdk.ok(t, "rds", "ModifyDBInstance", params{"DBInstanceIdentifier": "nightly", "PreferredMaintenanceWindow": "sat:23:30-sun:00:30"})
	if got := text(t, described(), "PreferredMaintenanceWindow"); got != "sat:23:30-sun:00:30" {
		t.Errorf("the window of the night before is %s", got)
	}
}

func TestAnUpgradeAtOnceTakesAlongWhatWaits(t *testing.T) {
	t.Parallel()
	described := databaseOf(t, "hurries")
	sdk.ok(t, "rds", "ModifyDBInstance", params{"DBInstanceIdentifier": "hurries", "DBInstanceClass": "db.t3.small"})
	if got := text(t, described(), "DBInstanceClass"); got != "db.t3.micro" {
		t.Errorf("the class is %s before the window", got)
	}
	sdk.ok(t, "rds", "ModifyDBInstance", upgradeOf("hurries", params{"ApplyImmediately": true}))
	is := described()
	if got := text(t, is, "EngineVersion") + " " + text(t, is, "DBInstanceClass"); got != "17.4 db.t3.small" {
		t.Errorf("after a change at once the database is %s", got)
	}
}
