package inventory

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// askEKS lists clusters and what is in each; a cluster's color is that of everything in it.
func (q *questions) askEKS(ctx context.Context) error {
	clusters, err := q.listEKS(ctx, "ListClusters", "/clusters", "clusters")
	if err != nil {
		return err
	}
	for _, name := range clusters {
		var out struct {
			Cluster struct {
				Tags map[string]string `json:"tags"`
			} `json:"cluster"`
		}
		path := "/clusters/" + url.PathEscape(name)
		if err := q.api.REST(ctx, "eks", "DescribeCluster", http.MethodGet, path, nil, &out); err != nil {
			return err
		}
		color := colorOf(out.Cluster.Tags)
		if color == "" {
			color = colorOfName(name)
		}
		q.add("EKS cluster", name, color)
		for _, in := range []struct{ kind, operation, path, member string }{
			{"node group", "ListNodegroups", "/node-groups", "nodegroups"},
			{"add-on", "ListAddons", "/addons", "addons"},
			{"access entry", "ListAccessEntries", "/access-entries", "accessEntries"},
			{"Pod Identity association", "ListPodIdentityAssociations", "/pod-identity-associations", "associations"},
		} {
			ids, err := q.listEKS(ctx, in.operation, path+in.path, in.member)
			if err != nil {
				return err
			}
			for _, id := range ids {
				q.add(in.kind, name+"/"+id, color)
			}
		}
	}
	return nil
}

// listEKS reads all pages of a list of names, or of associations by their id.
func (q *questions) listEKS(ctx context.Context, operation, path, member string) ([]string, error) {
	var ids []string
	for token := ""; ; {
		var out map[string]json.RawMessage
		if err := q.api.REST(ctx, "eks", operation, http.MethodGet, path+token, nil, &out); err != nil {
			return nil, err
		}
		var names []string
		var associations []struct {
			ID string `json:"associationId"`
		}
		if json.Unmarshal(out[member], &names) != nil {
			if err := json.Unmarshal(out[member], &associations); err != nil {
				return nil, err
			}
			names = nil
			for _, a := range associations {
				names = append(names, a.ID)
			}
		}
		ids = append(ids, names...)
		var next *string
		if raw := out["nextToken"]; raw != nil {
			if err := json.Unmarshal(raw, &next); err != nil {
				return nil, err
			}
		}
		if next == nil || *next == "" {
			return ids, nil
		}
		token = "?nextToken=" + url.QueryEscape(*next)
	}
}

// askZones lists hosted zones, their records and the health checks.
func (q *questions) askZones(ctx context.Context) error {
	zones, err := q.listXML(ctx, "ListHostedZones", "/2013-04-01/hostedzone", "HostedZones/HostedZone")
	if err != nil {
		return err
	}
	for i := range zones {
		id := strings.TrimPrefix(zones[i].text("Id"), "/hostedzone/")
		q.add("hosted zone", id, "")
		records, err := q.listXML(ctx, "ListResourceRecordSets", "/2013-04-01/hostedzone/"+id+"/rrset", "ResourceRecordSets/ResourceRecordSet")
		if err != nil {
			return err
		}
		for j := range records {
			r := &records[j]
			name, set := r.text("Name"), r.text("SetIdentifier")
			q.add("record", strings.TrimSpace(name+" "+r.text("Type")+" "+set), recordColor(name, zones[i].text("Name"), set))
		}
	}
	checks, err := q.listXML(ctx, "ListHealthChecks", "/2013-04-01/healthcheck", "HealthChecks/HealthCheck")
	if err != nil {
		return err
	}
	for i := range checks {
		id := checks[i].text("Id")
		tags, err := q.listXML(ctx, "ListTagsForResource", "/2013-04-01/tags/healthcheck/"+id, "ResourceTagSet/Tags/Tag")
		if err != nil {
			return err
		}
		color := ""
		for j := range tags {
			if tags[j].text("Key") == "drover:color" {
				color = tags[j].text("Value")
			}
		}
		if host := checks[i].text("HealthCheckConfig/FullyQualifiedDomainName"); color == "" {
			color = colorOfLabel(host)
		}
		q.add("health check", id, color)
	}
	return nil
}

// recordColor is that of a weighted record's set, or of a color's own name directly in the zone.
func recordColor(name, zone, set string) string {
	if set == "blue" || set == "green" {
		return set
	}
	if rest, _ := strings.CutSuffix(name, "."+zone); rest == "blue" || rest == "green" {
		return rest
	}
	return ""
}

func colorOfLabel(host string) string {
	if label, _, _ := strings.Cut(host, "."); label == "blue" || label == "green" {
		return label
	}
	return ""
}

// askBuckets lists buckets, queues and build projects, whose services have a list of their own form.
func (q *questions) askBuckets(ctx context.Context) error {
	var out node
	if err := q.api.RESTXML(ctx, "s3", "ListBuckets", http.MethodGet, "/", nil, &out); err != nil {
		return err
	}
	for _, bucket := range out.all("Buckets/Bucket") {
		q.add("bucket", bucket.text("Name"), "")
	}
	var queues struct{ QueueUrls []string }
	if err := q.api.JSON(ctx, "sqs", "AmazonSQS", "ListQueues", map[string]any{}, &queues); err != nil {
		return err
	}
	for _, queue := range queues.QueueUrls {
		q.add("queue", queue, "")
	}
	var builds struct{ Projects []string }
	if err := q.api.JSON(ctx, "codebuild", "CodeBuild_20161006", "ListProjects", map[string]any{}, &builds); err != nil {
		return err
	}
	for _, project := range builds.Projects {
		q.add("build project", project, "")
	}
	return nil
}

func (q *questions) listXML(ctx context.Context, operation, path, list string) ([]node, error) {
	var elements []node
	for query := ""; ; {
		var out node
		if err := q.api.RESTXML(ctx, "route53", operation, http.MethodGet, path+query, nil, &out); err != nil {
			return nil, err
		}
		elements = append(elements, out.all(list)...)
		if out.text("IsTruncated") != "true" {
			return elements, nil
		}
		query = "?" + url.Values{"marker": {out.text("NextMarker")}, "name": {out.text("NextRecordName")},
			"type": {out.text("NextRecordType")}, "identifier": {out.text("NextRecordIdentifier")}}.Encode()
	}
}
