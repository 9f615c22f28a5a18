package awsproxy_test

import (
	"io"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"drover/rehearsal/aws/awsproxy"
)

// batchZone is a zone with one weighted record of blue under each of two names.
func batchZone(t *testing.T, name string) simulatedZone {
	t.Helper()
	zones := route53.NewFromConfig(config())
	made, err := zones.CreateHostedZone(t.Context(), &route53.CreateHostedZoneInput{Name: &name, CallerReference: &name})
	if err != nil {
		t.Fatal(err)
	}
	z := simulatedZone{zones, aws.ToString(made.HostedZone.Id), name}
	z.write(t, types.ChangeActionCreate, alias(name, types.RRTypeA, "blue", 100, ""), alias("*."+name, types.RRTypeA, "blue", 100, ""))
	return z
}

func (z simulatedZone) change(t *testing.T, changes ...types.Change) (string, error) {
	t.Helper()
	answer, err := z.api.ChangeResourceRecordSets(t.Context(), &route53.ChangeResourceRecordSetsInput{HostedZoneId: &z.id,
		ChangeBatch: &types.ChangeBatch{Changes: changes, Comment: aws.String("for <a test> & more")}})
	if err != nil {
		return "", err
	}
	return aws.ToString(answer.ChangeInfo.Id), nil
}

func TestAChangeBatchIsCarriedOutWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	z := batchZone(t, "whole.example.com")
	before := z.rest(t)
	create := types.Change{Action: types.ChangeActionCreate, ResourceRecordSet: new(alias("green.whole.example.com", types.RRTypeA, "green", 5, ""))}
	stale := alias(z.domain, types.RRTypeA, "blue", 95, "")
	moved := alias(z.domain, types.RRTypeA, "blue", 100, "")
	moved.AliasTarget.DNSName = aws.String("other.elb.example.com")
	for what, second := range map[string]types.Change{
		"a record with another weight":       {Action: types.ChangeActionDelete, ResourceRecordSet: &stale},
		"a record with another target":       {Action: types.ChangeActionDelete, ResourceRecordSet: &moved},
		"a record that is not there":         {Action: types.ChangeActionDelete, ResourceRecordSet: new(alias("none.whole.example.com", types.RRTypeA, "blue", 100, ""))},
		"the same record for a second time":  create,
		"a record that is there and is made": {Action: types.ChangeActionCreate, ResourceRecordSet: new(alias(z.domain, types.RRTypeA, "blue", 100, ""))},
	} {
		_, err := z.change(t, create, second)
		refusedWith(t, what, "InvalidChangeBatch", err)
		if after := z.rest(t); after != before {
			t.Errorf("with %s, the zone went from\n%s\nto\n%s", what, before, after)
		}
	}
}

func TestADeletedRecordLeavesOthersOfItsSetIdentifier(t *testing.T) {
	t.Parallel()
	z := batchZone(t, "others.example.com")
	if _, err := z.change(t, types.Change{Action: types.ChangeActionDelete, ResourceRecordSet: new(alias(z.domain, types.RRTypeA, "blue", 100, ""))}); err != nil {
		t.Fatal(err)
	}
	if got := z.read(t); len(got) != 1 || got[`\052.others.example.com. A`]["blue"] != 100 {
		t.Errorf("the zone has %v, want the wildcard alone", got)
	}
}

func TestAChangeIsPendingUntilItHasPropagated(t *testing.T) {
	t.Parallel()
	const takes = 300 * time.Millisecond
	slow, err := awsproxy.Start(t.Context(), awsproxy.Options{Moto: motoURL, Account: account, Log: io.Discard, InSync: func(written time.Time) bool { return time.Since(written) >= takes }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := slow.Close(); err != nil {
			t.Error(err)
		}
	}()
	z := batchZone(t, "pending.example.com")
	c := config()
	c.BaseEndpoint = aws.String(slow.URL())
	z.api = route53.NewFromConfig(c)
	began := time.Now()
	id, err := z.change(t, types.Change{Action: types.ChangeActionUpsert, ResourceRecordSet: new(alias(z.domain, types.RRTypeA, "blue", 50, ""))})
	if err != nil {
		t.Fatal(err)
	}
	for pending := false; ; {
		answer, err := z.api.GetChange(t.Context(), &route53.GetChangeInput{Id: &id})
		if err != nil {
			t.Fatal(err)
		}
		if said := aws.ToString(answer.ChangeInfo.Comment); said != "for <a test> & more" {
			t.Fatalf("the comment is %q", said)
		}
		if answer.ChangeInfo.Status == types.ChangeStatusPending {
			pending = true
			continue
		}
		if taken := time.Since(began); !pending || taken < takes {
			t.Errorf("in sync after %s, and pending before: %t", taken, pending)
		}
		return
	}
}
