package inventory

import (
	"context"
	"net/url"
	"slices"
)

// query is one question of the query protocol whose answer lists resources with their tags.
type query struct {
	kind, service, version, action string
	list, id                       string   // paths within the answer, and within an element of the list
	state                          string   // path of the state within an element
	gone                           []string // states in which it is there in name only
	tagsBy                         string   // path of the ARN by which its tags are asked for, where the list has none
}

const (
	ec2Version            = "2016-11-15"
	autoScalingVersion    = "2011-01-01"
	elbVersion            = "2015-12-01"
	iamVersion            = "2010-05-08"
	rdsVersion            = "2014-10-31"
	snsVersion            = "2010-03-31"
	cloudWatchVersion     = "2010-08-01"
	cloudFormationVersion = "2010-05-15"
)

// queries has instances before what is attached to them.
var queries = []query{
	{kind: "instance", service: "ec2", version: ec2Version, action: "DescribeInstances", list: "reservationSet/item/instancesSet/item", id: "instanceId", state: "instanceState/name", gone: []string{"terminated"}},
	{kind: "VPC", service: "ec2", version: ec2Version, action: "DescribeVpcs", list: "vpcSet/item", id: "vpcId"},
	{kind: "subnet", service: "ec2", version: ec2Version, action: "DescribeSubnets", list: "subnetSet/item", id: "subnetId"},
	{kind: "route table", service: "ec2", version: ec2Version, action: "DescribeRouteTables", list: "routeTableSet/item", id: "routeTableId"},
	{kind: "network ACL", service: "ec2", version: ec2Version, action: "DescribeNetworkAcls", list: "networkAclSet/item", id: "networkAclId"},
	{kind: "internet gateway", service: "ec2", version: ec2Version, action: "DescribeInternetGateways", list: "internetGatewaySet/item", id: "internetGatewayId"},
	{kind: "NAT gateway", service: "ec2", version: ec2Version, action: "DescribeNatGateways", list: "natGatewaySet/item", id: "natGatewayId", state: "state", gone: []string{"deleted"}},
	{kind: "elastic IP", service: "ec2", version: ec2Version, action: "DescribeAddresses", list: "addressesSet/item", id: "allocationId"},
	{kind: "network interface", service: "ec2", version: ec2Version, action: "DescribeNetworkInterfaces", list: "networkInterfaceSet/item", id: "networkInterfaceId"},
	{kind: "security group", service: "ec2", version: ec2Version, action: "DescribeSecurityGroups", list: "securityGroupInfo/item", id: "groupId"},
	{kind: "VPC endpoint", service: "ec2", version: ec2Version, action: "DescribeVpcEndpoints", list: "vpcEndpointSet/item", id: "vpcEndpointId", state: "state", gone: []string{"deleted"}},
	{kind: "VPC peering", service: "ec2", version: ec2Version, action: "DescribeVpcPeeringConnections", list: "vpcPeeringConnectionSet/item", id: "vpcPeeringConnectionId", state: "status/code", gone: []string{"deleted"}},
	{kind: "transit gateway attachment", service: "ec2", version: ec2Version, action: "DescribeTransitGatewayVpcAttachments", list: "transitGatewayVpcAttachments/item", id: "transitGatewayAttachmentId", state: "state", gone: []string{"deleted", "deleting"}},
	{kind: "transit gateway", service: "ec2", version: ec2Version, action: "DescribeTransitGateways", list: "transitGatewaySet/item", id: "transitGatewayId", state: "state", gone: []string{"deleted", "deleting"}},
	{kind: "client VPN endpoint", service: "ec2", version: ec2Version, action: "DescribeClientVpnEndpoints", list: "clientVpnEndpoint/item", id: "clientVpnEndpointId"},
	{kind: "flow log", service: "ec2", version: ec2Version, action: "DescribeFlowLogs", list: "flowLogSet/item", id: "flowLogId"},
	{kind: "launch template", service: "ec2", version: ec2Version, action: "DescribeLaunchTemplates", list: "launchTemplates/item", id: "launchTemplateId"},
	{kind: "volume", service: "ec2", version: ec2Version, action: "DescribeVolumes", list: "volumeSet/item", id: "volumeId"},
	{kind: "scaling group", service: "autoscaling", version: autoScalingVersion, action: "DescribeAutoScalingGroups", list: "DescribeAutoScalingGroupsResult/AutoScalingGroups/member", id: "AutoScalingGroupName"},
	{kind: "database", service: "rds", version: rdsVersion, action: "DescribeDBInstances", list: "DescribeDBInstancesResult/DBInstances/DBInstance", id: "DBInstanceIdentifier"},
	{kind: "database subnet group", service: "rds", version: rdsVersion, action: "DescribeDBSubnetGroups", list: "DescribeDBSubnetGroupsResult/DBSubnetGroups/DBSubnetGroup", id: "DBSubnetGroupName"},
	{kind: "database parameter group", service: "rds", version: rdsVersion, action: "DescribeDBParameterGroups", list: "DescribeDBParameterGroupsResult/DBParameterGroups/DBParameterGroup", id: "DBParameterGroupName"},
	{kind: "database snapshot", service: "rds", version: rdsVersion, action: "DescribeDBSnapshots", list: "DescribeDBSnapshotsResult/DBSnapshots/DBSnapshot", id: "DBSnapshotIdentifier"},
	{kind: "stack", service: "cloudformation", version: cloudFormationVersion, action: "DescribeStacks", list: "DescribeStacksResult/Stacks/member", id: "StackName"},
	{kind: "topic", service: "sns", version: snsVersion, action: "ListTopics", list: "ListTopicsResult/Topics/member", id: "TopicArn"},
	{kind: "alarm", service: "monitoring", version: cloudWatchVersion, action: "DescribeAlarms", list: "DescribeAlarmsResult/MetricAlarms/member", id: "AlarmName", tagsBy: "AlarmArn"},
}

func (q *questions) askQueries(ctx context.Context) error {
	instances := map[string]string{} // colors, by id
	for _, question := range queries {
		elements, err := q.ask(ctx, question.service, question.version, question.action, question.list, nil)
		if err != nil {
			return err
		}
		for i := range elements {
			e := &elements[i]
			if q.initial(e) || q.orphaned(e) || question.state != "" && slices.Contains(question.gone, e.text(question.state)) {
				continue
			}
			color := colorOf(e.tags())
			if question.tagsBy != "" {
				if color, err = q.colorByARN(ctx, question, e.text(question.tagsBy)); err != nil {
					return err
				}
			}
			switch instance := e.text("attachmentSet/item/instanceId") + e.text("attachment/instanceId"); {
			case question.kind == "instance":
				instances[e.text(question.id)] = color
			case color == "":
				color = instances[instance] // what a node has is of its color
			}
			q.add(question.kind, e.text(question.id), color)
		}
	}
	return nil
}

func (q *questions) colorByARN(ctx context.Context, question query, arn string) (string, error) {
	tagged, err := q.ask(ctx, question.service, question.version, "ListTagsForResource", "ListTagsForResourceResult", url.Values{"ResourceARN": {arn}})
	if err != nil || len(tagged) == 0 {
		return "", err
	}
	return colorOf(tagged[0].tags()), nil
}

// ask reads all pages of a list. The services disagree on the name of the next page.
func (q *questions) ask(ctx context.Context, service, version, action, list string, params url.Values) ([]node, error) {
	var elements []node
	asked := url.Values{}
	for k, v := range params {
		asked[k] = v
	}
	for {
		var out node
		if err := q.api.Query(ctx, service, version, action, asked, &out); err != nil {
			return nil, err
		}
		elements = append(elements, out.all(list)...)
		result := action + "Result/"
		next := map[string]string{"NextToken": out.text(result + "NextToken"), "Marker": out.text(result+"Marker") + out.text(result+"NextMarker")}
		if service == "ec2" {
			next["NextToken"] = out.text("nextToken")
		}
		more := false
		for name, token := range next {
			if token != "" && token != asked.Get(name) {
				asked.Set(name, token)
				more = true
			}
		}
		if !more {
			return elements, nil
		}
	}
}

func (q *questions) findVPCs(ctx context.Context) error {
	q.vpcs, q.defaultVPCs = map[string]bool{}, map[string]bool{}
	vpcs, err := q.ask(ctx, "ec2", ec2Version, "DescribeVpcs", "vpcSet/item", nil)
	for i := range vpcs {
		id := vpcs[i].text("vpcId")
		q.vpcs[id] = true
		q.defaultVPCs[id] = vpcs[i].text("isDefault") == "true"
	}
	return err
}

// initial says whether a resource is of the default VPC, which every account has.
func (q *questions) initial(e *node) bool {
	return q.defaultVPCs[e.text("vpcId")] || q.defaultVPCs[e.text("attachmentSet/item/vpcId")]
}

// orphaned says whether a resource is in a VPC that is gone. AWS deletes a VPC only with, or after, everything in it;
// moto forgets the default network ACL and the interfaces of NAT gateways.
func (q *questions) orphaned(e *node) bool {
	vpc := e.text("vpcId")
	return vpc != "" && !q.vpcs[vpc]
}
