package policies

import (
	"strings"
	"testing"
)

const account = "123456789012"

func TestWalkFindsWhatGivesTooMuch(t *testing.T) {
	t.Parallel()
	const own = `"Principal":{"AWS":"arn:aws:iam::123456789012:root"}`
	for name, c := range map[string]struct {
		kind      Kind
		statement string
		want      string // part of the one finding; empty is none
	}{
		"narrow":                   {Identity, `"Action":"s3:GetObject","Resource":"arn:aws:s3:::assets/*"`, ""},
		"every action":             {Identity, `"Action":"*","Resource":"arn:aws:s3:::assets/*"`, `"*" is every action`},
		"every action, spelled":    {Identity, `"Action":"*:*","Resource":"arn:aws:s3:::assets/*"`, `"*:*" is every action`},
		"of a service":             {Identity, `"Action":["s3:GetObject","s3:*"],"Resource":"arn:aws:s3:::assets/*"`, `"s3:*" is every action`},
		"of a service, by stars":   {Identity, `"Action":"s3:**","Resource":"arn:aws:s3:::assets/*"`, `"s3:**" is every action`},
		"of some services":         {Identity, `"Action":"s*:GetObject","Resource":"arn:aws:s3:::assets/*"`, "every action"},
		"no action":                {Identity, `"Resource":"arn:aws:s3:::assets/*"`, "no action is named"},
		"but one action":           {Identity, `"NotAction":"iam:PassRole","Resource":"arn:aws:s3:::assets/*"`, "NotAction allows"},
		"everything":               {Identity, `"Action":"s3:GetObject","Resource":"*"`, `"s3:GetObject" is allowed on "*"`},
		"everything of a service":  {Identity, `"Action":"s3:GetObject","Resource":"arn:aws:s3:::*"`, `allowed on "arn:aws:s3:::*"`},
		"every service":            {Identity, `"Action":"s3:GetObject","Resource":"arn:aws:*:eu-west-1:123456789012:a"`, "can be held"},
		"an ARN of three parts":    {Identity, `"Action":"s3:GetObject","Resource":"arn:aws:*"`, "can be held"},
		"passing any role":         {Identity, `"Action":"iam:PassRole","Resource":["arn:aws:iam::123456789012:role/a","*"]`, "iam:PassRole"},
		"no resource":              {Identity, `"Action":"s3:GetObject"`, "no resource is named"},
		"but one resource":         {Identity, `"Action":"s3:GetObject","NotResource":"arn:aws:s3:::a"`, "NotResource allows"},
		"effect":                   {Identity, `"Effect":"allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::a"`, "neither Allow nor Deny"},
		"a service's trust":        {Trust, `"Action":"sts:AssumeRole","Principal":{"Service":"eks.amazonaws.com"}`, ""},
		"a trust in everyone":      {Trust, `"Action":"sts:AssumeRole","Principal":"*"`, "is everyone"},
		"in every account":         {Trust, `"Action":"sts:AssumeRole","Principal":{"AWS":["*"]}`, "is everyone"},
		"in every service":         {Trust, `"Action":"sts:AssumeRole","Principal":{"Service":"*.amazonaws.com"}`, "is everyone"},
		"in another account":       {Trust, `"Action":"sts:AssumeRole","Principal":{"AWS":"arn:aws:iam::999999999999:root"}`, "of another account"},
		"in nobody":                {Trust, `"Action":"sts:AssumeRole"`, "no principal is named"},
		"in all but one":           {Trust, `"Action":"sts:AssumeRole","NotPrincipal":{"AWS":"arn:aws:iam::123456789012:root"}`, "NotPrincipal allows"},
		"everyone of the account":  {Key, `"Action":"kms:Decrypt","Resource":"*","Principal":{"AWS":"*"},"Condition":{"StringEquals":{"kms:CallerAccount":"123456789012"}}`, ""},
		"everyone, by any account": {Key, `"Action":"kms:Decrypt","Resource":"*","Principal":{"AWS":"*"},"Condition":{"StringLike":{"kms:CallerAccount":"*"}}`, "is everyone"},
		"everyone, if there":       {Key, `"Action":"kms:Decrypt","Resource":"*","Principal":{"AWS":"*"},"Condition":{"StringEqualsIfExists":{"kms:CallerAccount":"123456789012"}}`, "is everyone"},
		"everyone, by a service":   {Key, `"Action":"kms:Decrypt","Resource":"*","Principal":{"AWS":"*"},"Condition":{"StringEquals":{"kms:ViaService":"ec2.eu-west-1.amazonaws.com"}}`, "is everyone"},
		"a key's own account":      {Key, `"Action":"kms:*","Resource":"*",` + own, ""},
		"a key's other account":    {Key, `"Action":"kms:*","Resource":"*","Principal":{"Service":"logs.amazonaws.com"}`, `"kms:*" is every action`},
		"all of KMS for a role":    {Identity, `"Action":"kms:*","Resource":"arn:aws:kms:eu-west-1:123456789012:key/1",` + own, `"kms:*" is every action`},
		"a topic":                  {Resource, `"Action":"sns:Publish","Resource":"arn:aws:sns:eu-west-1:123456789012:a",` + own, ""},
		"every topic":              {Resource, `"Action":"sns:Publish","Resource":"*",` + own, "can be held"},
		"a denial":                 {Identity, `"Effect":"Deny","Action":"*","Resource":"*"`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			statement := c.statement
			if !strings.Contains(statement, `"Effect"`) {
				statement = `"Effect":"Allow",` + statement
			}
			findings, err := Walk(account, Document{Where: "here", Kind: c.kind, JSON: `{"Statement":[{` + statement + `}]}`})
			if err != nil {
				t.Fatal(err)
			}
			if c.want == "" && len(findings) > 0 {
				t.Errorf("found %q where nothing is wrong", findings)
			}
			if c.want != "" && (len(findings) != 1 || !strings.Contains(findings[0], c.want)) {
				t.Errorf("found %q, want one with %q", findings, c.want)
			}
		})
	}
}

func TestWalkReadsAStatementThatIsNoList(t *testing.T) {
	t.Parallel()
	findings, err := Walk(account, Document{Kind: Identity, JSON: `{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::a"}}`})
	if err != nil || len(findings) != 1 {
		t.Errorf("found %q, %v, want the one action", findings, err)
	}
}

func TestADocumentThatSaysNothingIsAnError(t *testing.T) {
	t.Parallel()
	for _, document := range []string{"", "{}", `{"Statement":[]}`, `{"Statement":"all"}`, `[]`} {
		if findings, err := Walk(account, Document{Kind: Identity, JSON: document}); err == nil {
			t.Errorf("%q passes with %q", document, findings)
		}
	}
}
