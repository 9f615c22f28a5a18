package apimodel_test

import (
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"drover/rehearsal/aws/apimodel"
)

// described is a model whose requests and answers go by other names on the wire.
const described = `{"metadata": {"protocol": %q, "xmlNamespace": "urn:things"}, "operations": {
  "Make": {"http": {"method": "POST", "requestUri": "/things/{name}"}, "input": {"shape": "In"}, "output": {"shape": "Out"}},
  "Forget": {"http": {"method": "POST", "requestUri": "/forget"}}},
"shapes": {
  "In": {"type": "structure", "members": {"Name": {"shape": "Text" LOCATION}, "Size": {"shape": "Number"}, "On": {"shape": "Flag"},
    "Parts": {"shape": "Parts"}}},
  "Out": {"type": "structure", "members": {"Thing": {"shape": "Thing", "locationName": "thing"}, "Seen": {"shape": "Time", "locationName": "seen"}}},
  "Thing": {"type": "structure", "members": {"Name": {"shape": "Text", "locationName": "name"}, "Size": {"shape": "Number", "locationName": "size"},
    "Labels": {"shape": "Labels", "locationName": "labels"}, "Options": {"shape": "Options", "locationName": "options"}, "None": {"shape": "Text", "locationName": "none"}}},
  "Parts": {"type": "list", "member": {"shape": "Part", "locationName": "item"}},
  "Part": {"type": "structure", "members": {"Weight": {"shape": "Number", "locationName": "Weight"}}},
  "Labels": {"type": "list", "member": {"shape": "Label", "locationName": "item"}},
  "Label": {"type": "structure", "members": {"LabelKey": {"shape": "Text", "locationName": "key"}, "LabelValue": {"shape": "Text", "locationName": "value"}}},
  "Options": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Text"}},
  "Text": {"type": "string"}, "Number": {"type": "integer"}, "Flag": {"type": "boolean"}, "Time": {"type": "timestamp"}}}`

func describedService(t *testing.T, protocol string) *apimodel.Service {
	t.Helper()
	dir := t.TempDir()
	model := filepath.Join(dir, "things", "2020-01-01")
	if err := os.MkdirAll(model, 0o700); err != nil {
		t.Fatal(err)
	}
	location := ""
	if protocol == "rest-json" {
		location = `, "location": "uri", "locationName": "name"`
	}
	text := strings.Replace(fmt.Sprintf(described, protocol), "LOCATION", location, 1)
	if err := os.WriteFile(filepath.Join(model, "service-2.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := apimodel.Open(dir).Service("things", "")
	if err != nil || s == nil {
		t.Fatalf("the model is %v, %v", s, err)
	}
	return s
}

func TestARequestIsTheSameWhateverItsProtocol(t *testing.T) {
	t.Parallel()
	want := map[string]any{"Name": "abc", "Size": 3.0, "On": true, "Parts": []any{map[string]any{"Weight": 2.0}}}
	const body = `{"Size": 3, "On": true, "Parts": [{"Weight": 2}]`
	form := func(list string) url.Values {
		return url.Values{"Action": {"Make"}, "Name": {"abc"}, "Size": {"3"}, "On": {"true"}, list: {"2"}}
	}
	for protocol, r := range map[string]apimodel.Request{
		"json":      {Body: []byte(body + `, "Name": "abc"}`)},
		"rest-json": {HTTP: httptest.NewRequestWithContext(t.Context(), "POST", "/things/abc", nil), Path: map[string]string{"name": "abc"}, Body: []byte(body + "}")},
		"query":     {Form: form("Parts.item.1.Weight")},
		"ec2":       {Form: form("Parts.1.Weight")},
	} {
		s := describedService(t, protocol)
		if got, err := s.Input(s.Operations["Make"], r); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, %v, want %v", protocol, got, err, want)
		}
		if got, err := s.Input(s.Operations["Forget"], r); err != nil || len(got) != 0 {
			t.Errorf("%s: an operation without input has %v, %v", protocol, got, err)
		}
	}
}

func TestARequestThatIsNoJSONIsAnError(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{"json", "rest-json"} {
		s := describedService(t, protocol)
		r := apimodel.Request{HTTP: httptest.NewRequestWithContext(t.Context(), "POST", "/things/abc", nil), Body: []byte("{")}
		if got, err := s.Input(s.Operations["Make"], r); err == nil {
			t.Errorf("%s: %v", protocol, got)
		}
	}
}

func TestAnAnswerHasWhatItsModelHasInTheProtocolsForm(t *testing.T) {
	t.Parallel()
	answer := map[string]any{"Seen": time.Unix(1700000000, 0), "Else": "is not in the model", "Thing": map[string]any{"Name": "a<b", "Size": 1000000.0,
		"Labels": map[string]string{"y": "", "x": "1"}, "Options": map[string]any{"k": "v"}, "None": nil, "Else": 1}}
	const (
		labels = `[{"key":"x","value":"1"},{"key":"y","value":""}]`
		thing  = `<thing><labels><item><key>x</key><value>1</value></item><item><key>y</key><value></value></item></labels>` +
			`<name>a&lt;b</name><options><k>v</k></options><size>1000000</size></thing>`
		seen = `<seen>2023-11-14T22:13:20.000Z</seen>`
	)
	for protocol, want := range map[string]string{
		"json":      `{"Seen":1700000000,"Thing":{"Labels":[{"LabelKey":"x","LabelValue":"1"},{"LabelKey":"y","LabelValue":""}],"Name":"a\u003cb","Options":{"k":"v"},"Size":1000000}}`,
		"rest-json": `{"seen":1700000000,"thing":{"labels":` + labels + `,"name":"a\u003cb","options":{"k":"v"},"size":1000000}}`,
		"query":     `<MakeResponse xmlns="urn:things"><MakeResult>` + seen + thing + `</MakeResult><ResponseMetadata>`,
		"ec2":       `<MakeResponse xmlns="urn:things">` + seen + thing + `<requestId>`,
	} {
		s := describedService(t, protocol)
		if got, err := s.Output(s.Operations["Make"], answer); err != nil || !strings.Contains(string(got), want) {
			t.Errorf("%s: %s, %v\nwant %s", protocol, got, err, want)
		}
	}
}
