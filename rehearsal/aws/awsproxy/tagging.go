package awsproxy

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strings"

	"drover/rehearsal/aws/awsapi"
)

const taggingTarget = "ResourceGroupsTaggingAPI_20170126"

type taggingRequest struct {
	Types   []string `json:"ResourceTypeFilters"`
	Filters []struct {
		Key    string   `json:"Key"`
		Values []string `json:"Values"`
	} `json:"TagFilters"`
	Token string `json:"PaginationToken"`
}

type tagged struct {
	ARN  string `json:"ResourceARN"`
	Tags []tag  `json:"Tags"`
}

type tag struct {
	Key   string `json:"Key"`
	Value string `json:"Value"`
}

// serveTagging answers GetResources with moto's answer and with what moto's tagging API does not know of. The
// additions are on the last page.
func (p *Proxy) serveTagging(w http.ResponseWriter, r *http.Request, region string) bool {
	if r.Header.Get("X-Amz-Target") != taggingTarget+".GetResources" {
		return false
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return true
	}
	r.Body = io.NopCloser(bytes.NewReader(raw))
	var in taggingRequest
	if json.Unmarshal(raw, &in) != nil {
		return false // moto says what is wrong with it
	}
	var out struct {
		Token string   `json:"PaginationToken"`
		List  []tagged `json:"ResourceTagMappingList"`
	}
	client := p.Moto(region)
	if err := client.JSON(r.Context(), "tagging", taggingTarget, "GetResources", json.RawMessage(raw), &out); err != nil {
		return false // moto answers the same error once more, to the caller
	}
	out.List, err = withoutEnded(r.Context(), client, out.List)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return true
	}
	if out.Token == "" {
		out.List = append(out.List, p.additions(in, region, out.List)...)
	}
	if out.List == nil {
		out.List = []tagged{}
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(map[string]any{"PaginationToken": out.Token, "ResourceTagMappingList": out.List})
	return true
}

// withoutEnded leaves out instances that have ended: AWS forgets them and their tags, moto never does.
func withoutEnded(ctx context.Context, client *awsapi.Client, list []tagged) ([]tagged, error) {
	var out struct {
		IDs []string `xml:"reservationSet>item>instancesSet>item>instanceId"`
	}
	ended := url.Values{"Filter.1.Name": {"instance-state-name"}, "Filter.1.Value.1": {"terminated"}}
	if err := client.Query(ctx, "ec2", ec2Version, "DescribeInstances", ended, &out); err != nil {
		return nil, fmt.Errorf("look for instances that have ended: %w", err)
	}
	return slices.DeleteFunc(list, func(t tagged) bool {
		_, id, isInstance := strings.Cut(t.ARN, ":instance/")
		return isInstance && slices.Contains(out.IDs, id)
	}), nil
}

func (p *Proxy) additions(in taggingRequest, region string, have []tagged) []tagged {
	known := map[string]bool{}
	for _, t := range have {
		known[t.ARN] = true
	}
	var list []tagged
	add := func(arn string, tags map[string]string) {
		if !known[arn] && in.wantsType(arn) && in.wantsTags(tags) {
			list = append(list, tagged{ARN: arn, Tags: tagList(tags)})
		}
	}
	for _, t := range p.eks.Tagged(region) {
		add(t.ARN, t.Tags)
	}
	for _, t := range p.tables {
		for _, one := range t.store.Tagged(region) {
			add(one.ARN, one.Tags)
		}
	}
	return list
}

// wantsType compares with filters such as "eks" and "eks:nodegroup".
func (in taggingRequest) wantsType(arn string) bool {
	parts := strings.SplitN(arn, ":", 6)
	if len(in.Types) == 0 || len(parts) < 6 {
		return len(in.Types) == 0
	}
	kind, _, _ := strings.Cut(parts[5], "/")
	return slices.Contains(in.Types, parts[2]) || slices.Contains(in.Types, parts[2]+":"+kind)
}

func (in taggingRequest) wantsTags(tags map[string]string) bool {
	if len(tags) == 0 {
		return false // the API never lists what was never tagged
	}
	for _, f := range in.Filters {
		value, ok := tags[f.Key]
		if !ok || len(f.Values) > 0 && !slices.Contains(f.Values, value) {
			return false
		}
	}
	return true
}

func tagList(tags map[string]string) []tag {
	list := make([]tag, 0, len(tags))
	for k, v := range tags {
		list = append(list, tag{k, v})
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Key < list[j].Key })
	return list
}

func sortCalls(list []Calls) {
	sort.Slice(list, func(i, j int) bool { return list[i].Service < list[j].Service })
}
