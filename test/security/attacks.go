package security

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// canary is what no answer may hold, and what lies outside of the checkout.
const canary = "hunter2-do-not-show-me"

// attack is something that a stranger may try, by files in a checkout.
type attack struct {
	name  string // in words
	tried string
	plant func(p place)
	args  []string // of drover, run in the checkout
	code  int      // of its exit
	says  string   // what the answer begins with, without the name of the file
}

// place is where an attack happens: a git checkout, and a person's own directory beside it.
type place struct {
	t             *testing.T
	checkout, own string
}

// file writes a file of the checkout.
func (p place) file(name, text string) {
	p.t.Helper()
	at := filepath.Join(p.checkout, name)
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(at, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// link makes a symbolic link of the checkout.
func (p place) link(name, to string) {
	p.t.Helper()
	at := filepath.Join(p.checkout, name)
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.Symlink(to, at); err != nil {
		p.t.Fatal(err)
	}
}

// text plants a spec of this text.
func text(s string) func(place) { return func(p place) { p.file("cluster.yaml", s) } }

const valid = `apiVersion: drover/v1
kind: Cluster
metadata: {name: tiny}
spec:
  platform: aws
  region: eu-west-1
  network: {cidr: 10.40.0.0/16}
  ingress: {domain: tiny.example.com}
  access: {admins: ["arn:aws:iam::123456789012:role/platform-admin"]}
`

var validate = []string{"validate", "-f", "cluster.yaml"}

// numbered repeats a format with a number, up to a mebibyte in all.
func numbered(format string, n int) string {
	var b strings.Builder
	for i := 0; i < n && b.Len() < 1<<20-1000; i++ {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

const tooMany = "error: the file has more than 20000 lines and signs of YAML"

// attacks are those by specs, ClusterConfigs and generated files.
var attacks = []attack{
	{"nesting", "16 KB of `[`", text(strings.Repeat("[", 16<<10)), validate, 3, "error: the values are nested more than 64 deep"},
	{"nesting", "1 MiB of `[`", text(strings.Repeat("[", 1<<20)), validate, 3, tooMany},
	{"nesting", "19,000 times `- ` in brackets", text("[" + strings.Repeat("- ", 19_000)), validate, 3, "error: the values are nested more than 64 deep"},
	{"nesting, taken over from eksctl", "200 KB of `[` as a ClusterConfig", text(strings.Repeat("[", 200<<10)),
		[]string{"init", "-f", "new.yaml", "--from-eksctl", "cluster.yaml"}, 3, "error: reading the ClusterConfig: cluster.yaml is not YAML: the file has more than 20000 lines and signs of YAML"},
	{"a large file", "2 MiB of letters", text(strings.Repeat("a", 2<<20)), validate, 3, "error: the file has more than 1048576 bytes, more than any spec"},
	{"repeated keys", "70,000 times `region: a`", text(valid + strings.Repeat("  region: a\n", 70_000)), validate, 3, tooMany},
	{"repeated keys", "6,000 times `region: a`", text(valid + strings.Repeat("  region: a\n", 6_000)), validate, 3, "error: spec.region is given twice, first in line 6"},
	{"anchors", "40,000 anchors", text(valid + numbered("  a%[1]d: &a%[1]d 1\n", 40_000)), validate, 3, tooMany},
	{"aliases", "a list of 100 values, 900 times by an alias", text(valid + "  nodePools:\n  - {name: a, zones: &z [" + strings.Repeat("1, ", 99) + "1]}\n" +
		strings.Repeat("  - {name: a, zones: *z}\n", 900)), validate, 3, "error: spec.nodePools[0].min is missing"},
	{"merge keys", "3,000 fields, 900 times by `<<`", text(valid + "  a: &a {" + numbered("k%d: 1, ", 3_000) + "z: 1}\n  rotation:\n    verify:\n" +
		strings.Repeat("    - {<<: *a}\n", 900)), validate, 3, `error: spec has no field "a"`},
	{"long lists", "99,000 traffic steps", text(valid + "  rotation: {traffic: {steps: [" + strings.Repeat("5,", 99_000) + "100]}}\n"), validate, 3, tooMany},
	{"long lists", "5,000 traffic steps", text(valid + "  rotation: {traffic: {steps: [" + strings.Repeat("5,", 5_000) + "100]}}\n"), validate, 3, "error: spec.rotation.traffic.steps has 5001 items, more than 1000"},
	{"much to say", "9,000 unknown fields", text(valid + numbered("  u%d: 1\n", 9_000)), validate, 3, `error: spec has no field "u0"`},
	{"a long text", "a name of 1 MB", text(strings.Replace(valid, "tiny", strings.Repeat("a", 1_000_000), 1)), validate, 3, "error: metadata.name has 1000000 bytes, more than 16384"},
	{"a costly constraint", "2,000 bounds of a version", text(valid + "  terraform: {version: \"" + strings.Repeat(">= 1.9, ", 2_000) + "> 99\"}\n"), validate, 3, "error: spec.terraform.version \">= 1.9, "},

	{"a person's file", "a spec that is a link to `~/.netrc`", func(p place) { p.link("cluster.yaml", "../own/.netrc") }, validate, 3,
		"error: this is a symbolic link to a file outside of the checkout, and a spec from a checkout is read from there only"},
	{"a person's file", "a directory of specs that is a link to one of a person's", func(p place) { p.link("specs", "../own") }, []string{"validate", "-f", "specs"}, 1,
		"error: listing the specs in specs: opening specs: it is a symbolic link that leads out of the checkout"},
	{"a person's file", "a link to `~/.netrc` as a ClusterConfig", func(p place) { p.link("eks.yaml", "../own/.netrc") },
		[]string{"init", "-f", "new.yaml", "--from-eksctl", "eks.yaml"}, 3, "error: reading the eksctl ClusterConfig: opening eks.yaml: it is a symbolic link that leads out of the checkout"},
	{"a file that is no spec", "`validate -f ~/.netrc`", func(place) {}, []string{"validate", "-f", "../own/.netrc"}, 3, "error: a spec is a mapping of fields, and this is one text"},
	{"a file that is no spec", "a YAML of passwords", text("password: " + canary + "\nkind: " + canary + "\n"), validate, 3, "error: this is not a spec that this drover reads: it has no apiVersion of drover"},
	{"a file that is no spec", "a broken YAML of passwords", text("password: \"" + canary + "\n  x: [\n"), validate, 3, "error: the file is not YAML, and does not say that it is a spec"},

	{"a device", "a spec that is a link to `/dev/zero`", func(p place) { p.link("cluster.yaml", "/dev/zero") }, validate, 3, "error: this is a symbolic link to a file outside"},
	{"a device", "`validate -f /dev/zero`", func(place) {}, []string{"validate", "-f", "/dev/zero"}, 3, "error: this is a device, a pipe or a socket, where a file is needed"},
	{"a device", "a generated file that is a link to `/dev/zero`", func(p place) { text(valid)(p); p.link("infra/tiny/blue/main.tf", "/dev/zero") },
		[]string{"generate", "--check"}, 1, "error: these files in infra are where generated ones belong, and do not carry drover's header: tiny/blue/main.tf"},
	{"a pipe", "a spec that is a pipe which nobody writes to", func(p place) {
		if err := syscall.Mkfifo(filepath.Join(p.checkout, "cluster.yaml"), 0o600); err != nil {
			p.t.Fatal(err)
		}
	}, validate, 3, "error: this is a device, a pipe or a socket, where a file is needed"},

	{"moving files by a pending write", "`infra/.drover-pending/now` that leads to a person's directory", func(p place) {
		text(valid)(p)
		p.link("infra/.drover-pending/now", "../../../own")
		p.file("infra/.drover-pending/names.json", `[".netrc"]`)
		p.link("infra/.netrc", ".drover-pending/now/.netrc")
	}, []string{"generate"}, 1, "error: looking for a write of infra that was killed: .drover-pending is not what drover leaves: now is no link to old or new"},
	{"moving files by a pending write", "a name in `names.json` that leads out", func(p place) {
		text(valid)(p)
		p.link("infra/.drover-pending/now", "new")
		p.file("infra/.drover-pending/names.json", `["../../own/.netrc"]`)
	}, []string{"generate"}, 1, "error: looking for a write of infra that was killed: .drover-pending is not what drover leaves: \"../../own/.netrc\""},
	{"moving files by a pending write", "a `names.json` that is a link to a person's file", func(p place) {
		text(valid)(p)
		p.link("infra/.drover-pending/now", "new")
		p.link("infra/.drover-pending/names.json", "../../../own/.netrc")
	}, []string{"generate"}, 1, "error: looking for a write of infra that was killed: opening infra/.drover-pending/names.json: it is a symbolic link that leads out"},
	{"writing elsewhere", "`infra` that is a link to a person's directory", func(p place) { text(valid)(p); p.link("infra", "../own") },
		[]string{"generate"}, 1, "error: writing to infra: opening infra: it is a symbolic link that leads out of the checkout"},
	{"writing elsewhere", "`infra/tiny` that is a link to a person's directory", func(p place) { text(valid)(p); p.link("infra/tiny", "../../own") },
		[]string{"generate"}, 1, "error: writing to infra/tiny: it is a symbolic link"},

	{"writing elsewhere", "a lock file that is a link to a person's file", func(p place) {
		text(valid)(p)
		p.link("infra/tiny/foundation/.terraform.lock.hcl", "../../../../own/.netrc")
	}, []string{"generate", "--lock"}, 1, "error: writing the lock file of infra/tiny/foundation: infra/tiny/foundation/.terraform.lock.hcl is a symbolic link"},
	{"writing elsewhere", "`.terraform` that is a link to a person's directory", func(p place) {
		text(valid)(p)
		p.link("infra/tiny/foundation/.terraform", "../../../../own")
	}, []string{"generate", "--lock"}, 1, "error: writing the lock file of infra/tiny/foundation: infra/tiny/foundation/.terraform is a symbolic link"},

	{"a journal", "a pipe which nobody writes to", func(p place) {
		text(valid)(p)
		if err := os.MkdirAll(filepath.Join(p.checkout, "infra/tiny/.drover/journal"), 0o700); err != nil {
			p.t.Fatal(err)
		}
		if err := syscall.Mkfifo(filepath.Join(p.checkout, "infra/tiny/.drover/journal/000000000001"), 0o600); err != nil {
			p.t.Fatal(err)
		}
	}, []string{"generate"}, 1, "error: reading the journal of tiny: reading journal/000000000001: "},
	{"a journal", "a link to `/dev/zero`", func(p place) { text(valid)(p); p.link("infra/tiny/.drover/journal/000000000001", "/dev/zero") },
		[]string{"generate"}, 1, "error: reading the journal of tiny: reading journal/000000000001: "},
	{"a journal", "4 GiB of nothing", func(p place) {
		text(valid)(p)
		p.file("infra/tiny/.drover/journal/000000000001", "")
		if err := os.Truncate(filepath.Join(p.checkout, "infra/tiny/.drover/journal/000000000001"), 4<<30); err != nil {
			p.t.Fatal(err)
		}
	}, []string{"generate", "--check"}, 1, "error: reading the journal of tiny: listing journal/: journal has more than "},

	{"controlling the terminal", "escapes in a name", text(strings.Replace(valid, "{name: tiny}", "{name: tiny, \"\x1b[2J\x1b]0;a\x07\": x}", 1)), validate, 3, "error: "},
	{"text that reads as another", "marks of direction in a name of a field", text(valid + "  \u202eregion\u202c: a\n  re\u200bgion: b\n"), validate, 3, `error: spec has no field "`},
	{"text that reads as another", "marks of direction, in JSON", text(valid + "  \u202eregion\u202c: a\n"), []string{"validate", "--output", "json"}, 3, `{`},
	{"text that reads as another", "a file name with escapes", func(p place) { p.file("specs/\x1b[31m\u202ea.yaml", "x: y\n") }, []string{"validate", "-f", "specs"}, 3, "error: this is not a spec"},
	{"text that reads as another", "a file name with a line break and a command for a pipeline", func(p place) { p.file("specs/a\n::error::b.yaml", "x: y\n") },
		[]string{"validate", "-f", "specs"}, 1, `error: listing the specs in specs: the file name "a\n::error::b.yaml" contains a line break`},
}
