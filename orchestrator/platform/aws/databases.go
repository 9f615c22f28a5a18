package aws

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"drover/orchestrator/platform"
)

// databases is the part of RDS's answer that is read.
type databases struct {
	List []database `xml:"DescribeDBInstancesResult>DBInstances>DBInstance"`
}

type database struct {
	Version string `xml:"EngineVersion"`
	Pending string `xml:"PendingModifiedValues>EngineVersion"`
	Window  string `xml:"PreferredMaintenanceWindow"`
}

// upgraded are the attributes that differ for Terraform while an upgrade waits: RDS names the old version and the old
// parameter group until it is done.
var upgraded = []string{"engine_version", "engine_version_actual", "parameter_group_name"}

// Awaits implements platform.Platform: an upgrade of a database waits for its maintenance window.
// https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ModifyInstance.ApplyImmediately.html
func (p *Platform) Awaits(ctx context.Context, u platform.Update) (string, error) {
	if u.Kind != "aws_db_instance" {
		return "", nil
	}
	for name, after := range u.After {
		if !reflect.DeepEqual(after, u.Before[name]) && !slices.Contains(upgraded, name) {
			return "", nil
		}
	}
	name, _ := u.Before["identifier"].(string)
	to, _ := u.After["engine_version"].(string)
	if name == "" || to == "" {
		return "", nil
	}
	d, err := p.database(ctx, name)
	if err != nil {
		return "", err
	}
	// Asked for a major version, RDS takes a minor one of it.
	if d.Pending != to && !strings.HasPrefix(d.Pending, to+".") {
		return "", nil
	}
	return fmt.Sprintf("RDS upgrades the database %s from %s to %s in its maintenance window, %s UTC", name, d.Version, d.Pending, d.Window), nil
}

// HoldsNothing implements platform.Platform. A parameter group is left over by an upgrade.
func (p *Platform) HoldsNothing(kind string) bool { return kind == "aws_db_parameter_group" }

func (p *Platform) database(ctx context.Context, name string) (database, error) {
	what := "asking RDS for the database " + name
	body, status, err := p.rds.ask(ctx, url.Values{"Action": {"DescribeDBInstances"}, "Version": {"2014-10-31"}, "DBInstanceIdentifier": {name}})
	if err != nil {
		return database{}, explain(what, err)
	}
	if status != http.StatusOK {
		return database{}, fmt.Errorf("%s: it answered %d: %.200s", what, status, body)
	}
	var answer databases
	if err := xml.Unmarshal(body, &answer); err != nil {
		return database{}, fmt.Errorf("%s: reading its answer: %w", what, err)
	}
	if len(answer.List) != 1 {
		return database{}, fmt.Errorf("%s: it named %d databases", what, len(answer.List))
	}
	return answer.List[0], nil
}
