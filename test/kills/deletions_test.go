package kills

import (
	"bytes"
	"encoding/xml"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// deletions is a way to the account that writes down what was deleted. It changes nothing of what passes.
type deletions struct {
	lock  sync.Mutex
	times map[string]int // by service, operation and what was deleted
}

// between stands between programs and the account, and returns the address that they are to ask.
func (d *deletions) between(t *testing.T, account string) string {
	t.Helper()
	at, err := url.Parse(account)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(at)
			r.Out.Host = r.In.Host // which is signed
		},
		ErrorLog: log.New(io.Discard, "", 0), // that a killed client is gone
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		deleted := deletedBy(r)
		answered := &status{ResponseWriter: w, code: http.StatusOK}
		proxy.ServeHTTP(answered, r)
		if answered.code/100 == 2 {
			d.add(deleted)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// status remembers what was answered.
type status struct {
	http.ResponseWriter
	code int
}

func (s *status) WriteHeader(code int) {
	s.code = code
	s.ResponseWriter.WriteHeader(code)
}

// Unwrap is for http.ResponseController.
func (s *status) Unwrap() http.ResponseWriter { return s.ResponseWriter }

func (d *deletions) add(deleted []string) {
	d.lock.Lock()
	defer d.lock.Unlock()
	for _, one := range deleted {
		d.times[one]++
	}
}

// twice is what was deleted more than once since it was asked last, and how many things were deleted at all.
func (d *deletions) twice() (again []string, all int) {
	d.lock.Lock()
	defer d.lock.Unlock()
	for _, what := range slices.Sorted(maps.Keys(d.times)) {
		if d.times[what] > 1 {
			again = append(again, what)
		}
	}
	all = len(d.times)
	d.times = map[string]int{}
	return again, all
}

// scope is the service that a request is signed for.
var scope = regexp.MustCompile(`Credential=[^/]*/[^/]*/[^/]*/([^/]*)/aws4_request`)

// deletedBy is what a request deletes: nothing for most. Locks and states in the bucket come and go, and tags are none.
func deletedBy(r *http.Request) []string {
	service := ""
	if match := scope.FindStringSubmatch(r.Header.Get("Authorization")); match != nil {
		service = match[1]
	}
	if service == "" || service == "s3" {
		return nil
	}
	if r.Method == http.MethodDelete {
		if strings.HasPrefix(r.URL.Path, "/tags/") {
			return nil
		}
		return []string{service + " " + r.URL.RequestURI()}
	}
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil || r.Method != http.MethodPost {
		return nil
	}
	if service == "route53" {
		return recordsDeleted(body)
	}
	if _, operation, ok := strings.Cut(r.Header.Get("X-Amz-Target"), "."); ok {
		return named(service, operation, string(body))
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil
	}
	operation := form.Get("Action")
	for _, name := range []string{"Action", "Version"} {
		form.Del(name)
	}
	return named(service, operation, form.Encode())
}

func named(service, operation, what string) []string {
	deletes := strings.HasPrefix(operation, "Delete") || strings.HasPrefix(operation, "Terminate") || strings.HasPrefix(operation, "Release")
	if !deletes || strings.HasSuffix(operation, "Tags") {
		return nil
	}
	return []string{service + " " + operation + " " + what}
}

func recordsDeleted(body []byte) (deleted []string) {
	var batch struct {
		Changes []struct {
			Action string
			Name   string `xml:"ResourceRecordSet>Name"`
			Type   string `xml:"ResourceRecordSet>Type"`
			Set    string `xml:"ResourceRecordSet>SetIdentifier"`
		} `xml:"ChangeBatch>Changes>Change"`
	}
	if xml.Unmarshal(body, &batch) != nil {
		return nil
	}
	changed := map[string]bool{} // a record that is made again in the same request is not deleted
	for _, c := range batch.Changes {
		if c.Action != "DELETE" {
			changed[c.Name+c.Type+c.Set] = true
		}
	}
	for _, c := range batch.Changes {
		if c.Action == "DELETE" && !changed[c.Name+c.Type+c.Set] {
			deleted = append(deleted, strings.TrimSpace("route53 "+c.Name+" "+c.Type+" "+c.Set))
		}
	}
	return deleted
}

func TestADeletionIsTakenForOneHoweverItIsAskedFor(t *testing.T) {
	t.Parallel()
	ask := func(method, service, path, target, body string) *http.Request {
		r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=K/20260301/eu-west-1/"+service+"/aws4_request, SignedHeaders=host")
		if target != "" {
			r.Header.Set("X-Amz-Target", target)
		}
		return r
	}
	for want, r := range map[string]*http.Request{
		"eks /clusters/herd-blue":              ask("DELETE", "eks", "/clusters/herd-blue", "", ""),
		"ec2 DeleteSecurityGroup GroupId=sg-1": ask("POST", "ec2", "/", "", "Action=DeleteSecurityGroup&GroupId=sg-1&Version=2016-11-15"),
		`logs DeleteLogGroup {"name":"x"}`:     ask("POST", "logs", "/", "Logs_20140328.DeleteLogGroup", `{"name":"x"}`),
		"route53 herd.example.com. A blue":     ask("POST", "route53", "/2013-04-01/hostedzone/Z/rrset", "", `<R><ChangeBatch><Changes><Change><Action>DELETE</Action><ResourceRecordSet><Name>herd.example.com.</Name><Type>A</Type><SetIdentifier>blue</SetIdentifier></ResourceRecordSet></Change></Changes></ChangeBatch></R>`),
		"":                                     ask("POST", "ec2", "/", "", "Action=DescribeInstances"),
		"\x00\x00\x00":                         ask("POST", "route53", "/2013-04-01/hostedzone/Z/rrset", "", `<R><ChangeBatch><Changes><Change><Action>DELETE</Action><ResourceRecordSet><Name>a.</Name><Type>A</Type></ResourceRecordSet></Change><Change><Action>CREATE</Action><ResourceRecordSet><Name>a.</Name><Type>A</Type></ResourceRecordSet></Change></Changes></ChangeBatch></R>`),
		"\x00":                                 ask("DELETE", "s3", "/herd-states/x.tflock", "", ""),
		"\x00\x00":                             ask("POST", "ec2", "/", "", "Action=DeleteTags&ResourceId.1=x"),
	} {
		if got := strings.Join(deletedBy(r), ","); got != strings.Trim(want, "\x00") {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
