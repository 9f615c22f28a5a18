package apimodel

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Library holds the models of a directory. A model is read when its service is first called, and kept.
type Library struct {
	dir string
	mu  sync.Mutex
	got map[string]*entry
}

type entry struct {
	once    sync.Once
	service *Service
	err     error
}

// Open makes a library of the models below a directory.
func Open(dir string) *Library { return &Library{dir: dir, got: map[string]*entry{}} }

// directories are those of services whose requests are signed for another name.
var directories = map[string]string{
	"elasticloadbalancing": "elbv2", "monitoring": "cloudwatch", "tagging": "resourcegroupstaggingapi",
	"servicequotas": "service-quotas", "email": "sesv2", "states": "stepfunctions",
}

// older are the directories of API versions that have one of their own.
var older = map[string]string{"elasticloadbalancing 2012-06-01": "elb", "email 2010-12-01": "ses"}

// Service is the model of the service that requests are signed for. The version is that of the request, if it has
// one; otherwise the newest. It is nil, without an error, for a service that has no model.
func (l *Library) Service(signed, version string) (*Service, error) {
	key := signed + " " + version
	l.mu.Lock()
	e := l.got[key]
	if e == nil {
		e = &entry{}
		l.got[key] = e
	}
	l.mu.Unlock()
	e.once.Do(func() { e.service, e.err = l.load(signed, version) })
	return e.service, e.err
}

func (l *Library) load(signed, version string) (*Service, error) {
	name := signed
	if d := directories[signed]; d != "" {
		name = d
	}
	if d := older[signed+" "+version]; d != "" {
		name = d
	}
	if name == "" || strings.ContainsAny(name, `./\`) {
		return nil, nil //nolint:nilnil // no model is not an error
	}
	versions, err := os.ReadDir(filepath.Join(l.dir, name))
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(versions) == 0 {
		return nil, nil //nolint:nilnil // no model is not an error
	}
	if err != nil {
		return nil, fmt.Errorf("look for the API model of %s: %w", signed, err)
	}
	newest := versions[len(versions)-1].Name()
	if slices.ContainsFunc(versions, func(v os.DirEntry) bool { return v.Name() == version }) {
		newest = version
	}
	s, err := readService(filepath.Join(l.dir, name, newest, "service-2.json"))
	if err != nil {
		return nil, fmt.Errorf("read the API model of %s: %w", signed, err)
	}
	return s, nil
}

// Service is one service's model.
type Service struct {
	Metadata struct {
		Protocol  string `json:"protocol"`
		Namespace string `json:"xmlNamespace"`
	} `json:"metadata"`
	Operations map[string]*Operation `json:"operations"`
	Shapes     map[string]*shape     `json:"shapes"`

	routes []route
}

// Operation is one operation of a service.
type Operation struct {
	Name string `json:"name"`
	HTTP struct {
		Method string `json:"method"`
		URI    string `json:"requestUri"`
	} `json:"http"`
	Input      *member `json:"input"`
	Output     *member `json:"output"`
	Deprecated bool    `json:"deprecated"`
}

// member is the use of a shape.
type member struct {
	Shape        string `json:"shape"`
	Location     string `json:"location"`
	LocationName string `json:"locationName"`
	QueryName    string `json:"queryName"`
	Flattened    bool   `json:"flattened"`
	Attribute    bool   `json:"xmlAttribute"`
}

// key is the name of a member on the wire.
func (m *member) key(name string) string {
	if m.LocationName != "" {
		return m.LocationName
	}
	return name
}

type shape struct {
	Type      string             `json:"type"`
	Required  []string           `json:"required"`
	Members   map[string]*member `json:"members"`
	Member    *member            `json:"member"`
	Key       *member            `json:"key"`
	Value     *member            `json:"value"`
	Enum      []string           `json:"enum"`
	Pattern   string             `json:"pattern"`
	Min       *float64           `json:"min"`
	Max       *float64           `json:"max"`
	Payload   string             `json:"payload"`
	Flattened bool               `json:"flattened"`
	Document  bool               `json:"document"`
	Sensitive bool               `json:"sensitive"`

	pattern pattern
}

func readService(path string) (*Service, error) {
	data, err := os.ReadFile(path) //nolint:gosec // below the directory of the models
	if errors.Is(err, fs.ErrNotExist) {
		data, err = unpack(path + ".gz")
	}
	if err != nil {
		return nil, err
	}
	s := &Service{}
	if err := json.Unmarshal(data, s); err != nil {
		return nil, fmt.Errorf("%s is not a model: %w", path, err)
	}
	s.routes = routesOf(s.Operations)
	return s, nil
}

func unpack(path string) ([]byte, error) {
	f, err := os.Open(path) //nolint:gosec // below the directory of the models
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z) //nolint:wrapcheck // the caller says which file
}
