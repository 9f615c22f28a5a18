package apimodel_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"drover/rehearsal/aws/apimodel"
	"drover/rehearsal/aws/moto"
)

// shapes of a service that is nobody's. Every protocol reads the same ones.
const shapes = `"operations": {"Make": {"http": {"method": "POST", "requestUri": "/things/{Name}/parts"}, "input": {"shape": "In"}},
  "Read": {"http": {"method": "GET", "requestUri": "/things/{Name+}"}, "input": {"shape": "ReadIn"}},
  "List": {"http": {"method": "GET", "requestUri": "/things?list-type=2"}}},
"shapes": {
  "In": {"type": "structure", "required": ["Name", "Size"], "members": {
    "Name": {"shape": "Name", "location": "LOCATION"}, "Size": {"shape": "Size"}, "Kind": {"shape": "Kind"},
    "Items": {"shape": "Items"}, "On": {"shape": "On"}, "Part": {"shape": "Part"}, "Odd": {"shape": "Odd"}}},
  "ReadIn": {"type": "structure", "required": ["Name", "Max"], "members": {"Name": {"shape": "Name", "location": "uri"},
    "Max": {"shape": "Size", "location": "querystring", "locationName": "max"}}},
  "Name": {"type": "string", "min": 2, "max": 4, "pattern": "[a-z]+"},
  "Odd": {"type": "string", "pattern": "(?!aws)[\\u0061-\\u007A]+"},
  "Size": {"type": "integer", "min": 1, "max": 9},
  "Kind": {"type": "string", "enum": ["big", "small"]},
  "Items": {"type": "list", "member": {"shape": "Name"}, "max": 2},
  "On": {"type": "boolean"},
  "Part": {"type": "structure", "required": ["Name"], "members": {"Name": {"shape": "Name"}}}
}`

// service writes the model of a service that speaks a protocol, and reads it.
func service(t *testing.T, protocol string) *apimodel.Service {
	t.Helper()
	dir := t.TempDir()
	model := filepath.Join(dir, "things", "2020-01-01")
	if err := os.MkdirAll(model, 0o700); err != nil {
		t.Fatal(err)
	}
	location := ""
	if strings.HasPrefix(protocol, "rest") {
		location = "uri"
	}
	text := fmt.Sprintf(`{"metadata": {"protocol": %q}, %s}`, protocol, strings.ReplaceAll(shapes, "LOCATION", location))
	if err := os.WriteFile(filepath.Join(model, "service-2.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := apimodel.Open(dir).Service("things", "")
	if err != nil || s == nil {
		t.Fatalf("the model is %v, %v", s, err)
	}
	return s
}

// wrong is each violation as "path kind".
func wrong(found []apimodel.Violation) string {
	var list []string
	for _, v := range found {
		list = append(list, v.Path+" "+map[apimodel.Kind]string{apimodel.Missing: "missing", apimodel.Unknown: "unknown", apimodel.Type: "type", apimodel.Value: "value"}[v.Kind])
	}
	return strings.Join(list, ", ")
}

func TestJSONRequests(t *testing.T) {
	t.Parallel()
	s := service(t, "json")
	for body, want := range map[string]string{
		`{"Name": "abc", "Size": 3}`:               "",
		`{"Name": "abc", "Size": 3, "Else": 1}`:    "", // AWS takes no notice of members that it does not know
		`{"Name": "abc", "Size": 3, "Kind": null}`: "",
		`{}`:                                                        "Name missing, Size missing",
		`{"Name": "abcde", "Size": 10}`:                             "Name value, Size value",
		`{"Name": "a", "Size": 0}`:                                  "Name value, Size value",
		`{"Name": "ab1", "Size": 3}`:                                "Name value",
		`{"Name": "abc", "Size": "3"}`:                              "Size type",
		`{"Name": "abc", "Size": 3, "Kind": "huge"}`:                "Kind value",
		`{"Name": "abc", "Size": 3, "On": "true"}`:                  "On type",
		`{"Name": "abc", "Size": 3, "Items": ["ab", "c"]}`:          "Items.2.member value",
		`{"Name": "abc", "Size": 3, "Items": ["ab", "cd", "ef"]}`:   "Items value",
		`{"Name": "abc", "Size": 3, "Items": "ab"}`:                 "Items type",
		`{"Name": "abc", "Size": 3, "Part": {}}`:                    "Part.Name missing",
		`{"Name": "abc", "Size": 3, "Odd": "what Go cannot check"}`: "",
	} {
		value, err := apimodel.DecodeJSON([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		if got := wrong(s.CheckJSON(s.Operations["Make"], value)); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
	if _, err := apimodel.DecodeJSON([]byte(`{"Name`)); err == nil {
		t.Error("half an object was read")
	}
}

func TestForms(t *testing.T) {
	t.Parallel()
	query, ec2 := service(t, "query"), service(t, "ec2")
	for _, c := range []struct {
		s          *apimodel.Service
		form, want string
	}{
		{query, "Name=abc&Size=3&Items.member.1=ab&Part.Name=cd&On=true", ""},
		{query, "Name=abc&Size=3&Items.member.1=a&Items.member.2=ab&Items.member.10=abc", "Items value, Items.1.member value"},
		{query, "Name=abc&Size=3&Items=", ""}, // an empty list
		{query, "Name=abc&Size=3&Else=1", ""},
		{query, "Name=abc&Size=large&On=maybe", "On type, Size type"},
		{ec2, "Name=abc&Size=3&Items.1=ab&Items.2=cd", ""},
		{ec2, "Name=abc&Size=3&Else=1&Part.Name=ab&Part.Way=1", "Else unknown, Part.Way unknown"},
		{ec2, "Items.1=a", "Name missing, Size missing, Items.1.member value"},
	} {
		form, err := url.ParseQuery("Action=Make&Version=2020-01-01&" + c.form)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Split(wrong(c.s.CheckForm(c.s.Operations["Make"], form)), ", ")
		for _, want := range strings.Split(c.want, ", ") {
			if !strings.Contains(strings.Join(got, ", "), want) || len(got) != len(strings.Split(c.want, ", ")) {
				t.Errorf("%s: %q, want %q", c.form, got, c.want)
				break
			}
		}
	}
}

func TestRESTRequests(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ protocol, method, target, body, operation, want string }{
		{"rest-json", "POST", "/things/abc/parts", `{"Size": 3, "Kind": "big"}`, "Make", ""},
		{"rest-json", "POST", "/things/ABC/parts", `{"Size": 30}`, "Make", "Name value, Size value"},
		{"rest-json", "POST", "/things/abc/parts/", ``, "Make", "Size missing"},
		{"rest-xml", "POST", "/things/abc/parts", `<In><Size>3</Size><Items><member>ab</member></Items></In>`, "Make", ""},
		{"rest-xml", "POST", "/things/abc/parts", `<In><Size>x</Size><Kind>huge</Kind><Items><member>a</member></Items></In>`, "Make",
			"Items.1.member value, Kind value, Size type"},
		{"rest-json", "GET", "/things/a%2Fb?max=20", ``, "Read", "Max value, Name value"},
		{"rest-json", "GET", "/things/a/b", ``, "Read", "Max missing, Name value"},
		{"rest-json", "GET", "/things?list-type=2", ``, "List", ""},
	} {
		s := service(t, c.protocol)
		r := httptest.NewRequestWithContext(t.Context(), c.method, c.target, strings.NewReader(c.body))
		operation, vars := s.Match(r)
		if operation == nil || operation.Name != c.operation {
			t.Errorf("%s %s is %v, want %s", c.method, c.target, operation, c.operation)
			continue
		}
		found, err := s.CheckREST(operation, r, vars, []byte(c.body))
		if err != nil {
			t.Errorf("%s %s: %v", c.method, c.target, err)
		}
		got := wrong(found)
		for _, want := range strings.Split(c.want, ", ") {
			if !strings.Contains(got, want) || c.want == "" && got != "" {
				t.Errorf("%s %s %s: %q, want %q", c.method, c.target, c.body, got, c.want)
				break
			}
		}
	}
	s := service(t, "rest-json")
	r := httptest.NewRequestWithContext(t.Context(), "PATCH", "/things", nil)
	if operation, _ := s.Match(r); operation != nil {
		t.Errorf("PATCH is %s", operation.Name)
	}
}

func TestAServiceWithoutAModelIsNoError(t *testing.T) {
	t.Parallel()
	library := apimodel.Open(t.TempDir())
	for _, name := range []string{"nobody", "", "../etc"} {
		if s, err := library.Service(name, ""); s != nil || err != nil {
			t.Errorf("%q: %v, %v", name, s, err)
		}
	}
}

// installed is the library that comes with moto.
func installed(ctx context.Context, t testing.TB) *apimodel.Library {
	t.Helper()
	server, err := moto.Find()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := apimodel.Find(ctx, server)
	if err != nil {
		t.Fatal(err)
	}
	return apimodel.Open(dir)
}

func TestTheModelsOfWhatDroverUses(t *testing.T) {
	t.Parallel()
	library := installed(t.Context(), t)
	for _, c := range []struct{ signed, version, operation string }{
		{"ec2", "2016-11-15", "CreateVpc"}, {"eks", "", "CreateCluster"}, {"elasticloadbalancing", "2015-12-01", "CreateTargetGroup"},
		{"elasticloadbalancing", "2012-06-01", "CreateLoadBalancerListeners"}, {"monitoring", "", "PutMetricData"}, {"tagging", "", "GetResources"},
		{"servicequotas", "", "GetServiceQuota"}, {"network-firewall", "", "CreateFirewall"}, {"route53", "", "ChangeResourceRecordSets"},
		{"iam", "2010-05-08", "CreateRole"}, {"rds", "2014-10-31", "CreateDBInstance"}, {"s3", "", "PutObject"}, {"sts", "2011-06-15", "GetCallerIdentity"},
	} {
		s, err := library.Service(c.signed, c.version)
		if err != nil || s == nil || s.Operations[c.operation] == nil {
			t.Errorf("%s %s has no %s: %v", c.signed, c.version, c.operation, err)
		}
	}
}

// What one request of EC2's costs, once the model is read.
func BenchmarkCheckForm(b *testing.B) {
	s, err := installed(b.Context(), b).Service("ec2", "2016-11-15")
	if err != nil {
		b.Fatal(err)
	}
	form := url.Values{"Action": {"CreateSubnet"}, "VpcId": {"vpc-1"}, "CidrBlock": {"10.0.0.0/24"}, "TagSpecification.1.ResourceType": {"subnet"}}
	for i := 1; i < 10; i++ {
		form.Set(fmt.Sprintf("TagSpecification.1.Tag.%d.Key", i), "key")
		form.Set(fmt.Sprintf("TagSpecification.1.Tag.%d.Value", i), "value")
	}
	for b.Loop() {
		if found := s.CheckForm(s.Operations["CreateSubnet"], form); len(found) > 0 {
			b.Fatal(found)
		}
	}
}
