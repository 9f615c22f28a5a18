package aws

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"drover/orchestrator/platform"
)

// What a foundation stands on has ids that AWS makes up, so that it is found by its tags: the plan's Name, and the cluster's.
// What is inside of a network is looked for in the plan's network only, once that is in the state. A network itself has no
// time of creation at AWS, nor has an address: of these, the range of the network has to be the plan's, too.

// The planned tags, as values that a question can name.
const (
	nameValue    = "tag:Name"
	clusterValue = "tag:" + clusterTag
)

// withTags are planned values with the tags that things are found by.
func withTags(v values) values {
	all := maps.Clone(v)
	tags, ok := v["tags_all"].(map[string]any)
	if !ok {
		tags, _ = v["tags"].(map[string]any)
	}
	for _, name := range []string{"Name", clusterTag} {
		if value, known := tags[name].(string); known {
			all["tag:"+name] = value
		}
	}
	return all
}

// network looks for what EC2 describes by its tags, and by more filters: their names and the planned values.
func network(action, item, id, created, remove string, filters ...string) lookup {
	by := []string{nameValue, clusterValue}
	parameters := map[string]string{
		"Filter.1.Name": "tag:Name", "Filter.1.Value.1": "{" + nameValue + "}",
		"Filter.2.Name": "tag:" + clusterTag, "Filter.2.Value.1": "{" + clusterValue + "}",
	}
	for i := 0; i+1 < len(filters); i += 2 {
		parameters[fmt.Sprintf("Filter.%d.Name", 3+i/2)] = filters[i]
		parameters[fmt.Sprintf("Filter.%d.Value.1", 3+i/2)] = "{" + filters[i+1] + "}"
		by = append(by, filters[i+1])
	}
	q := question{"ec2", action, parameters, item, id, "", created}
	return lookup{by, func(p *Platform, ctx context.Context, v values) ([]there, error) {
		items, err := p.answers(ctx, q, v)
		var found []there
		for _, item := range items {
			if condition, is := stateOf(item.text("state")); is {
				found = append(found, there{id: item.text(q.id), tags: item.tags(), created: item.time(q.created), condition: condition})
			}
		}
		return found, err
	}, remove}
}

// stateOf reads EC2's words for how far something is. What failed or is being deleted is in nobody's way.
func stateOf(state string) (condition platform.Condition, isThere bool) {
	switch strings.ToLower(state) {
	case "deleted", "deleting", "failed", "rejected", "expired":
		return "", false
	case "pending":
		return platform.Pending, true
	}
	return platform.Ready, true
}

func networkLookups() map[string]lookup {
	return map[string]lookup{
		"aws_vpc":    network("DescribeVpcs", "vpcSet>item", "vpcId", "", "aws ec2 delete-vpc --vpc-id {id}", "cidr", "cidr_block"),
		"aws_subnet": network("DescribeSubnets", "subnetSet>item", "subnetId", "", "aws ec2 delete-subnet --subnet-id {id}", "vpc-id", "vpc_id", "cidr-block", "cidr_block"),
		"aws_internet_gateway": network("DescribeInternetGateways", "internetGatewaySet>item", "internetGatewayId", "",
			"aws ec2 delete-internet-gateway --internet-gateway-id {id}"),
		"aws_egress_only_internet_gateway": network("DescribeEgressOnlyInternetGateways", "egressOnlyInternetGatewaySet>item", "egressOnlyInternetGatewayId", "",
			"aws ec2 delete-egress-only-internet-gateway --egress-only-internet-gateway-id {id}"),
		"aws_route_table": network("DescribeRouteTables", "routeTableSet>item", "routeTableId", "", "aws ec2 delete-route-table --route-table-id {id}", "vpc-id", "vpc_id"),
		"aws_eip":         network("DescribeAddresses", "addressesSet>item", "allocationId", "", "aws ec2 release-address --allocation-id {id}"),
		"aws_nat_gateway": network("DescribeNatGateways", "natGatewaySet>item", "natGatewayId", "createTime", "aws ec2 delete-nat-gateway --nat-gateway-id {id}",
			"subnet-id", "subnet_id"),
		"aws_vpc_endpoint": network("DescribeVpcEndpoints", "vpcEndpointSet>item", "vpcEndpointId", "creationTimestamp", "aws ec2 delete-vpc-endpoints --vpc-endpoint-ids {id}",
			"vpc-id", "vpc_id"),
		"aws_flow_log": network("DescribeFlowLogs", "flowLogSet>item", "flowLogId", "creationTime", "aws ec2 delete-flow-logs --flow-log-ids {id}", "resource-id", "vpc_id"),

		"aws_route": {[]string{"route_table_id"}, (*Platform).routeThere, "aws ec2 delete-route --route-table-id {route_table_id}, for the destination in {id}"},
		"aws_route_table_association": {[]string{"route_table_id", "subnet_id"}, (*Platform).associationThere,
			"aws ec2 disassociate-route-table --association-id {association}"},
	}
}

var routeTable = question{"ec2", "DescribeRouteTables", map[string]string{"Filter.1.Name": "route-table-id", "Filter.1.Value.1": "{route_table_id}"},
	"routeTableSet>item", "routeTableId", "InvalidRouteTableID.NotFound", ""}

// destinations are the ways to name that of a route: the planned value, and EC2's.
var destinations = map[string]string{
	"destination_cidr_block": "destinationCidrBlock", "destination_ipv6_cidr_block": "destinationIpv6CidrBlock", "destination_prefix_list_id": "destinationPrefixListId",
}

// routeThere finds a route by its destination. It is whose its table is, as it has no tags.
func (p *Platform) routeThere(ctx context.Context, v values) ([]there, error) {
	return p.inTable(ctx, v, "routeSet>item", func(route element) (there, bool) {
		for planned, has := range destinations {
			to := v.text(planned)
			if to != "" && route.text(has) == to && route.text("origin") != "EnableVgwRoutePropagation" {
				return there{id: v.text("route_table_id") + "_" + to}, true
			}
		}
		return there{}, false
	})
}

// associationThere finds what leads a subnet to a table. It is whose the table is, as it has no tags.
func (p *Platform) associationThere(ctx context.Context, v values) ([]there, error) {
	return p.inTable(ctx, v, "associationSet>item", func(association element) (there, bool) {
		subnet := v.text("subnet_id")
		return there{id: subnet + "/" + v.text("route_table_id"), named: map[string]string{"association": association.text("routeTableAssociationId")}},
			association.text("subnetId") == subnet
	})
}

// inTable finds a part of a route table, with the tags of the table.
func (p *Platform) inTable(ctx context.Context, v values, path string, is func(element) (there, bool)) (found []there, err error) {
	tables, err := p.answers(ctx, routeTable, v)
	for _, table := range tables {
		for _, part := range table.all(strings.Split(path, ">")) {
			if one, ok := is(part); ok {
				one.tags = table.tags()
				found = append(found, one)
			}
		}
	}
	return found, err
}
