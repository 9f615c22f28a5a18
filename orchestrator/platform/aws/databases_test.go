package aws

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"drover/orchestrator/platform"
)

func TestAnUpgradeThatRDSWasAskedForIsAwaitedAndNothingElse(t *testing.T) {
	t.Parallel()
	const answer = `<DescribeDBInstancesResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><DescribeDBInstancesResult><DBInstances><DBInstance>
		<DBInstanceIdentifier>shop-orders</DBInstanceIdentifier><EngineVersion>16.4</EngineVersion><PreferredMaintenanceWindow>sun:03:00-sun:03:30</PreferredMaintenanceWindow>
		<PendingModifiedValues>%s</PendingModifiedValues></DBInstance></DBInstances></DescribeDBInstancesResult></DescribeDBInstancesResponse>`
	update := func(kind string, more map[string]any) platform.Update {
		before := map[string]any{"identifier": "shop-orders", "engine_version": "16.4", "parameter_group_name": "a", "allocated_storage": 100.0}
		after := map[string]any{"identifier": "shop-orders", "engine_version": "17", "parameter_group_name": "b", "allocated_storage": 100.0}
		for k, v := range more {
			after[k] = v
		}
		return platform.Update{Kind: kind, Before: before, After: after}
	}
	for name, c := range map[string]struct {
		status      int
		pending     string
		update      platform.Update
		awaited, ok bool
	}{
		"of the major version":     {200, "<EngineVersion>17.4</EngineVersion>", update("aws_db_instance", nil), true, true},
		"of another version":       {200, "<EngineVersion>16.9</EngineVersion>", update("aws_db_instance", nil), false, true},
		"that begins alike":        {200, "<EngineVersion>170.1</EngineVersion>", update("aws_db_instance", nil), false, true},
		"that was not asked for":   {200, "", update("aws_db_instance", nil), false, true},
		"with something beside it": {200, "<EngineVersion>17.4</EngineVersion>", update("aws_db_instance", map[string]any{"allocated_storage": 200.0}), false, true},
		"of something else":        {200, "<EngineVersion>17.4</EngineVersion>", update("aws_db_proxy", nil), false, true},
		"that could not be asked":  {403, "", update("aws_db_instance", nil), false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !strings.Contains(r.Header.Get("Authorization"), "/eu-west-1/rds/aws4_request") {
					t.Errorf("the request is signed as %q", r.Header.Get("Authorization"))
				}
				w.WriteHeader(c.status)
				_, _ = fmt.Fprintf(w, answer, c.pending)
			}))
			defer server.Close()
			p := &Platform{rds: newQueries(sdk.Config{Region: "eu-west-1", BaseEndpoint: &server.URL, HTTPClient: server.Client(),
				Credentials: credentials.NewStaticCredentialsProvider("id", "secret", "")}, "rds")}
			says, err := p.Awaits(t.Context(), c.update)
			if (says != "") != c.awaited || (err == nil) != c.ok {
				t.Errorf("it says %q, %v", says, err)
			}
			if c.awaited && !strings.Contains(says, "from 16.4 to 17.4 in its maintenance window, sun:03:00-sun:03:30 UTC") {
				t.Errorf("it says %q", says)
			}
		})
	}
}
