package aws

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/aws/smithy-go"
)

// each asks EC2 for all pages of a description and hands each to read, which returns the token of the next page.
func (i *instances) each(ctx context.Context, doing, action string, params url.Values, read func(body []byte) (next string, err error)) error {
	query := url.Values{"Action": {action}, "Version": {"2016-11-15"}}
	for key, values := range params {
		query[key] = values
	}
	for {
		body, status, err := i.ask(ctx, query)
		if err != nil {
			return explain(doing, err)
		}
		if status != http.StatusOK {
			return explain(doing, ec2Refusal(body, status))
		}
		next, err := read(body)
		if err != nil {
			return fmt.Errorf("%s: reading EC2's answer: %w", doing, err)
		}
		if next == "" {
			return nil
		}
		query.Set("NextToken", next)
	}
}

// ec2Refusal is EC2's own error.
func ec2Refusal(body []byte, status int) error {
	var answer struct {
		Code    string `xml:"Errors>Error>Code"`
		Message string `xml:"Errors>Error>Message"`
	}
	if xml.Unmarshal(body, &answer) != nil || answer.Code == "" {
		return fmt.Errorf("it answered %d: %.200s", status, body)
	}
	return &smithy.GenericAPIError{Code: answer.Code, Message: answer.Message}
}

// instance is a machine that runs or is about to.
type instance struct {
	Type string `xml:"instanceType"`
	Spot string `xml:"instanceLifecycle"` // "spot", or empty for on demand
}

// running lists the machines that count against quotas of processors.
func (i *instances) running(ctx context.Context) ([]instance, error) {
	var all []instance
	params := url.Values{"MaxResults": {"1000"}, "Filter.1.Name": {"instance-state-name"}, "Filter.1.Value.1": {"pending"}, "Filter.1.Value.2": {"running"}}
	err := i.each(ctx, "asking EC2 for all running instances", "DescribeInstances", params, func(body []byte) (string, error) {
		var page struct {
			Machines []instance `xml:"reservationSet>item>instancesSet>item"`
			Next     string     `xml:"nextToken"`
		}
		err := xml.Unmarshal(body, &page)
		all = append(all, page.Machines...)
		return page.Next, err
	})
	return all, err
}

// processors gives the number of virtual processors of instance types, which is what quotas count.
func (i *instances) processors(ctx context.Context, types []string) (map[string]int, error) {
	const atOnce = 100 // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypes.html
	found := map[string]int{}
	for len(types) > 0 {
		some := types[:min(atOnce, len(types))]
		types = types[len(some):]
		params := url.Values{}
		for n, name := range some {
			params.Set("InstanceType."+strconv.Itoa(n+1), name)
		}
		err := i.each(ctx, "asking EC2 for instance types", "DescribeInstanceTypes", params, func(body []byte) (string, error) {
			var page struct {
				Types []struct {
					Name       string `xml:"instanceType"`
					Processors int    `xml:"vCpuInfo>defaultVCpus"`
				} `xml:"instanceTypeSet>item"`
				Next string `xml:"nextToken"`
			}
			err := xml.Unmarshal(body, &page)
			for _, t := range page.Types {
				found[t.Name] = t.Processors
			}
			return page.Next, err
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// free gives the number of free addresses of each subnet.
func (i *instances) free(ctx context.Context, subnets []string) (map[string]int, error) {
	params := url.Values{}
	for n, id := range subnets {
		params.Set("SubnetId."+strconv.Itoa(n+1), id)
	}
	found := map[string]int{}
	err := i.each(ctx, "asking EC2 for free addresses", "DescribeSubnets", params, func(body []byte) (string, error) {
		var page struct {
			Subnets []struct {
				ID   string `xml:"subnetId"`
				Free int    `xml:"availableIpAddressCount"`
			} `xml:"subnetSet>item"`
			Next string `xml:"nextToken"`
		}
		err := xml.Unmarshal(body, &page)
		for _, s := range page.Subnets {
			found[s.ID] = s.Free
		}
		return page.Next, err
	})
	return found, err
}

// count counts what a description lists.
func (i *instances) count(ctx context.Context, action, list string) (int, error) {
	n := 0
	err := i.each(ctx, "asking EC2 by "+action, action, nil, func(body []byte) (string, error) {
		var page struct {
			Lists []struct {
				XMLName xml.Name
				Items   []struct{} `xml:"item"`
			} `xml:",any"`
			Next string `xml:"nextToken"`
		}
		if err := xml.Unmarshal(body, &page); err != nil {
			return "", err
		}
		known := false
		for _, l := range page.Lists {
			if l.XMLName.Local == list {
				known = true
				n += len(l.Items)
			}
		}
		if !known { // an answer of another form is not an empty list
			return "", fmt.Errorf("it has no %s", list)
		}
		return page.Next, nil
	})
	return n, err
}
