package redact

import (
	"encoding/json"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
)

// FromEnvironment knows what an environment ("name=value" each) holds that its names call secret: credentials, tokens,
// passwords, keys, addresses of webhooks, and what such names lead to in files; in every address that is a value, the
// password and the secrets of its query; and the keys in the shared files of AWS's tools.
func FromEnvironment(environ []string) *Redactor {
	k := &Redactor{}
	env := map[string]string{}
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		env[name] = value
		k.learnVariable(name, value)
	}
	for name, file := range map[string]string{"AWS_SHARED_CREDENTIALS_FILE": "credentials", "AWS_CONFIG_FILE": "config"} {
		path := env[name]
		if path == "" && env["HOME"] != "" {
			path = filepath.Join(env["HOME"], ".aws", file)
		}
		k.learnFile(path)
	}
	// Settings of a Terraform backend, which may be keys.
	for setting := range strings.SplitSeq(env["DROVER_BACKEND_CONFIG"], ",") {
		name, value, _ := strings.Cut(setting, "=")
		k.learnNamed(name, value)
	}
	return k
}

func (k *Redactor) learnVariable(name, value string) {
	k.LearnAddress(value)
	if callsSecret(name) {
		k.learnFile(value) // as many such names lead to a file as hold the secret itself
		k.learnNamed(name, value)
	}
}

// learnNamed takes a value by its name; a setting for where a secret is holds none.
func (k *Redactor) learnNamed(name, value string) {
	words := wordsOf(name)
	if !callsSecret(name) || slices.Contains(places, words[len(words)-1]) || exists(value) {
		return
	}
	k.Learn(value)
	if u, err := url.Parse(value); err == nil && u.Host != "" {
		k.Learn(strings.TrimPrefix(u.RequestURI(), "/")) // it is what an address keeps secret, and is shown without the host too
	}
}

// LearnAddress takes the password and the secret parts of the query of an address, which need not be one.
func (k *Redactor) LearnAddress(address string) {
	_, rest, found := strings.Cut(address, "://")
	if !found {
		rest = address
	}
	authority, _, _ := strings.Cut(rest, "/")
	if at := strings.LastIndex(authority, "@"); found && at >= 0 { // by hand, as an address that cannot be parsed is quoted in errors
		user, password, both := strings.Cut(authority[:at], ":")
		if !both {
			password = user // a token alone
		}
		plain, err := url.PathUnescape(password)
		if err == nil {
			k.Learn(plain)
		}
		k.Learn(password, authority[:at+1]) // the second for a password that is too short to be hidden alone
	}
	_, query, _ := strings.Cut(rest, "?")
	values, _ := url.ParseQuery(query) // what cannot be parsed is no value of a name
	for name, list := range values {
		if callsSecret(name) {
			k.Learn(list...)
		}
	}
}

// fileLimit bounds what is read of a file that a variable names.
const fileLimit = 1 << 20

// learnFile takes a file's keys by their names, in JSON or in lines of "name = value", or else the file as a whole: a
// token or a key. What cannot be read is not known; whoever needs it says so.
func (k *Redactor) learnFile(path string) {
	file, err := os.Open(path)
	if err != nil {
		return
	}
	defer func() { _ = file.Close() }() // only read from
	data, err := io.ReadAll(io.LimitReader(file, fileLimit))
	if err != nil {
		return
	}
	text := strings.TrimSpace(string(data))
	var object map[string]any
	if json.Unmarshal(data, &object) == nil {
		k.learnMembers(object)
		return
	}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(line, "=")
		k.learnNamed(name, strings.TrimSpace(value))
	}
	if strings.HasPrefix(text, "-----BEGIN") || !strings.Contains(text, "\n") {
		k.Learn(text)
	}
}

func (k *Redactor) learnMembers(object map[string]any) {
	for name, member := range object {
		switch value := member.(type) {
		case string:
			k.learnNamed(name, value)
		case map[string]any:
			k.learnMembers(value)
		}
	}
}

// The words of a name that say that its value is a secret, and the last words that say that it only leads to one.
var (
	endings = []string{"SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "TOKEN", "CREDENTIALS", "APIKEY", "WEBHOOK"}
	exact   = []string{"KEY", "PASS", "PAT", "SIG", "SIGNATURE"}
	places  = []string{"FILE", "PATH", "DIR", "NAME", "ARN", "VERSION", "ENDPOINT", "URI", "TYPE", "TTL"}
)

// callsSecret is true of a name such as DB_PASSWORD, AWS_SECRET_ACCESS_KEY, github-token, sessionToken.
func callsSecret(name string) bool {
	return slices.ContainsFunc(wordsOf(name), func(word string) bool {
		return slices.Contains(exact, word) || slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(word, e) })
	})
}

func wordsOf(name string) []string {
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, word := range words {
		words[i] = strings.ToUpper(word)
	}
	if len(words) == 0 {
		return []string{""}
	}
	return words
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
