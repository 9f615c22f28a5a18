package location_test

import (
	"context"
	"maps"
	"strings"
	"testing"

	"drover/generator/spec"
	"drover/orchestrator/store"
	"drover/orchestrator/store/location"
)

func TestTheStoreIsBesideTheState(t *testing.T) {
	t.Parallel()
	s3 := spec.State{Backend: "s3", Bucket: "acme-state", Region: "eu-west-1"}
	for _, c := range []struct {
		name, settings, want string
		state                spec.State
	}{
		{name: "files", state: spec.State{Backend: "local"}, want: "file:infra/shop/.drover"},
		{
			name: "files, whatever the settings of a backend", settings: "bucket=x",
			state: spec.State{Backend: "local"}, want: "file:infra/shop/.drover",
		},
		{name: "s3", state: s3, want: "s3://acme-state/shop/.drover?encrypt=true&region=eu-west-1"},
		{
			name: "s3 with settings that concern Terraform alone", settings: "skip_requesting_account_id=true, use_lockfile=true",
			state: s3, want: "s3://acme-state/shop/.drover?encrypt=true&region=eu-west-1",
		},
		{
			name: "s3 at another endpoint", settings: `use_path_style=true,endpoints={s3="http://127.0.0.1:5000"}`,
			state: s3, want: "s3://acme-state/shop/.drover?encrypt=true&endpoint=http%3A%2F%2F127.0.0.1%3A5000&path_style=true&region=eu-west-1",
		},
		{
			name: "s3 as the settings say, not the spec", settings: "bucket=other,region=eu-north-1,profile=ops,kms_key_id=alias/state",
			state: s3, want: "s3://other/shop/.drover?encrypt=true&kms_key=alias%2Fstate&profile=ops&region=eu-north-1",
		},
		{
			name: "azurerm", settings: "use_azuread_auth=true,storage_account_name=other",
			state: spec.State{Backend: "azurerm", Account: "acmestate", Container: "tfstate", ResourceGroup: "terraform"},
			want:  "azblob://tfstate/shop/.drover?account=other",
		},
		{name: "gcs", state: spec.State{Backend: "gcs", Bucket: "acme-state"}, want: "gs://acme-state/shop/.drover"},
		{
			name: "gcs at another endpoint, with a key", settings: "storage_custom_endpoint=https://storage.example,kms_encryption_key=projects/p/k",
			state: spec.State{Backend: "gcs", Bucket: "acme-state"},
			want:  "gs://acme-state/shop/.drover?endpoint=https%3A%2F%2Fstorage.example&kms_key=projects%2Fp%2Fk",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			at, err := location.Of(cluster(c.state), "infra", c.settings)
			if err != nil {
				t.Fatal(err)
			}
			if at.String() != c.want {
				t.Errorf("%s, not %s", at, c.want)
			}
		})
	}
}

func cluster(state spec.State) spec.Cluster {
	var c spec.Cluster
	c.Metadata.Name, c.Spec.State = "shop", state
	return c
}

func TestASettingThatTheStoreCannotFollowIsAnError(t *testing.T) {
	t.Parallel()
	s3, azure, google := spec.State{Backend: "s3", Bucket: "b"}, spec.State{Backend: "azurerm"}, spec.State{Backend: "gcs"}
	for settings, state := range map[string]spec.State{
		"assume_role={role_arn=x}":                s3,
		"access_key=AKIA,secret_key=secret":       s3,
		"endpoints={dynamodb=\"http://x\"}":       s3,
		"use_path_style":                          s3,
		"region=a,rest-of-secret\"":               s3,
		"endpoint=https://me:s3cret@minio":        s3,
		"endpoint=https://minio?sig=s3cret":       s3,
		`endpoints={s3="http://me:s3cret@minio"}`: s3,
		`endpoints={s3="ftp://me:s3cret@minio"}`:  s3,
		"access_key=secret":                       azure,
		"credentials=secret":                      google,
		"anything=x":                              {Backend: "floppy"},
	} {
		at, err := location.Of(cluster(state), "infra", settings)
		if err == nil {
			t.Errorf("%s: %s", settings, at)
			continue
		}
		if strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "secret\"") || strings.Contains(err.Error(), "rest-of") || strings.Contains(err.Error(), "=secret") {
			t.Errorf("%s: the error shows a value: %v", settings, err)
		}
	}
}

// One key for all roots: the apply of a color would forget the foundation, and its destruction would take that.
func TestOneStateForAllRootsIsAnError(t *testing.T) {
	t.Parallel()
	for settings, state := range map[string]spec.State{
		"key=terraform.tfstate":  {Backend: "s3", Bucket: "b"},
		"container_name=b,key=x": {Backend: "azurerm"},
		"prefix=states":          {Backend: "gcs"},
	} {
		at, err := location.Of(cluster(state), "infra", settings)
		if err == nil || !strings.Contains(err.Error(), "overwrite the states of the others") {
			t.Errorf("%s: %s, %v", settings, at, err)
		}
	}
}

func TestALocationIsOpenedByTheOpenerOfItsKind(t *testing.T) {
	t.Parallel()
	var opened location.Location
	registry := location.Registry{
		"s3": func(_ context.Context, at location.Location) (store.Objects, error) {
			opened = at
			return nil, nil
		},
	}
	want := location.Location{Kind: "s3", Bucket: "b", Prefix: "p", Settings: map[string]string{"region": "r"}}
	if _, err := registry.Open(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	if opened.Bucket != "b" || opened.Prefix != "p" || !maps.Equal(opened.Settings, want.Settings) {
		t.Errorf("opened %s", opened)
	}
	if _, err := registry.Open(t.Context(), location.Location{Kind: "gs", Bucket: "b"}); err == nil || !strings.Contains(err.Error(), "s3 only") {
		t.Errorf("opening a kind that there is no opener for: %v", err)
	}
}
