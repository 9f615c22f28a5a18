package awsproxy_test

import (
	"strings"
	"testing"
)

// What AWS refuses, call by call, asked through AWS's SDK for Python.
func TestCallsThatTheModelsDoNotAllow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what, service, operation string
		in                       params
		code, part               string
	}{
		{"a required member", "ec2", "CreateSubnet", params{"CidrBlock": "10.0.0.0/24"}, "MissingParameter", "VpcId"},
		{"an enumeration", "ec2", "CreateVpc", params{"CidrBlock": "10.0.0.0/16", "InstanceTenancy": "private"}, "InvalidParameterValue", "Tenancy"},
		{"a number", "ec2", "CreateVpc", params{"CidrBlock": "10.0.0.0/16", "Ipv4NetmaskLength": "wide"}, "InvalidParameterValue", "wide"},
		{"a pattern", "ecr", "CreateRepository", params{"repositoryName": "Shop"}, "InvalidParameterException", "repositoryName"},
		{"a length", "kms", "CreateAlias", params{"AliasName": "", "TargetKeyId": "x"}, "ValidationException", "aliasName"},
		{"an enumeration in JSON", "logs", "CreateLogGroup", params{"logGroupName": "x", "logGroupClass": "CHEAP"}, "InvalidParameterException", "STANDARD"},
		{"a pattern in JSON", "logs", "CreateLogGroup", params{"logGroupName": "a b"}, "InvalidParameterException", "logGroupName"},
		{"a type in JSON", "logs", "PutRetentionPolicy", params{"logGroupName": "x", "retentionInDays": "long"}, "SerializationException", "retentionInDays"},
		{"a range", "eks", "CreateNodegroup", params{"clusterName": "x", "nodegroupName": "y", "subnets": []string{"subnet-1"}, "nodeRole": "r",
			"scalingConfig": params{"minSize": -1, "maxSize": 1, "desiredSize": 0}}, "InvalidParameterException", "minSize"},
		{"a member in REST-JSON", "eks", "CreateCluster", params{"name": "x", "roleArn": "arn:aws:iam::123456789012:role/r"}, "InvalidParameterException", "resourcesVpcConfig"},
		{"a length in a query", "iam", "CreateRole", params{"RoleName": strings.Repeat("r", 65), "AssumeRolePolicyDocument": "{}"}, "ValidationError", "roleName"},
		{"a member of a query", "autoscaling", "CreateAutoScalingGroup", params{"AutoScalingGroupName": "g", "MinSize": 1}, "ValidationError", "maxSize"},
		{"an enumeration in a query", "elbv2", "CreateLoadBalancer", params{"Name": "x", "Type": "classic"}, "ValidationError", "network"},
		{"an enumeration in REST-XML", "route53", "CreateHealthCheck", params{"CallerReference": "x", "HealthCheckConfig": params{"Type": "PING"}}, "InvalidInput", "HTTPS"},
		{"a range in REST-XML", "route53", "ChangeResourceRecordSets", params{"HostedZoneId": "Z1", "ChangeBatch": params{"Changes": []any{params{"Action": "CREATE",
			"ResourceRecordSet": params{"Name": "x.example.com", "Type": "A", "SetIdentifier": "blue", "Weight": 300}}}}}, "InvalidInput", "255"},
		{"a nested member", "network-firewall", "CreateRuleGroup", params{"RuleGroupName": "r", "Type": "STATEFUL", "Capacity": 1, "RuleGroup": params{
			"RulesSource": params{"RulesSourceList": params{"Targets": []string{"x"}}}}}, "InvalidRequestException", "generatedRulesType"},
	} {
		t.Log(c.what)
		sdk.refused(t, c.service, c.operation, c.in, c.code, c.part)
	}
}

func TestAProtectedLoadBalancerIsNotDeleted(t *testing.T) {
	t.Parallel()
	_, subnets := network(t, "10.65", "a")
	balancer := text(t, sdk.ok(t, "elbv2", "CreateLoadBalancer", params{"Name": "guarded", "Type": "network", "Subnets": subnets}), "LoadBalancers", 0, "LoadBalancerArn")
	protect := func(value string) params {
		return params{"LoadBalancerArn": balancer, "Attributes": []any{params{"Key": "deletion_protection.enabled", "Value": value}}}
	}
	sdk.ok(t, "elbv2", "ModifyLoadBalancerAttributes", protect("true"))
	sdk.refused(t, "elbv2", "DeleteLoadBalancer", params{"LoadBalancerArn": balancer}, "OperationNotPermitted", "deletion protection is enabled")
	sdk.ok(t, "elbv2", "ModifyLoadBalancerAttributes", protect("false"))
	sdk.ok(t, "elbv2", "DeleteLoadBalancer", params{"LoadBalancerArn": balancer})
	sdk.ok(t, "elbv2", "DeleteLoadBalancer", params{"LoadBalancerArn": balancer}) // is gone, which is what was asked
}

func TestNetworksThatEC2Refuses(t *testing.T) {
	t.Parallel()
	sdk.refused(t, "ec2", "CreateVpc", params{"CidrBlock": "10.0.0.0/15"}, "InvalidVpc.Range", "10.0.0.0/15")
	vpc, _ := network(t, "10.60")
	sdk.refused(t, "ec2", "AssociateVpcCidrBlock", params{"VpcId": vpc, "CidrBlock": "100.64.0.0/10"}, "InvalidVpc.Range", "100.64.0.0/10")
}

func TestWhatIsInUseIsNotDeleted(t *testing.T) {
	t.Parallel()
	vpc, subnets := network(t, "10.61", "a", "b")
	group := text(t, sdk.ok(t, "ec2", "CreateSecurityGroup", params{"GroupName": "used", "Description": "d", "VpcId": vpc}), "GroupId")
	balancer := text(t, sdk.ok(t, "elbv2", "CreateLoadBalancer", params{"Name": "held", "Type": "network", "Subnets": subnets, "SecurityGroups": []any{group}}),
		"LoadBalancers", 0, "LoadBalancerArn")
	sdk.refused(t, "ec2", "DeleteSubnet", params{"SubnetId": subnets[0]}, "DependencyViolation", "ELB ")
	sdk.refused(t, "ec2", "DeleteSecurityGroup", params{"GroupId": group}, "DependencyViolation", group)
	sdk.refused(t, "ec2", "DeleteVpc", params{"VpcId": vpc}, "DependencyViolation", "subnets")
	found := sdk.ok(t, "ec2", "DescribeNetworkInterfaces", params{"Filters": []any{params{"Name": "subnet-id", "Values": []any{subnets[0]}}}})
	sdk.refused(t, "ec2", "DeleteNetworkInterface", params{"NetworkInterfaceId": text(t, found, "NetworkInterfaces", 0, "NetworkInterfaceId")},
		"InvalidParameterValue", "in use")
	sdk.ok(t, "elbv2", "DeleteLoadBalancer", params{"LoadBalancerArn": balancer})

	other := text(t, sdk.ok(t, "ec2", "CreateSecurityGroup", params{"GroupName": "refers", "Description": "d", "VpcId": vpc}), "GroupId")
	sdk.ok(t, "ec2", "AuthorizeSecurityGroupIngress", params{"GroupId": other, "IpPermissions": []any{params{"IpProtocol": "-1",
		"UserIdGroupPairs": []any{params{"GroupId": group}}}}})
	sdk.refused(t, "ec2", "DeleteSecurityGroup", params{"GroupId": group}, "DependencyViolation", other)
	sdk.ok(t, "ec2", "DeleteSecurityGroup", params{"GroupId": other})
	for _, subnet := range subnets {
		sdk.ok(t, "ec2", "DeleteSubnet", params{"SubnetId": subnet})
	}
	sdk.refused(t, "ec2", "DeleteVpc", params{"VpcId": vpc}, "DependencyViolation", group)
	sdk.ok(t, "ec2", "DeleteSecurityGroup", params{"GroupId": group})
	gateway := text(t, sdk.ok(t, "ec2", "CreateInternetGateway", nil), "InternetGateway", "InternetGatewayId")
	sdk.ok(t, "ec2", "AttachInternetGateway", params{"InternetGatewayId": gateway, "VpcId": vpc})
	sdk.refused(t, "ec2", "DeleteVpc", params{"VpcId": vpc}, "DependencyViolation", gateway)
	sdk.ok(t, "ec2", "DetachInternetGateway", params{"InternetGatewayId": gateway, "VpcId": vpc})
	sdk.ok(t, "ec2", "DeleteVpc", params{"VpcId": vpc})
}

func TestANATGatewayHoldsItsAddressItsSubnetAndTheWayOut(t *testing.T) {
	t.Parallel()
	vpc, subnets := network(t, "10.62", "a")
	internet := text(t, sdk.ok(t, "ec2", "CreateInternetGateway", nil), "InternetGateway", "InternetGatewayId")
	way := params{"InternetGatewayId": internet, "VpcId": vpc}
	sdk.ok(t, "ec2", "AttachInternetGateway", way)
	address := params{"AllocationId": text(t, sdk.ok(t, "ec2", "AllocateAddress", params{"Domain": "vpc"}), "AllocationId")}
	nat := text(t, sdk.ok(t, "ec2", "CreateNatGateway", params{"SubnetId": subnets[0], "AllocationId": address["AllocationId"]}), "NatGateway", "NatGatewayId")
	sdk.refused(t, "ec2", "ReleaseAddress", address, "AuthFailure", nat)
	sdk.refused(t, "ec2", "DetachInternetGateway", way, "DependencyViolation", "mapped public address")
	sdk.refused(t, "ec2", "DeleteSubnet", params{"SubnetId": subnets[0]}, "DependencyViolation", "")
	sdk.ok(t, "ec2", "DeleteNatGateway", params{"NatGatewayId": nat})
	sdk.ok(t, "ec2", "ReleaseAddress", address)
	sdk.ok(t, "ec2", "DetachInternetGateway", way)
	sdk.ok(t, "ec2", "DeleteSubnet", params{"SubnetId": subnets[0]})
}

func TestZonesThatRoute53Refuses(t *testing.T) {
	t.Parallel()
	private := params{"Name": "private.example.com", "CallerReference": "1", "HostedZoneConfig": params{"PrivateZone": true}}
	sdk.refused(t, "route53", "CreateHostedZone", private, "InvalidInput", "VPC")
	zone := text(t, sdk.ok(t, "route53", "CreateHostedZone", params{"Name": "full.example.com", "CallerReference": "2"}), "HostedZone", "Id")
	sdk.ok(t, "route53", "ChangeResourceRecordSets", params{"HostedZoneId": zone, "ChangeBatch": params{"Changes": []any{params{"Action": "CREATE",
		"ResourceRecordSet": params{"Name": "a.full.example.com", "Type": "A", "TTL": 5, "ResourceRecords": []any{params{"Value": "192.0.2.1"}}}}}}})
	sdk.refused(t, "route53", "DeleteHostedZone", params{"Id": zone}, "HostedZoneNotEmpty", "")
}

func TestDatabasesHoldWhatTheyUse(t *testing.T) {
	t.Parallel()
	_, subnets := network(t, "10.63", "a", "b", "a")
	group := params{"DBSubnetGroupName": "used", "DBSubnetGroupDescription": "d", "SubnetIds": []any{subnets[0], subnets[2]}}
	sdk.refused(t, "rds", "CreateDBSubnetGroup", group, "DBSubnetGroupDoesNotCoverEnoughAZs", "at least 2")
	group["SubnetIds"] = subnets[:2]
	sdk.ok(t, "rds", "CreateDBSubnetGroup", group)
	sdk.ok(t, "rds", "CreateDBParameterGroup", params{"DBParameterGroupName": "used", "DBParameterGroupFamily": "postgres16", "Description": "d"})
	sdk.ok(t, "rds", "ModifyDBParameterGroup", params{"DBParameterGroupName": "used", "Parameters": []any{params{"ParameterName": "rds.force_ssl", "ParameterValue": "1", "ApplyMethod": "immediate"}}})
	if source := text(t, sdk.ok(t, "rds", "DescribeDBParameters", params{"DBParameterGroupName": "used"}), "Parameters", 0, "Source"); source != "user" {
		t.Errorf("the source of a parameter that was set is %s", source)
	}
	sdk.ok(t, "rds", "CreateDBInstance", params{"DBInstanceIdentifier": "holder", "DBInstanceClass": "db.t3.micro", "Engine": "postgres", "AllocatedStorage": 20,
		"MasterUsername": "drover", "MasterUserPassword": "rehearsal", "DBSubnetGroupName": "used", "DBParameterGroupName": "used", "DeletionProtection": true})
	sdk.refused(t, "rds", "DeleteDBSubnetGroup", params{"DBSubnetGroupName": "used"}, "InvalidDBSubnetGroupStateFault", "holder")
	sdk.refused(t, "rds", "DeleteDBParameterGroup", params{"DBParameterGroupName": "used"}, "InvalidDBParameterGroupState", "holder")
	sdk.refused(t, "ec2", "DeleteSubnet", params{"SubnetId": subnets[0]}, "DependencyViolation", "RDSNetworkInterface")
	sdk.refused(t, "rds", "DeleteDBInstance", params{"DBInstanceIdentifier": "holder"}, "InvalidParameterCombination", "FinalDBSnapshotIdentifier")
	gone := params{"DBInstanceIdentifier": "holder", "SkipFinalSnapshot": true}
	sdk.refused(t, "rds", "DeleteDBInstance", gone, "InvalidParameterCombination", "protected")
	sdk.ok(t, "rds", "ModifyDBInstance", params{"DBInstanceIdentifier": "holder", "DeletionProtection": false})
	sdk.ok(t, "rds", "DeleteDBInstance", gone)
	sdk.ok(t, "rds", "DeleteDBSubnetGroup", params{"DBSubnetGroupName": "used"})
	sdk.ok(t, "rds", "DeleteDBParameterGroup", params{"DBParameterGroupName": "used"})
	sdk.ok(t, "ec2", "DeleteSubnet", params{"SubnetId": subnets[0]})
}

func TestKeysGoAfterAWeekAtLeast(t *testing.T) {
	t.Parallel()
	key := text(t, sdk.ok(t, "kms", "CreateKey", nil), "KeyMetadata", "KeyId")
	sdk.refused(t, "kms", "ScheduleKeyDeletion", params{"KeyId": key, "PendingWindowInDays": 3}, "ValidationException", "7 to 30")
	sdk.ok(t, "kms", "ScheduleKeyDeletion", params{"KeyId": key, "PendingWindowInDays": 7})
}

func TestClustersThatEKSRefusesToTheSDK(t *testing.T) {
	t.Parallel()
	_, subnets := network(t, "10.64", "a", "b", "a")
	in := func(version string, protected bool, subnets ...string) params {
		return params{"name": "guarded", "version": version, "roleArn": role, "deletionProtection": protected,
			"resourcesVpcConfig": params{"subnetIds": subnets}}
	}
	sdk.refused(t, "eks", "CreateCluster", in("1.33", false, subnets[0], subnets[2]), "InvalidParameterException", "two different AZs")
	sdk.refused(t, "eks", "CreateCluster", in("1.12", false, subnets[0], subnets[1]), "InvalidParameterException", "1.12")
	sdk.ok(t, "eks", "CreateCluster", in("1.33", true, subnets[0], subnets[1]))
	sdk.refused(t, "ec2", "DeleteSubnet", params{"SubnetId": subnets[0]}, "DependencyViolation", "Amazon EKS guarded")
	sdk.refused(t, "eks", "DeleteCluster", params{"name": "guarded"}, "InvalidRequestException", "deletion protection")
	sdk.ok(t, "eks", "UpdateClusterConfig", params{"name": "guarded", "deletionProtection": false})
	sdk.ok(t, "eks", "DeleteCluster", params{"name": "guarded"})
	sdk.ok(t, "ec2", "DeleteSubnet", params{"SubnetId": subnets[0]})
}

func TestSupportAndShiftsThatEKSRefuses(t *testing.T) {
	t.Parallel()
	_, subnets := network(t, "10.67", "a", "b")
	in := func(name, version, support string) params {
		return params{"name": name, "version": version, "roleArn": role, "upgradePolicy": params{"supportType": support}, "resourcesVpcConfig": params{"subnetIds": subnets}}
	}
	sdk.refused(t, "eks", "CreateCluster", in("supported", "1.33", "FOREVER"), "InvalidParameterException", "STANDARD")
	sdk.ok(t, "eks", "CreateCluster", in("supported", "1.33", "EXTENDED"))
	change := func(name, key string, to params) params { return params{"name": name, key: to} }
	standard := params{"supportType": "STANDARD"}
	sdk.refused(t, "eks", "UpdateClusterConfig", change("supported", "upgradePolicy", standard), "InvalidRequestException", "extended support")
	sdk.refused(t, "eks", "UpdateClusterConfig", change("supported", "zonalShiftConfig", params{}), "InvalidParameterException", "enabled")
	sdk.ok(t, "eks", "UpdateClusterConfig", change("supported", "zonalShiftConfig", params{"enabled": true}))
	if on := at(t, sdk.ok(t, "eks", "DescribeCluster", params{"name": "supported"}), "cluster", "zonalShiftConfig", "enabled"); on != true {
		t.Errorf("the zonal shift is %v after it was turned on", on)
	}
	sdk.ok(t, "eks", "CreateCluster", in("young", "1.36", "EXTENDED"))
	sdk.ok(t, "eks", "UpdateClusterConfig", change("young", "upgradePolicy", standard))
}
