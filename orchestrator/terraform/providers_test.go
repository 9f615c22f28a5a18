package terraform

import (
	"archive/zip"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// Terraform installs a provider without running it, so any file will do as one.
const (
	inventedSource   = "registry.terraform.io/drover/invented"
	inventedProgram  = "terraform-provider-invented_v1.2.3"
	inventedProvider = `terraform {
  required_providers {
    invented = {
      source  = "drover/invented"
      version = ">= 1.0"
    }
  }
}
`
)

func platform() string { return runtime.GOOS + "_" + runtime.GOARCH }

func unpackedMirror(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, inventedSource, "1.2.3", platform(), inventedProgram)
	write(t, program, "a program of 700 MB")
	must(t, os.Chmod(program, 0o755))
	return dir
}

func packedMirror(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "mirror")
	path := filepath.Join(dir, inventedSource, "terraform-provider-invented_1.2.3_"+platform()+".zip")
	must(t, os.MkdirAll(filepath.Dir(path), 0o755))
	file, err := os.Create(path)
	must(t, err)
	archive := zip.NewWriter(file)
	program, err := archive.CreateHeader(&zip.FileHeader{Name: inventedProgram, Method: zip.Deflate})
	must(t, err)
	_, err = program.Write([]byte("a program of 700 MB"))
	must(t, err)
	must(t, archive.Close())
	must(t, file.Close())
	return dir
}

func TestProvidersAreLinkedIntoRootsAndNeverCopied(t *testing.T) {
	t.Parallel()
	for name, mirror := range map[string]string{"unpacked": unpackedMirror(t), "packed": packedMirror(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cluster, cache := t.TempDir(), filepath.Join(t.TempDir(), "plugins")
			env := map[string]string{"DROVER_PLUGIN_MIRROR": mirror, "TF_PLUGIN_CACHE_DIR": cache}
			for _, root := range []string{"foundation", "blue"} {
				root, _ := open(t, terraformBinary(t), filepath.Join(cluster, root), inventedProvider, RootOptions{Env: env})
				must(t, root.Init(t.Context()))
				must(t, root.Init(t.Context())) // and again, with a lock file
				link := filepath.Join(root.dir, ".terraform", "providers", inventedSource, "1.2.3", platform())
				info, err := os.Lstat(link)
				must(t, err)
				if info.Mode()&os.ModeSymlink == 0 {
					t.Errorf("%s is a copy: %v", link, info.Mode())
				}
			}
			first := readFile(t, filepath.Join(cluster, "foundation", lockFile))
			if second := readFile(t, filepath.Join(cluster, "blue", lockFile)); first != second {
				t.Errorf("the roots of a cluster lock different providers:\n%s\n%s", first, second)
			}
		})
	}
}

func TestOtherProgramsGetTheEnvironmentOfRoots(t *testing.T) {
	t.Parallel()
	mirror, dir := unpackedMirror(t), t.TempDir()
	list, err := terraformBinary(t).environment(map[string]string{"DROVER_PLUGIN_MIRROR": mirror, "TF_CLI_ARGS": "-lock=false", "TF_PLUGIN_CACHE_DIR": dir}, dir)
	must(t, err)
	env := split(list)
	if config := readFile(t, env["TF_CLI_CONFIG_FILE"]); !strings.Contains(config, mirror) || filepath.Dir(env["TF_CLI_CONFIG_FILE"]) != dir {
		t.Errorf("configuration %s:\n%s", env["TF_CLI_CONFIG_FILE"], config)
	}
	if env["TF_CLI_ARGS"] != "" || env["TF_PLUGIN_CACHE_DIR"] != dir || env["TF_IN_AUTOMATION"] != "1" {
		t.Errorf("environment = %q", list)
	}
	if list, err := terraformBinary(t).Environment(dir); err != nil || len(split(list)["PATH"]) == 0 {
		t.Errorf("Environment = %q, %v", list, err)
	}
}

func TestALockFileOfASiblingThatDoesNotFitIsDropped(t *testing.T) {
	t.Parallel()
	cluster := t.TempDir()
	write(t, filepath.Join(cluster, "foundation", lockFile),
		"provider \""+inventedSource+"\" {\n  version = \"0.5.0\"\n  constraints = \">= 0.1.0\"\n  hashes = [\"h1:AAAA\"]\n}\n")
	env := map[string]string{"DROVER_PLUGIN_MIRROR": unpackedMirror(t), "TF_PLUGIN_CACHE_DIR": t.TempDir()}
	root, _ := open(t, terraformBinary(t), filepath.Join(cluster, "green"), inventedProvider, RootOptions{Env: env})
	must(t, root.Init(t.Context()))
	if lock := readFile(t, filepath.Join(root.dir, lockFile)); !strings.Contains(lock, `"1.2.3"`) {
		t.Errorf("lock file:\n%s", lock)
	}
}

func TestAProviderThatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	config := filepath.Join(t.TempDir(), "rc")
	write(t, config, "provider_installation {\n  filesystem_mirror {\n    path = \""+t.TempDir()+"\"\n  }\n}\n")
	root, _ := open(t, terraformBinary(t), t.TempDir(), inventedProvider, RootOptions{Env: map[string]string{"TF_CLI_CONFIG_FILE": config}})
	err := root.Init(t.Context())
	var failed *Error
	if !errors.As(err, &failed) || failed.Kind != NoProvider {
		t.Fatalf("init without its provider: %v", err)
	}
	for _, want := range []string{"drover/invented", "DROVER_PLUGIN_MIRROR"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q:\n%v", want, err)
		}
	}
}

const awsRoot = `terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}
provider "aws" {
  region              = "eu-central-1"
  allowed_account_ids = ["111111111111"]
}
resource "aws_vpc" "vpc" { cidr_block = "10.0.0.0/16" }
`

// tokenService answers every request as AWS's security token service answers GetCallerIdentity.
func tokenService(t *testing.T, status int, body string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func refusal(code, message string) string {
	return "<ErrorResponse><Error><Type>Sender</Type><Code>" + code + "</Code><Message>" + message + "</Message></Error><RequestId>1</RequestId></ErrorResponse>"
}

// An endpoint that nobody listens at makes the provider try for 27 s: what it says then is in the table of sorted
// failures, with the other refusals.
func TestTheRealProvidersFailuresSayWhatToDo(t *testing.T) {
	t.Parallel()
	identity := "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::222222222222:user/a</Arn><UserId>A</UserId>" +
		"<Account>222222222222</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
	for name, c := range map[string]struct {
		endpoint, key string
		kind          Kind
		says          string
	}{
		"none":       {tokenService(t, 200, identity), "", NoCredentials, "AWS_PROFILE"},
		"expired":    {tokenService(t, 403, refusal("ExpiredToken", "The token is expired")), "key", CredentialsExpired, "log in again"},
		"of another": {tokenService(t, 200, identity), "key", WrongAccount, "222222222222"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root, _ := open(t, terraformBinary(t), t.TempDir(), awsRoot, RootOptions{Env: map[string]string{
				"AWS_ENDPOINT_URL": c.endpoint, "AWS_ACCESS_KEY_ID": c.key, "AWS_SECRET_ACCESS_KEY": c.key, "AWS_SESSION_TOKEN": "",
				"AWS_PROFILE": "", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true",
			}})
			must(t, root.Init(t.Context()))
			_, err := root.Plan(t.Context(), PlanOptions{})
			var failed *Error
			if !errors.As(err, &failed) || failed.Kind != c.kind || !strings.Contains(err.Error(), c.says) {
				t.Errorf("want kind %s and %q, got:\n%v", c.kind, c.says, err)
			}
		})
	}
}
