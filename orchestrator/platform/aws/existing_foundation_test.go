package aws

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	r53types "github.com/aws/aws-sdk-go-v2/service/route53/types"

	"drover/orchestrator/platform"
)

// ground are planned values with the tags of a foundation, and a name.
func ground(name string, more map[string]any) map[string]any {
	v := map[string]any{"tags_all": map[string]any{clusterTag: "ground", "Name": name}}
	for key, value := range more {
		v[key] = value
	}
	return v
}

// named are a foundation's tags in EC2's form.
func named(action, kind, name string, more url.Values) url.Values {
	query := url.Values{"Action": {action}, "TagSpecification.1.ResourceType": {kind},
		"TagSpecification.1.Tag.1.Key": {clusterTag}, "TagSpecification.1.Tag.1.Value": {"ground"},
		"TagSpecification.1.Tag.2.Key": {"Name"}, "TagSpecification.1.Tag.2.Value": {name}}
	for key, value := range more {
		query[key] = value
	}
	return query
}

func isGrounds(t *testing.T, e platform.Existing, id string) {
	t.Helper()
	if e.ID != id || e.Tags[clusterTag] != "ground" || strings.ContainsAny(e.Remove, "{}") {
		t.Errorf("found %+v, want %s", e, id)
	}
}

func foundationsNetworkIsFound(t *testing.T, p *Platform) {
	vpc := made(t, p, "ec2", named("CreateVpc", "vpc", "ground", url.Values{"CidrBlock": {"10.70.0.0/16"}}), "vpc>vpcId")
	made(t, p, "ec2", named("CreateVpc", "vpc", "ground", url.Values{"CidrBlock": {"10.71.0.0/16"}}), "vpc>vpcId") // a copy
	isGrounds(t, existing(t, p, "aws_vpc", ground("ground", map[string]any{"cidr_block": "10.70.0.0/16"})), vpc)

	subnet := made(t, p, "ec2", named("CreateSubnet", "subnet", "ground-public-a", url.Values{"VpcId": {vpc}, "CidrBlock": {"10.70.1.0/24"}}), "subnet>subnetId")
	isGrounds(t, existing(t, p, "aws_subnet", ground("ground-public-a", map[string]any{"vpc_id": vpc, "cidr_block": "10.70.1.0/24"})), subnet)

	gateway := made(t, p, "ec2", named("CreateInternetGateway", "internet-gateway", "ground", nil), "internetGateway>internetGatewayId")
	isGrounds(t, existing(t, p, "aws_internet_gateway", ground("ground", nil)), gateway)
	made(t, p, "ec2", url.Values{"Action": {"AttachInternetGateway"}, "InternetGatewayId": {gateway}, "VpcId": {vpc}}, "return")

	address := made(t, p, "ec2", named("AllocateAddress", "elastic-ip", "ground-egress-a", url.Values{"Domain": {"vpc"}}), "allocationId")
	isGrounds(t, existing(t, p, "aws_eip", ground("ground-egress-a", nil)), address)

	nat := made(t, p, "ec2", named("CreateNatGateway", "natgateway", "ground-a", url.Values{"SubnetId": {subnet}, "AllocationId": {address}}), "natGateway>natGatewayId")
	found := existing(t, p, "aws_nat_gateway", ground("ground-a", map[string]any{"subnet_id": subnet}))
	isGrounds(t, found, nat)
	wasJustMade(t, found)

	table := made(t, p, "ec2", named("CreateRouteTable", "route-table", "ground-public", url.Values{"VpcId": {vpc}}), "routeTable>routeTableId")
	isGrounds(t, existing(t, p, "aws_route_table", ground("ground-public", map[string]any{"vpc_id": vpc})), table)
	made(t, p, "ec2", url.Values{"Action": {"CreateRoute"}, "RouteTableId": {table}, "DestinationCidrBlock": {"0.0.0.0/0"}, "GatewayId": {gateway}}, "return")
	isGrounds(t, existing(t, p, "aws_route", map[string]any{"route_table_id": table, "destination_cidr_block": "0.0.0.0/0"}), table+"_0.0.0.0/0")
	made(t, p, "ec2", url.Values{"Action": {"AssociateRouteTable"}, "RouteTableId": {table}, "SubnetId": {subnet}}, "associationId")
	isGrounds(t, existing(t, p, "aws_route_table_association", map[string]any{"route_table_id": table, "subnet_id": subnet}), subnet+"/"+table)

	for kind, v := range map[string]map[string]any{
		"aws_vpc": ground("ground", map[string]any{"cidr_block": "10.72.0.0/16"}), "aws_subnet": ground("ground-public-b", map[string]any{"vpc_id": vpc, "cidr_block": "10.70.2.0/24"}),
		"aws_eip": ground("ground-egress-b", nil), "aws_route": {"route_table_id": table, "destination_cidr_block": "10.0.0.0/8"},
		"aws_route_table_association": {"route_table_id": table, "subnet_id": "subnet-0123456789abcdef0"},
	} {
		if found, err := p.Existing(t.Context(), []platform.Wanted{{Address: kind, Type: kind, Values: v}}); err != nil || len(found) > 0 {
			t.Errorf("%s %v: found %+v, %v", kind, v, found, err)
		}
	}
}

// asked asks a service in its JSON protocol.
func asked(t *testing.T, q *queries, operation string, in any) map[string]any {
	t.Helper()
	body, status, err := q.askJSON(t.Context(), operation, in)
	if err != nil || status != http.StatusOK {
		t.Fatalf("%s: %d %v %s", operation, status, err, body)
	}
	var out map[string]any
	if len(body) > 0 {
		must(t, json.Unmarshal(body, &out))
	}
	return out
}

func foundationsServicesAreFound(t *testing.T, p *Platform) {
	key := asked(t, p.kms, "TrentService.CreateKey", map[string]any{"Tags": []any{map[string]any{"TagKey": clusterTag, "TagValue": "ground"}}})
	id, _ := key["KeyMetadata"].(map[string]any)["KeyId"].(string)
	asked(t, p.kms, "TrentService.CreateAlias", map[string]any{"AliasName": "alias/drover/ground", "TargetKeyId": id})
	ended := asked(t, p.kms, "TrentService.CreateKey", map[string]any{"Tags": []any{map[string]any{"TagKey": clusterTag, "TagValue": "ground"}}})
	asked(t, p.kms, "TrentService.ScheduleKeyDeletion", map[string]any{"KeyId": ended["KeyMetadata"].(map[string]any)["KeyId"], "PendingWindowInDays": 7})
	found := existing(t, p, "aws_kms_key", ground("", nil))
	isGrounds(t, found, id)
	wasJustMade(t, found)
	isGrounds(t, existing(t, p, "aws_kms_alias", map[string]any{"name": "alias/drover/ground"}), "alias/drover/ground")

	logs := newQueries(p.kms.configuration, "logs")
	for _, name := range []string{"/drover/ground/flow-logs", "/drover/ground/flow-logs-of-another"} {
		asked(t, logs, "Logs_20140328.CreateLogGroup", map[string]any{"logGroupName": name, "tags": map[string]string{clusterTag: "ground"}})
	}
	isGrounds(t, existing(t, p, "aws_cloudwatch_log_group", ground("", map[string]any{"name": "/drover/ground/flow-logs"})), "/drover/ground/flow-logs")

	ctx := t.Context()
	for _, caller := range []string{"ours", "another"} {
		zone, err := p.zones.CreateHostedZone(ctx, &route53.CreateHostedZoneInput{Name: sdk.String("ground.test"), CallerReference: &caller})
		must(t, err)
		id := strings.TrimPrefix(sdk.ToString(zone.HostedZone.Id), "/hostedzone/")
		if caller == "another" {
			continue
		}
		_, err = p.zones.ChangeTagsForResource(ctx, &route53.ChangeTagsForResourceInput{ResourceType: r53types.TagResourceTypeHostedzone, ResourceId: &id,
			AddTags: []r53types.Tag{{Key: sdk.String(clusterTag), Value: sdk.String("ground")}}})
		must(t, err)
		isGrounds(t, existing(t, p, "aws_route53_zone", ground("", map[string]any{"name": "ground.test"})), id)
	}
	if e := existing(t, p, "aws_route53_zone", ground("", map[string]any{"name": "ground.test"})); e.Tags[clusterTag] != "ground" {
		t.Errorf("found %+v", e)
	}
}

// A NAT gateway that failed or is gone is listed for an hour, and is in nobody's way.
func TestWhatFailedOrIsBeingDeletedIsNotThere(t *testing.T) {
	t.Parallel()
	for state, want := range map[string]platform.Condition{"available": platform.Ready, "": platform.Ready, "pending": platform.Pending,
		"failed": "", "deleting": "", "Deleted": "", "expired": ""} {
		condition, is := stateOf(state)
		if condition != want || is != (want != "") {
			t.Errorf("%s: %q, %t", state, condition, is)
		}
	}
	if at := seconds(1790000000.25); !at.Equal(time.UnixMilli(1790000000250)) || seconds(0) != nil {
		t.Errorf("read %v", at)
	}
}
