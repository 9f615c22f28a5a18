package main

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// told is what the job is told in the environment.
type told struct {
	account, region, domain, bucket, admin string
	from                                   netip.Prefix
	budget                                 float64 // USD
	limit                                  time.Duration
}

// variable is one that the job needs, and how it is read.
type variable struct {
	name, means string
	read        func(o *told, value string) error
}

// variables have no defaults: whoever starts the job has said all of this.
var variables = []variable{
	{"DROVER_REAL_ACCOUNT", "the AWS account that pays: 12 digits", func(o *told, v string) error {
		o.account = v
		return match(v, `[0-9]{12}`)
	}},
	{"DROVER_REAL_REGION", "the region, such as eu-west-1", func(o *told, v string) error {
		o.region = v
		return match(v, `[a-z]{2,4}(-[a-z]+)+-[0-9]+`)
	}},
	{"DROVER_REAL_DOMAIN", "the name of a public hosted zone of that account that nothing else uses, such as real.example.com", func(o *told, v string) error {
		o.domain = v
		return match(v, `([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}`)
	}},
	{"DROVER_REAL_BUCKET", "an S3 bucket of that account and region for state and journal", func(o *told, v string) error {
		o.bucket = v
		return match(v, `[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]`)
	}},
	{"DROVER_REAL_ADMIN", "the ARN of the IAM role or user that runs this job", func(o *told, v string) error {
		o.admin = v
		return match(v, `arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/[A-Za-z0-9+=,.@_/-]+`)
	}},
	{"DROVER_REAL_FROM", "the public range that this machine calls from, such as 203.0.113.7/32", func(o *told, v string) (err error) {
		if o.from, err = netip.ParsePrefix(v); err == nil && o.from.Bits() < 24 {
			err = errors.New("it is wider than /24")
		}
		return err
	}},
	{"DROVER_REAL_BUDGET", "how many USD one run may cost, such as 5: writing it says that you know that it costs", func(o *told, v string) (err error) {
		if o.budget, err = strconv.ParseFloat(v, 64); err == nil && (o.budget <= 0 || o.budget > 1000) {
			err = errors.New("it is not between 0 and 1000")
		}
		return err
	}},
	{"DROVER_REAL_LIMIT", "how long apply and rotate may take together, such as 2h", func(o *told, v string) (err error) {
		if o.limit, err = time.ParseDuration(v); err == nil && (o.limit < 10*time.Minute || o.limit > 12*time.Hour) {
			err = errors.New("it is not between 10m and 12h")
		}
		return err
	}},
}

// orders reads all variables, and names each that is missing or wrong.
func orders(getenv func(string) string) (told, error) {
	var o told
	var wrong []string
	for _, v := range variables {
		value := getenv(v.name)
		if value == "" {
			wrong = append(wrong, fmt.Sprintf("  %s is not set: %s", v.name, v.means))
		} else if err := v.read(&o, value); err != nil {
			wrong = append(wrong, fmt.Sprintf("  %s is %q: %v; it is %s", v.name, value, err, v.means))
		}
	}
	if len(wrong) > 0 {
		return told{}, fmt.Errorf("refusing to touch an AWS account: this job builds a cluster that costs money, and needs all of this in the environment (docs/aws.md):\n%s", strings.Join(wrong, "\n"))
	}
	return o, nil
}

func match(value, pattern string) error {
	if !regexp.MustCompile(`^` + pattern + `$`).MatchString(value) {
		return errors.New("it does not look like that")
	}
	return nil
}
