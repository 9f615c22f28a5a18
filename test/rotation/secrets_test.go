package rotation

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"drover/test/harness"
)

// smokes is a check of the spec that prints what it should not, as a script of a person's may.
const smokes = ", {command: {run: [sh, smoke.sh], timeout: 1m, env: [AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, " +
	"AWS_WEB_IDENTITY_TOKEN_FILE, HTTPS_PROXY, ALERT_WEBHOOK_URL]}}"

const smoke = `for name in NAMES; do
  value=$(printenv $name)
  printf '%s=%s\n' $name "$value"
  printf %s "$value" | base64 -w 0
  printf '\n'
done
cat TOKEN
`

// provisioner has Terraform print a secret of drover's environment, and one of its own that it was told to show.
const provisioner = `variable "planted" {
  type      = string
  sensitive = true
}

resource "terraform_data" "planted" {
  provisioner "local-exec" {
    command = "echo the environment has $AWS_SECRET_ACCESS_KEY; echo the variable has ${nonsensitive(var.planted)}"
  }
}

output "planted" {
  value     = var.planted
  sensitive = true
}
`

// said is what one command wrote.
type said struct {
	command string
	result  harness.Result
}

func (s *session) heard(r harness.Result, args ...string) harness.Result {
	s.said = append(s.said, said{strings.Join(args, " "), r})
	return r
}

// plant puts secrets wherever drover may come by one, and the script that prints them.
func (s *session) plant() {
	s.t.Helper()
	token := filepath.Join(s.t.TempDir(), "token")
	s.canaries = map[string]string{}
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "CANARY", "AWS_SECRET_ACCESS_KEY": "CANARY", "AWS_SESSION_TOKEN": "CANARY+/=", "AWS_WEB_IDENTITY_TOKEN_FILE": token,
		"HTTPS_PROXY": "http://me:CANARY@127.0.0.1:9", "ALERT_WEBHOOK_URL": "https://hooks.example.com/services/CANARY", "TF_VAR_planted": "CANARY",
	} {
		s.canaries[name] = harness.Canary()
		s.env[name] = strings.ReplaceAll(value, "CANARY", s.canaries[name])
	}
	s.env["NO_PROXY"] = "*"
	s.write(token, s.canaries["AWS_WEB_IDENTITY_TOKEN_FILE"])
	names := []string{}
	for name := range s.canaries {
		if name != "TF_VAR_planted" { // only Terraform's files say that this is a secret
			names = append(names, name)
		}
	}
	slices.Sort(names)
	s.write(filepath.Join(s.dir, "smoke.sh"), strings.NewReplacer("NAMES", strings.Join(names, " "), "TOKEN", token).Replace(smoke))
}

// plantInTraffic puts a file of a person's own beside drover's.
func (s *session) plantInTraffic() {
	s.t.Helper()
	s.expect(s.drover("generate"), 0)
	s.write(filepath.Join(s.dir, "infra", "herd", "traffic", "custom_planted.tf"), provisioner)
}

// showsNoSecret searches what every command said, and every file but Terraform's own, for what was planted. That it came
// there, and was hidden, shows that the search is one.
func (s *session) showsNoSecret() {
	s.t.Helper()
	for _, args := range [][]string{{"status"}, {"status", "--output", "json"}, {"history"}, {"history", "--output", "json"}, {"plan", "--verbose"}} {
		s.expect(s.drover(args...), 0)
	}
	var all strings.Builder
	for _, each := range s.said {
		text := each.result.Stdout + each.result.Stderr
		if text != "" { // not everything that goes well says so
			harness.NoCanary(s.t, "drover "+each.command, text, s.canaries)
		}
		all.WriteString(text)
	}
	if len(s.said) < 15 {
		s.t.Errorf("only %d commands were searched", len(s.said))
	}
	files := s.kept()
	for name, text := range files {
		harness.NoCanary(s.t, name, text, s.canaries)
	}
	var journal string
	for name, text := range files {
		if strings.HasPrefix(name, "infra/herd/.drover/journal/") {
			journal += text
		}
	}
	for where, text := range map[string]string{"the commands": all.String(), "the journal": journal} {
		for name := range s.canaries {
			if hidden := name + "="; name != "TF_VAR_planted" && name != "AWS_WEB_IDENTITY_TOKEN_FILE" && !strings.Contains(text, hidden+"***") && !strings.Contains(text, hidden+"http") {
				s.t.Errorf("%s were never told %s, so that hiding it was not tried", where, name)
			}
		}
	}
	for _, line := range []string{"the environment has ***", "the variable has ***"} {
		if !strings.Contains(all.String(), line) {
			s.t.Errorf("--verbose did not tell %q", line)
		}
	}
}

// kept are the files that drover has written, by their paths, with those of every bundle. The state, the plan and what else
// is in .terraform is Terraform's, which keeps secrets; the state shows that they were there.
func (s *session) kept() map[string]string {
	s.t.Helper()
	files, bundles := map[string]string{}, 0
	err := filepath.WalkDir(s.dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == ".terraform":
			return fs.SkipDir
		case !entry.Type().IsRegular() || strings.Contains(entry.Name(), ".tfstate"):
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if strings.Contains(filepath.ToSlash(path), "/.drover/bundles/") {
			bundles++
			data = s.unpacked(data)
		}
		if name := strings.TrimPrefix(path, s.dir+string(filepath.Separator)); len(data) > 0 { // a lock has nothing in it
			files[filepath.ToSlash(name)] = string(data)
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	state, err := os.ReadFile(filepath.Join(s.dir, "infra", "herd", "traffic", "terraform.tfstate"))
	if err != nil || !bytes.Contains(state, []byte(s.canaries["TF_VAR_planted"])) {
		s.t.Errorf("the state of traffic does not hold what was planted there (%v)", err)
	}
	for _, name := range []string{"infra/herd/.drover/journal/000000000001", "infra/herd/green/main.tf"} {
		if files[name] == "" {
			s.t.Errorf("%s was not searched", name)
		}
	}
	if bundles < 2 {
		s.t.Errorf("%d bundles were searched, want blue's and green's", bundles)
	}
	return files
}

func (s *session) unpacked(data []byte) []byte {
	s.t.Helper()
	zip, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		s.t.Fatal(err)
	}
	text, err := io.ReadAll(zip)
	if err != nil {
		s.t.Fatal(err)
	}
	return text
}

func (s *session) write(path, text string) {
	s.t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}
