package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"drover/generator/cost"
	"drover/generator/markdown"
	"drover/generator/spec"
)

func TestAPlanSaysWhatIsEstimatedAndWhatIsNot(t *testing.T) {
	t.Parallel()
	c, said := spec.Load("../../examples/aws/production.yaml")
	if said.HasErrors() {
		t.Fatal(said)
	}
	e, known := cost.Of(c, time.Date(2026, time.November, 29, 0, 0, 0, 0, time.UTC))
	if !known {
		t.Fatal("the example has no prices")
	}
	var out bytes.Buffer
	must(t, writeCost(&out, e))
	for _, want := range []string{
		"an estimate at AWS's list prices of " + e.PricesOf + " in eu-west-1", "3 × node of the pool general, m7i.large",
		"A rotation adds a second color", "drover has no price for it", "database orders, db.r7g.large", "Not included, because it depends on usage: data transfer",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in:\n%s", want, out.String())
		}
	}
	const lacking = "drover has no prices of eu-central-1"
	if strings.Contains(out.String(), "drover has no prices of") {
		t.Errorf("Ireland's prices are known:\n%s", out.String())
	}
	c.Spec.Region = "eu-central-1"
	elsewhere, _ := cost.Of(c, time.Date(2026, time.November, 29, 0, 0, 0, 0, time.UTC))
	must(t, writeCost(&out, elsewhere))
	d, page := &markdown.Document{}, &bytes.Buffer{}
	costMarkdown(d, elsewhere)
	must(t, d.Write(page, ""))
	if !strings.Contains(out.String(), lacking) || !strings.Contains(page.String(), lacking) {
		t.Errorf("%q is not in:\n%s\n%s", lacking, out.String(), page)
	}
	text, err := json.Marshal(pricedPlan{Cost: &e})
	must(t, err)
	if s := string(text); !strings.Contains(s, `"takes":`) || !strings.Contains(s, `"cost":{"pricesOf":`) {
		t.Errorf("the JSON is %s", s)
	}
}
