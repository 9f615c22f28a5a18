package spec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"strings"

	goyaml "go.yaml.in/yaml/v2"
	"sigs.k8s.io/yaml"

	"drover/generator/untrusted"
)

// Manifest is one file of Kubernetes objects, as it was read with the spec: what a rotation began with, it ends with.
type Manifest struct{ File, Text string }

// Object is one object of a manifest.
type Object struct {
	APIVersion, Kind, Namespace, Name string
	Body                              map[string]any
}

// String is the object as a person writes it: Kind namespace/name.
func (o Object) String() string {
	return o.Kind + " " + strings.TrimPrefix(o.Namespace+"/"+o.Name, "/")
}

// Group is the API group, empty for the core's.
func (o Object) Group() string {
	group, _, grouped := strings.Cut(o.APIVersion, "/")
	if !grouped {
		return ""
	}
	return group
}

// Key is the same for two manifests of one object, whatever version of its API they are written in.
func (o Object) Key() string { return o.Group() + "/" + o.String() }

// The limits of what drover applies itself.
const (
	mostObjects = 1000
	mostJSON    = 8 << 20 // bytes that a document may become: an alias repeats what it stands for
)

// manifestEndings are the files of a directory that are read.
var manifestEndings = []string{".yaml", ".yml", ".json"}

var (
	objectName = lazily(`^[A-Za-z0-9]([-A-Za-z0-9._:]{0,251}[A-Za-z0-9])?$`)
	objectKind = lazily(`^[A-Z][A-Za-z0-9]{0,62}$`)
)

// Objects are those of a manifest, in its order. YAML means what it means to kubectl.
func (m Manifest) Objects() ([]Object, error) {
	var all []Object
	for i, doc := range documents(m.Text) {
		if strings.TrimSpace(doc) == "" {
			continue
		}
		written, err := unfolded(doc)
		if err != nil {
			return nil, fmt.Errorf("%s: document %d is not YAML: %w", m.File, i+1, err)
		}
		if written > mostJSON {
			return nil, fmt.Errorf("%s: document %d is larger than any object", m.File, i+1)
		}
		data, err := yaml.YAMLToJSONStrict([]byte(doc))
		if err != nil {
			return nil, fmt.Errorf("%s: document %d is not YAML: %w", m.File, i+1, err)
		}
		found, err := objectsIn(data)
		if err != nil {
			return nil, fmt.Errorf("%s: document %d %w", m.File, i+1, err)
		}
		all = append(all, found...)
	}
	return all, nil
}

// unfolded counts the bytes of a document in which everything stands as often as aliases repeat it. The parser bounds how
// many values aliases make, and not how long those are: a text of half a file, a hundred thousand times, is 50 GB of JSON.
func unfolded(doc string) (size int, err error) {
	var value any
	if err := goyaml.UnmarshalStrict([]byte(doc), &value); err != nil {
		return 0, err
	}
	countIn(value, &size)
	return size, nil
}

// countIn stops once it is too much.
func countIn(value any, size *int) {
	if *size++; *size > mostJSON {
		return
	}
	switch v := value.(type) {
	case string:
		*size += len(v)
	case []any:
		for _, item := range v {
			countIn(item, size)
		}
	case map[any]any:
		for key, item := range v {
			countIn(key, size)
			countIn(item, size)
		}
	}
}

// documents splits a file where a line begins with three dashes. Within a text such a line is indented.
func documents(text string) []string {
	var docs []string
	var doc strings.Builder
	for line := range strings.Lines(text) {
		if mark := strings.TrimRight(line, "\r\n"); mark == "---" || strings.HasPrefix(mark, "--- ") {
			docs = append(docs, doc.String())
			doc.Reset()
			continue
		}
		doc.WriteString(line)
	}
	return append(docs, doc.String())
}

// objectsIn are the one object of a document, those of a list, or none where the document holds nothing.
func objectsIn(data []byte) ([]Object, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber() // large numbers stay as they are written
	var body any
	if err := decoder.Decode(&body); err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	if body == nil {
		return nil, nil
	}
	fields, isMapping := body.(map[string]any)
	if !isMapping {
		return nil, errors.New("is not a Kubernetes object")
	}
	items, isList := fields["items"].([]any)
	if kind, _ := fields["kind"].(string); !isList || !strings.HasSuffix(kind, "List") {
		o, err := objectOf(fields)
		return []Object{o}, err
	}
	var all []Object
	for i, item := range items {
		fields, isMapping := item.(map[string]any)
		if !isMapping {
			return nil, fmt.Errorf("has an item %d that is not a Kubernetes object", i+1)
		}
		o, err := objectOf(fields)
		if err != nil {
			return nil, fmt.Errorf("has an item %d that %w", i+1, err)
		}
		all = append(all, o)
	}
	return all, nil
}

// objectOf holds an object to what is needed to apply it. Its names become parts of addresses.
func objectOf(body map[string]any) (Object, error) {
	o := Object{Body: body}
	o.APIVersion, _ = body["apiVersion"].(string)
	o.Kind, _ = body["kind"].(string)
	meta, _ := body["metadata"].(map[string]any)
	o.Name, _ = meta["name"].(string)
	o.Namespace, _ = meta["namespace"].(string)
	switch {
	case !groupVersion.MatchString(o.APIVersion):
		return o, errors.New("has no apiVersion, such as apps/v1")
	case !objectKind.MatchString(o.Kind):
		return o, errors.New("has no kind, such as Deployment")
	case !objectName.MatchString(o.Name):
		return o, fmt.Errorf("is a %s without a metadata.name that drover can apply it by", o.Kind)
	case o.Namespace != "" && !objectName.MatchString(o.Namespace):
		return o, fmt.Errorf("is %s %s with a metadata.namespace that is not a name", o.Kind, o.Name)
	case o.Kind == "Secret" && o.Group() == "" && (body["data"] != nil || body["stringData"] != nil):
		return o, fmt.Errorf("is the Secret %s with its values: a bundle is no place for a secret; have the cluster fetch it from the vault, such as with External Secrets", o.Name)
	}
	return o, nil
}

// readManifests reads what the spec names beside it. A spec that is only in memory has nothing beside it.
func (d *decoder) readManifests(path string, c *Cluster) {
	b := c.Spec.Bootstrap
	if b == nil || d.failedWithin("spec.bootstrap") {
		return
	}
	total, count := 0, 0
	first := maps.Clone(droversOwn)
	for i, name := range b.Manifests {
		at := fmt.Sprintf("spec.bootstrap.manifests[%d]", i)
		parts, err := untrusted.ReadBeside(path, name, manifestEndings...)
		if err != nil {
			d.unreadableManifest(at, name, err)
			return
		}
		for _, p := range parts {
			m := Manifest{p.Name, string(p.Data)}
			if total += len(m.Text); total > untrusted.MostTotal { // before it is parsed
				d.manyManifests(at)
				return
			}
			objects, err := m.Objects()
			if err == nil {
				err = twice(first, m.File, objects)
			}
			if err != nil {
				d.errorAt(at, "see what kubectl apply --dry-run=client says of it", d.where(at), err.Error())
				return
			}
			count += len(objects)
			b.Files = append(b.Files, m)
		}
		if count > mostObjects || len(b.Files) > untrusted.MostParts {
			d.manyManifests(at)
			return
		}
	}
	if count == 0 {
		const at = "spec.bootstrap.manifests"
		d.errorAt(at, "name files with objects, or remove spec.bootstrap", d.where(at), "no Kubernetes object is in what spec.bootstrap.manifests names")
	}
}

func (d *decoder) manyManifests(at string) {
	d.errorAt(at, "apply the rest by GitOps, or in a Job of what is applied here", d.where(at),
		fmt.Sprintf("spec.bootstrap.manifests is at most %d files with %d objects and %d MiB", untrusted.MostParts, mostObjects, untrusted.MostTotal>>20))
}

// droversOwn are the objects by which drover tells a color what it is, by key.
var droversOwn = map[string]string{"/Namespace drover": "what drover itself applies", "/ConfigMap drover/drover": "what drover itself applies"}

// twice refuses an object that is there already.
func twice(first map[string]string, file string, objects []Object) error {
	for _, o := range objects {
		if before, has := first[o.Key()]; has {
			return fmt.Errorf("%s: %s is there twice, first in %s", file, o, before)
		}
		first[o.Key()] = file
	}
	return nil
}

func (d *decoder) unreadableManifest(at, name string, err error) {
	message, help := fmt.Sprintf("%s cannot be read: %v", name, err), "see whether the file can be read at all"
	switch {
	case errors.Is(err, fs.ErrNotExist):
		message, help = "there is no file or directory "+name, "write its path from the directory of the spec"
	case errors.Is(err, untrusted.ErrOutside):
		message, help = name+" is outside of the checkout that holds the spec", "put the file into the checkout"
	case errors.Is(err, untrusted.ErrNotRegular):
		message, help = name+" is neither a file nor a directory", "name a file of the checkout"
	case errors.Is(err, untrusted.ErrTooLarge):
		message, help = fmt.Sprintf("%s is larger than the %d MiB that are read of one file", name, untrusted.MostBytes>>20), "split it"
	}
	d.errorAt(at, help, d.where(at), message)
}

// bootstrap checks what can be known without the files.
func (v *validator) bootstrap() {
	b := v.c.Spec.Bootstrap
	if b == nil {
		return
	}
	const path = "spec.bootstrap.manifests"
	if len(b.Manifests) == 0 && v.has(path) {
		v.wrong(path, path+" names no file", "name files with objects, or remove spec.bootstrap")
	}
	if len(b.Manifests) > untrusted.MostParts {
		v.wrong(path, fmt.Sprintf("%s names %d files, and at most %d are read", path, len(b.Manifests), untrusted.MostParts), "name a directory of files, or apply the rest by GitOps")
	}
	v.unique(b.Manifests, "the file", indexed(path))
}
