// Package eks answers the Amazon EKS calls of the simulated account: those that moto has are moto's, completed with
// what it forgets; the others (add-ons, access entries, Pod Identity, version updates, their tags) are answered
// here, refusing what EKS refuses. It keeps its state in memory and must never answer a call that it does not
// simulate as if it had succeeded.
package eks

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"drover/rehearsal/aws/awsapi"
)

// Backend calls moto in a region.
type Backend func(region string) *awsapi.Client

// Service is EKS in every region of one account.
type Service struct {
	account string
	moto    Backend
	now     func() time.Time
	planes  *planes            // nil: clusters have no control planes
	takes   time.Duration      // until a cluster or a node group is ready
	limits  map[string]float64 // the account's quotas by their codes; those that are not there limit nothing

	launching sync.Mutex // held while machines are counted and started; never taken with mu held

	mu        sync.Mutex // guards everything below, and what it leads to
	clusters  map[clusterKey]*cluster
	logsUntil map[clusterKey]time.Time // of clusters that are gone
}

type clusterKey struct{ region, name string }

// New makes an EKS without clusters.
func New(account string, moto Backend) *Service {
	return &Service{account: account, moto: moto, now: time.Now, clusters: map[clusterKey]*cluster{}, logsUntil: map[clusterKey]time.Time{}}
}

// call is one request.
type call struct {
	request   *http.Request
	region    string
	operation string
	method    string
	path      string // escaped, with the query
	vars      map[string]string
	query     url.Values
	body      []byte
}

// maxBody is far above EKS's own limit for a request.
const maxBody = 4 << 20

// Serve answers one request for the service, and says which operation it was and whether moto alone answered it.
func (s *Service) Serve(w http.ResponseWriter, r *http.Request, region string) (operation string, motos bool) {
	route, vars := match(r.Method, r.URL.EscapedPath())
	if route == nil {
		reply(w, nil, refuse(unknownOperation, "the rehearsal knows no EKS operation %s %s", r.Method, r.URL.Path))
		return r.Method + " " + r.URL.Path, false
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		reply(w, nil, refuse(invalidParameter, "read the request: %v", err))
		return route.operation, false
	}
	c := &call{request: r, region: region, operation: route.operation, method: r.Method,
		path: r.URL.EscapedPath(), vars: vars, query: r.URL.Query(), body: body}
	if r.URL.RawQuery != "" {
		c.path += "?" + r.URL.RawQuery
	}
	if route.handle == nil {
		reply(w, nil, refuse(unknownOperation, "the rehearsal does not simulate eks:%s", route.operation))
		return route.operation, false
	}
	answer, err := route.handle(s, c)
	reply(w, answer, err)
	return route.operation, route.motos
}

// forward asks moto the call as it is.
func (s *Service) forward(c *call) (object, error) {
	return s.forwardBody(c, c.body)
}

func (s *Service) forwardBody(c *call, body []byte) (object, error) {
	out := object{}
	err := s.moto(c.region).REST(c.request.Context(), "eks", c.operation, c.method, c.path, body, &out)
	var refused *awsapi.Error
	if errors.As(err, &refused) && refused.Status >= http.StatusInternalServerError {
		return nil, refuse(unknownOperation, "the rehearsal does not simulate this eks:%s: moto answers %d to it", c.operation, refused.Status)
	}
	if errors.As(err, &refused) {
		return nil, &apiError{status: refused.Status, code: refused.Code, message: refused.Message}
	}
	return out, err
}

func pass(s *Service, c *call) (any, error) { return s.forward(c) }

// decode reads the request's body into v.
func (c *call) decode(v any) error {
	if len(c.body) == 0 {
		return nil
	}
	if err := json.Unmarshal(c.body, v); err != nil {
		return refuse(serialization, "the request is not the JSON that %s takes: %v", c.operation, err)
	}
	return nil
}

// object is a JSON object whose members are kept as they came.
type object map[string]any

func (o object) sub(key string) object {
	if m, ok := o[key].(map[string]any); ok {
		return m
	}
	if m, ok := o[key].(object); ok {
		return m
	}
	return nil
}

func (o object) text(key string) string {
	s, _ := o[key].(string)
	return s
}

// setDefault gives a member that is missing or null a value.
func (o object) setDefault(key string, value any) {
	if v, ok := o[key]; !ok || v == nil {
		o[key] = value
	}
}

// seconds is a time as REST-JSON writes it.
func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

// page cuts a sorted list as maxResults and nextToken ask. The token is the position to go on from.
func page[T any](c *call, all []T) (part []T, next any, err error) {
	size, start := 100, 0
	if v := c.query.Get("maxResults"); v != "" {
		if size, err = strconv.Atoi(v); err != nil || size < 1 || size > 100 {
			return nil, nil, refuse(invalidParameter, "maxResults is 1 to 100, not %q", v)
		}
	}
	if v := c.query.Get("nextToken"); v != "" {
		if start, err = strconv.Atoi(v); err != nil || start < 0 || start > len(all) {
			return nil, nil, refuse(invalidParameter, "nextToken %q was not given by this call", v)
		}
	}
	end := min(start+size, len(all))
	if end < len(all) {
		next = strconv.Itoa(end)
	}
	return append([]T{}, all[start:end]...), next, nil
}

func sortedKeys[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func (s *Service) arn(region, resource string, parts ...string) string {
	return "arn:aws:eks:" + region + ":" + s.account + ":" + strings.Join(append([]string{resource}, parts...), "/")
}
