package location

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"drover/generator/spec"
)

// folder is the name of the store's folder. It begins with a dot, so it is no root of a cluster.
const folder = ".drover"

// Of is where the store of a cluster is: beside the states of its roots, in the bucket that the spec names, or in the
// cluster's directory below out. The backend settings are those of DROVER_BACKEND_CONFIG, name=value with commas between,
// by which Terraform is told what the spec does not say.
func Of(c spec.Cluster, out, backendSettings string) (Location, error) {
	s := c.Spec.State
	name := c.Metadata.Name
	prefix := path.Join(name, folder)
	settings, err := parse(backendSettings)
	if err != nil {
		return Location{}, err
	}
	switch s.Backend {
	case "local":
		return Location{Kind: "file", Prefix: filepath.Join(out, name, folder)}, nil
	case "s3":
		return inS3(s, prefix, settings)
	case "azurerm":
		return translated(Location{
			Kind: "azblob", Bucket: s.Container, Prefix: prefix, Settings: map[string]string{Account: s.Account},
		}, settings, azurermSettings)
	case "gcs":
		return translated(Location{Kind: "gs", Bucket: s.Bucket, Prefix: prefix, Settings: map[string]string{}}, settings, gcsSettings)
	}
	return Location{}, fmt.Errorf("there is no state backend %q; spec.state.backend can be local, s3, azurerm or gcs", s.Backend)
}

func inS3(s spec.State, prefix string, settings map[string]string) (Location, error) {
	at := Location{
		Kind: "s3", Bucket: s.Bucket, Prefix: prefix,
		Settings: map[string]string{Region: s.Region, Encrypt: "true"}, // as the generated roots have it
	}
	if endpoints, ok := settings["endpoints"]; ok {
		found := s3Endpoint().FindStringSubmatch(endpoints)
		if found == nil {
			return at, errors.New(`the endpoints in DROVER_BACKEND_CONFIG are not right: write endpoints={s3="https://…"}`)
		}
		settings["endpoint"] = found[1]
		delete(settings, "endpoints")
	}
	if u, err := url.Parse(settings["endpoint"]); err != nil || u.User != nil || u.RawQuery != "" {
		return at, errors.New("the endpoint in DROVER_BACKEND_CONFIG has a user, a password or a query, and S3 takes none there: " + s3Settings.instead)
	}
	return translated(at, settings, s3Settings)
}

// parse reads name=value settings.
func parse(text string) (map[string]string, error) {
	settings := map[string]string{}
	if text == "" {
		return settings, nil
	}
	number := 0
	for setting := range strings.SplitSeq(text, ",") {
		number++
		name, value, ok := strings.Cut(strings.TrimSpace(setting), "=")
		if !ok { // it may be the rest of a secret that has a comma in it
			return nil, fmt.Errorf("setting %d of DROVER_BACKEND_CONFIG has no name: write name=value, with commas between", number)
		}
		settings[strings.TrimSpace(name)] = strings.Trim(strings.TrimSpace(value), `"`)
	}
	return settings, nil
}

// backend is what a kind of backend's settings mean for the store beside the state.
type backend struct {
	same    map[string]string // settings that the store has too, by their names in Terraform
	bucket  string            // the setting that names the bucket
	nothing []string          // settings that concern Terraform alone
	each    string            // the setting that names one state, which differs by root
	instead string            // what to use for settings that the store cannot follow
}

var s3Endpoint = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\{\s*s3\s*=\s*"?(https?://[^"}\s]+)"?\s*\}$`) })

// https://developer.hashicorp.com/terraform/language/backend/s3
var s3Settings = backend{
	same: map[string]string{
		"region": Region, "use_path_style": PathStyle, "force_path_style": PathStyle, "endpoint": Endpoint,
		"profile": Profile, "kms_key_id": KMSKey, "encrypt": Encrypt,
	},
	bucket: "bucket",
	nothing: []string{
		"workspace_key_prefix", "use_lockfile", "dynamodb_table", "acl", "max_retries", "retry_mode",
		"skip_credentials_validation", "skip_metadata_api_check", "skip_region_validation",
		"skip_requesting_account_id", "skip_s3_checksum",
	},
	each:    "key",
	instead: "set it in a profile of AWS's configuration or in the environment (AWS_…), where Terraform and drover both find it",
}

// https://developer.hashicorp.com/terraform/language/backend/azurerm
var azurermSettings = backend{
	same:    map[string]string{"storage_account_name": Account},
	bucket:  "container_name",
	nothing: []string{"resource_group_name", "snapshot", "subscription_id", "use_azuread_auth", "lookup_blob_endpoint"},
	each:    "key",
	instead: "set it in the environment (ARM_…), where Terraform and drover both find it",
}

// https://developer.hashicorp.com/terraform/language/backend/gcs
var gcsSettings = backend{
	same:    map[string]string{"kms_encryption_key": KMSKey, "storage_custom_endpoint": Endpoint},
	bucket:  "bucket",
	each:    "prefix",
	instead: "set it in the environment (GOOGLE_…), where Terraform and drover both find it",
}

// translated adds what Terraform's settings mean for the store. One that may lead Terraform to another place, or as
// somebody else, is an error: the store would not be beside the state.
func translated(at Location, settings map[string]string, b backend) (Location, error) {
	for name, value := range settings {
		switch same, ok := b.same[name]; {
		case ok:
			at.Settings[same] = value
		case name == b.bucket:
			at.Bucket = value
		case name == b.each:
			return Location{}, fmt.Errorf("DROVER_BACKEND_CONFIG has %[1]s, which every root would have: each would overwrite the states of the others. "+
				"Remove %[1]s; the generated roots have one each, below the cluster's name", name)
		case !slices.Contains(b.nothing, name):
			return Location{}, fmt.Errorf("DROVER_BACKEND_CONFIG has %s, which the store beside the state cannot follow: %s", name, b.instead)
		}
	}
	return at, nil
}
