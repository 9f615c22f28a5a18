package aws

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	tagtypes "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/types"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
)

// taggedLookups are the kinds of a foundation that its services make up no id for, or whose services drover asks for
// nothing else. AWS's tagging API has them by the end of their ARN, which is the name that the plan gives them.
func taggedLookups() map[string]lookup {
	return map[string]lookup{
		"aws_cloudwatch_log_group": byARN("logs", ":log-group:", "name", false, "aws logs delete-log-group --log-group-name {id}"),
		"aws_ecr_repository":       byARN("ecr", ":repository/", "name", false, "aws ecr delete-repository --repository-name {id}"),
		"aws_s3_bucket":            byARN("s3", ":::", "bucket", false, "aws s3api delete-bucket --bucket {id}"),
		"aws_db_instance":          byARN("rds", ":db:", "identifier", false, "aws rds delete-db-instance --db-instance-identifier {id}"),
		"aws_db_subnet_group":      byARN("rds", ":subgrp:", "name", false, "aws rds delete-db-subnet-group --db-subnet-group-name {id}"),
		"aws_db_parameter_group":   byARN("rds", ":pg:", "name", false, "aws rds delete-db-parameter-group --db-parameter-group-name {id}"),
		"aws_backup_vault":         byARN("backup", ":backup-vault:", "name", false, "aws backup delete-backup-vault --backup-vault-name {id}"),
		"aws_codebuild_project":    byARN("codebuild", ":project/", "name", true, "aws codebuild delete-project --name {id}"),
		"aws_networkfirewall_firewall": byARN("network-firewall", ":firewall/", "name", true,
			"aws network-firewall delete-firewall --firewall-arn {id}"),
		"aws_networkfirewall_firewall_policy": byARN("network-firewall", ":firewall-policy/", "name", true,
			"aws network-firewall delete-firewall-policy --firewall-policy-arn {id}"),
		"aws_networkfirewall_rule_group": byARN("network-firewall", ":stateful-rulegroup/", "name", true,
			"aws network-firewall delete-rule-group --rule-group-arn {id}"),
		"aws_ec2_client_vpn_endpoint": {[]string{clusterValue}, (*Platform).vpnThere, "aws ec2 delete-client-vpn-endpoint --client-vpn-endpoint-id {id}"},
		"aws_kms_key":                 {[]string{clusterValue}, (*Platform).keyThere, "aws kms schedule-key-deletion --key-id {id}"},
		"aws_kms_alias":               {[]string{"name"}, (*Platform).aliasThere, "aws kms delete-alias --alias-name {id}"},
		"aws_route53_zone":            {[]string{"name", clusterValue}, (*Platform).zoneThere, "aws route53 delete-hosted-zone --id {id}, after its records"},
	}
}

// byARN looks for what carries the cluster's tag and has an ARN that ends in the planned name. Terraform imports it by that
// name, or by the whole ARN.
func byARN(service, before, name string, whole bool, remove string) lookup {
	return lookup{[]string{name, clusterValue}, func(p *Platform, ctx context.Context, v values) ([]there, error) {
		all, err := p.withTag(ctx, service, v.text(clusterValue))
		var found []there
		for _, one := range all {
			if !strings.HasSuffix(strings.TrimSuffix(one.id, ":*"), before+v.text(name)) { // log groups end in :* in places
				continue
			}
			if !whole {
				one.id = v.text(name)
			}
			found = append(found, one)
		}
		return found, err
	}, remove}
}

// withTag are the resources of a service that carry a cluster's tag, by their ARNs.
func (p *Platform) withTag(ctx context.Context, service, cluster string) (found []there, err error) {
	pages := resourcegroupstaggingapi.NewGetResourcesPaginator(p.tags, &resourcegroupstaggingapi.GetResourcesInput{
		TagFilters: []tagtypes.TagFilter{{Key: sdk.String(clusterTag), Values: []string{cluster}}}, ResourceTypeFilters: []string{service}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explain("asking AWS for what of "+service+" is tagged "+clusterTag+"="+cluster, err)
		}
		for _, one := range page.ResourceTagMappingList {
			tags := map[string]string{}
			for _, tag := range one.Tags {
				tags[sdk.ToString(tag.Key)] = sdk.ToString(tag.Value)
			}
			found = append(found, there{id: sdk.ToString(one.ResourceARN), tags: tags})
		}
	}
	return found, nil
}

// vpnThere finds the client VPN of a cluster: it has one, and EC2 describes none by its tags.
func (p *Platform) vpnThere(ctx context.Context, v values) (found []there, err error) {
	all, err := p.withTag(ctx, "ec2:client-vpn-endpoint", v.text(clusterValue))
	for _, one := range all {
		if _, id, ok := strings.Cut(one.id, ":client-vpn-endpoint/"); ok {
			found = append(found, there{id: id, tags: one.tags})
		}
	}
	return found, err
}

// keyThere finds the keys of a cluster. One that is to be deleted is in nobody's way.
func (p *Platform) keyThere(ctx context.Context, v values) (found []there, err error) {
	all, err := p.withTag(ctx, "kms", v.text(clusterValue))
	for _, one := range all {
		_, id, isKey := strings.Cut(one.id, ":key/")
		if !isKey {
			continue
		}
		state, created, err := p.keyState(ctx, id)
		if err != nil {
			return nil, err
		}
		if state == "Enabled" {
			found = append(found, there{id: id, tags: one.tags, created: created})
		}
	}
	return found, err
}

func (p *Platform) keyState(ctx context.Context, id string) (state string, created *time.Time, err error) {
	var answer struct {
		KeyMetadata struct {
			KeyState     string
			CreationDate float64
		}
	}
	if err := p.askKMS(ctx, "DescribeKey", map[string]any{"KeyId": id}, &answer); err != nil {
		return "", nil, err
	}
	return answer.KeyMetadata.KeyState, seconds(answer.KeyMetadata.CreationDate), nil
}

// aliasThere finds an alias. It has no tags: whose it is, the key tells that it leads to.
func (p *Platform) aliasThere(ctx context.Context, v values) ([]there, error) {
	type page struct {
		Aliases []struct {
			AliasName, TargetKeyId string //nolint:revive // as AWS spells it
			CreationDate           float64
		}
		NextMarker string
	}
	for in := map[string]any{}; ; {
		var answer page
		if err := p.askKMS(ctx, "ListAliases", in, &answer); err != nil {
			return nil, err
		}
		for _, alias := range answer.Aliases {
			if alias.AliasName != v.text("name") {
				continue
			}
			tags, err := p.keyTags(ctx, alias.TargetKeyId)
			return []there{{id: alias.AliasName, tags: tags, created: seconds(alias.CreationDate)}}, err
		}
		if answer.NextMarker == "" {
			return nil, nil
		}
		in["Marker"] = answer.NextMarker
	}
}

func (p *Platform) keyTags(ctx context.Context, id string) (map[string]string, error) {
	if id == "" {
		return nil, nil
	}
	var answer struct {
		Tags []struct{ TagKey, TagValue string }
	}
	if err := p.askKMS(ctx, "ListResourceTags", map[string]any{"KeyId": id}, &answer); err != nil {
		return nil, err
	}
	tags := map[string]string{}
	for _, tag := range answer.Tags {
		tags[tag.TagKey] = tag.TagValue
	}
	return tags, nil
}

func (p *Platform) askKMS(ctx context.Context, operation string, in, out any) error {
	body, status, err := p.kms.askJSON(ctx, "TrentService."+operation, in)
	if err != nil {
		return explain("asking KMS ("+operation+")", err)
	}
	if status != http.StatusOK {
		return explain("asking KMS ("+operation+")", fmt.Errorf("it answered %d: %.200s", status, body))
	}
	if err := json.Unmarshal(body, out); err != nil {
		return explain("reading KMS's answer to "+operation, err)
	}
	return nil
}

func seconds(since1970 float64) *time.Time {
	if since1970 == 0 {
		return nil
	}
	at := time.UnixMilli(int64(since1970 * 1000))
	return &at
}

// zoneThere finds the zones of a domain that carry the cluster's tag. Others may have one of the same name.
func (p *Platform) zoneThere(ctx context.Context, v values) ([]there, error) {
	name := v.text("name")
	answer, err := p.zones.ListHostedZonesByName(ctx, &route53.ListHostedZonesByNameInput{DNSName: &name})
	if err != nil {
		return nil, explain("asking Route 53 for the zones of "+name, err)
	}
	var found []there
	for _, zone := range answer.HostedZones {
		if plain(sdk.ToString(zone.Name)) != plain(name) {
			break
		}
		id := strings.TrimPrefix(sdk.ToString(zone.Id), "/hostedzone/")
		answer, err := p.zones.ListTagsForResource(ctx, &route53.ListTagsForResourceInput{ResourceType: types.TagResourceTypeHostedzone, ResourceId: &id})
		if err != nil {
			return nil, explain("asking Route 53 for the tags of the zone "+id, err)
		}
		tags := map[string]string{}
		for _, tag := range answer.ResourceTagSet.Tags {
			tags[sdk.ToString(tag.Key)] = sdk.ToString(tag.Value)
		}
		if tags[clusterTag] == v.text(clusterValue) {
			found = append(found, there{id: id, tags: tags})
		}
	}
	return found, nil
}
