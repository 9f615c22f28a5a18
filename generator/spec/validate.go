package spec

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/go-version"
)

// validator says what is wrong or unwise about a decoded spec. It is silent
// about whatever already has an error.
type validator struct {
	*decoder
	c     *Cluster
	rules rules
	codes map[string]bool // of the warnings that were given or accepted

	suggested []netip.Prefix // in place of ranges that overlap others
}

// validate checks everything that can be known without a cloud.
func validate(d *decoder, c *Cluster) {
	v := &validator{decoder: d, c: c, codes: map[string]bool{}}
	for _, code := range agingCodes {
		v.codes[code] = true
	}
	if !oneIs(v, "spec.platform", string(c.Spec.Platform)) {
		return // nothing else about the spec can be said for sure
	}
	v.rules = rulesOf[c.Spec.Platform]
	v.metadata()
	v.platform()
	v.kubernetes()
	v.state()
	v.network()
	v.access()
	v.ingress()
	v.nodePools()
	v.services()
	v.gitops()
	v.bootstrap()
	v.rotation()
	v.notify()
	v.terraform()
	v.unbuilt()
	v.acceptances()
}

// wrong is an error about the value at path: what is wrong, what to write.
func (v *validator) wrong(path, message, help string, also ...span) {
	if !v.silent(path) {
		v.errorAt(path, help, v.where(path), message, also...)
	}
}

// unwise is a warning that spec.accept can accept by its code.
func (v *validator) unwise(code, path, message, help string) {
	v.codes[code] = true
	for _, a := range v.c.Spec.Accept {
		if a.Warning == code {
			return
		}
	}
	or := "; or"
	if strings.HasSuffix(help, "?") {
		or = " Or"
	}
	v.warn(path, code, message, help+or+" accept it: spec.accept: [{warning: "+code+", reason: …}]")
}

// wrongUnlessAccepted is an error that spec.accept can accept by its code.
func (v *validator) wrongUnlessAccepted(code, path, message, help string) {
	v.codes[code] = true
	if !slices.ContainsFunc(v.c.Spec.Accept, func(a Acceptance) bool { return a.Warning == code }) {
		v.wrong(path, message, help+"; or accept it: spec.accept: [{warning: "+code+", reason: …}]")
	}
}

func (v *validator) warn(path, code, message, help string) {
	if v.silent(path) {
		return
	}
	at := v.where(path)
	v.add(Diagnostic{
		Severity: Warning, Path: path, Code: code, Message: message, Suggestion: help,
		Line: at.line, Column: at.column, spans: []span{at},
	})
}

// oneIs checks that a value is one of a few: those that are known, or else the
// choices of the path.
func oneIs(v *validator, path, value string, known ...string) bool {
	if known == nil {
		known = choices[anyIndex(path)]
	}
	if slices.Contains(known, value) {
		return true
	}
	if value != "" || v.has(path) {
		v.wrong(path, fmt.Sprintf("%s cannot be %q", path, value), meant(value, known))
	}
	return false
}

// matches checks that a text has a form.
func (v *validator) matches(path, text string, f form) bool {
	if f.pattern == nil || f.pattern.MatchString(text) {
		return true
	}
	v.wrong(path, fmt.Sprintf("%s %q is not right: it has to be %s", path, text, f.is), "write it like "+f.example)
	return false
}

// label checks a name that becomes part of host names and resource names.
func (v *validator) label(path, name string, longest int) {
	if dnsLabel.pattern.MatchString(name) && len(name) <= longest {
		return
	}
	help := "write it like " + dnsLabel.example
	if better := labelFrom(name, longest); better != "" && better != name {
		help = "write " + better
	}
	v.wrong(path, fmt.Sprintf("%s %q is not right: it has to be at most %d %s", path, name, longest, dnsLabel.is), help)
}

var notInLabel = lazily(`[^a-z0-9]+`)

// labelFrom makes the nearest right name of a wrong one, or "".
func labelFrom(name string, longest int) string {
	name = strings.Trim(notInLabel.get().ReplaceAllString(strings.ToLower(name), "-"), "-")
	name = strings.TrimLeft(name, "0123456789-")
	if len(name) > longest {
		name = strings.TrimRight(name[:longest], "-")
	}
	return name
}

// unique checks that nothing is in a list twice; at gives the path of item i.
func (v *validator) unique(items []string, what string, at func(i int) string) {
	first := map[string]int{}
	for i, item := range items {
		j, twice := first[item]
		if !twice {
			first[item] = i
			continue
		}
		if item != "" {
			before, here := v.where(at(j)), v.where(at(i))
			if before == here { // an alias repeats it
				here = v.nameAt(parent(at(i)))
			}
			help := "remove one of the two"
			if strings.HasSuffix(at(i), ".name") {
				help += ", or give it another name"
			}
			if !v.silent(at(i)) {
				v.errorAt(at(i), help, here, fmt.Sprintf("%s %q is there twice, first in line %d", what, item, before.line), before)
			}
		}
	}
}

// positive checks that a duration is longer than nothing.
func (v *validator) positive(path string, d Duration, example string) bool {
	if d > 0 || !v.has(path) {
		return true
	}
	v.wrong(path, path+" has to be longer than 0", "write it like "+example+", or remove the line for the default")
	return false
}

func indexed(path string) func(int) string {
	return func(i int) string { return fmt.Sprintf("%s[%d]", path, i) }
}

func field(path, name string) func(int) string {
	return func(i int) string { return fmt.Sprintf("%s[%d].%s", path, i, name) }
}

func namesOf[T any](items []T, name func(T) string) []string {
	names := make([]string, len(items))
	for i, item := range items {
		names[i] = name(item)
	}
	return names
}

func (v *validator) metadata() {
	switch name := v.c.Metadata.Name; {
	case name == "modules":
		v.wrong("metadata.name", `the name "modules" is taken: the Terraform modules are written to that directory`, "write another name")
	case len(name) == 1:
		v.wrong("metadata.name", fmt.Sprintf("metadata.name %q is too short to tell clusters apart", name), "write two characters or more")
	case strings.Contains(name, "--"):
		v.wrong("metadata.name", fmt.Sprintf("metadata.name %q has two dashes in a row, which the names of databases may not have", name), "write "+labelFrom(name, v.rules.nameMax))
	case v.rules.notName != "" && strings.HasPrefix(name, v.rules.notName):
		v.wrong("metadata.name", fmt.Sprintf("metadata.name %q begins with %s, which %s keeps for itself", name, v.rules.notName, v.rules.name), "write a name that begins in another way")
	case name != "":
		v.label("metadata.name", name, v.rules.nameMax)
	}
	v.labels(v.c.Metadata.Labels)
}

// labels checks what becomes tags of every resource. Names that differ in
// their case only are one name to some services, IAM among them.
func (v *validator) labels(labels map[string]string) {
	const path = "metadata.labels"
	first := map[string]string{}
	for _, key := range sortedKeys(labels) {
		v.tag(path+"."+key, key, labels[key])
		lower := strings.ToLower(key)
		if other, twice := first[lower]; twice && !v.silent(path+"."+key) {
			v.errorAt(path+"."+key, "remove one of the two", v.nameAt(path+"."+key), fmt.Sprintf("the label %q is there already, as %q", key, other), v.nameAt(path+"."+other))
		}
		first[lower] = key
	}
	n := len(labels)
	if most, on := v.mostZoneLabels(); on != "" && n > most {
		v.wrong(path, fmt.Sprintf("metadata.labels has %d labels, and %s carries at most %d tags, drover's own among them", n, on, v.rules.zoneTags), fmt.Sprintf("keep at most %d", most))
	} else if n > 30 {
		v.wrong(path, fmt.Sprintf("metadata.labels has %d labels, and a resource carries at most 50, drover's own among them", n), "keep at most 30")
	}
}

// mostZoneLabels is how many labels what is made in DNS has room for, and what
// that is, or "".
func (v *validator) mostZoneLabels() (most int, on string) {
	switch {
	case v.rules.zoneTags == 0:
	case v.c.Spec.Rotation.Traffic.Health != nil:
		return v.rules.zoneTags - v.rules.ourTags[1], "a DNS health check"
	case v.c.Spec.Ingress.Zone == "create":
		return v.rules.zoneTags - v.rules.ourTags[0], "a DNS zone"
	}
	return 0, ""
}

// tag checks a label, which becomes a tag of every resource.
func (v *validator) tag(path, key, value string) {
	lower := strings.ToLower(key)
	name := func(message, help string) {
		if !v.silent(path) {
			v.errorAt(path, help, v.nameAt(path), message)
		}
	}
	switch {
	case strings.HasPrefix(lower, "aws:"), strings.HasPrefix(lower, "drover:"), lower == "managed-by", lower == "name":
		name(fmt.Sprintf("the label %q is taken: drover or the platform sets it itself", key), "give the label another name, such as team")
	case key == "" || len(key) > 63:
		name("the name of a label has 1 to 63 characters", "give the label a short name, such as team")
	case !v.rules.label.pattern.MatchString(key):
		name(fmt.Sprintf("the label name %q is not right: it may hold %s", key, v.rules.label.is), "write it like team")
	case !v.rules.label.pattern.MatchString(value):
		v.wrong(path, fmt.Sprintf("the label %s is not right: it may hold %s", key, v.rules.label.is), "write it like "+v.rules.label.example)
	case utf8.RuneCountInString(value) > v.rules.labelMax:
		v.wrong(path, fmt.Sprintf("the label %s is longer than %d characters", key, v.rules.labelMax), "write it like "+v.rules.label.example)
	}
}

func (v *validator) platform() {
	s := v.c.Spec
	if s.Region != "" {
		v.region("spec.region", s.Region)
	}
	if s.Account != "" && !v.rules.account.pattern.MatchString(s.Account) {
		v.wrong("spec.account", fmt.Sprintf("spec.account %q is not right: %s", s.Account, v.rules.account.is), "write it like "+v.rules.account.example+", or remove the line")
	}
}

// platformOf gives the platform that has a region of this name, or "".
func platformOf(region string) string {
	for _, r := range rulesOf {
		if slices.Contains(r.regions, region) {
			return r.name
		}
	}
	return ""
}

var digits = lazily(`[0-9]+`)

// region checks the name of a region. One that differs from a known one by
// its number only may be newer than this drover; one that differs by letters
// is misspelled.
func (v *validator) region(path, region string) {
	if slices.Contains(v.rules.regions, region) {
		return
	}
	near := nearest(region, v.rules.regions)
	help := "write it like " + v.rules.region.example
	if near != "" {
		help = "did you mean " + near + "?"
	}
	stem := digits.get().ReplaceAllString(region, "")
	sameStem := slices.ContainsFunc(v.rules.regions, func(r string) bool { return digits.get().ReplaceAllString(r, "") == stem })
	if other := platformOf(region); other != "" {
		v.wrong(path, fmt.Sprintf("%s %q is a region of %s, and the platform is %s", path, region, other, v.rules.name), help)
		return
	}
	if !v.rules.region.pattern.MatchString(region) || (near != "" && !sameStem) {
		v.wrong(path, fmt.Sprintf("%s %q is not %s", path, region, v.rules.region.is), help)
		return
	}
	v.unwise("unknown-region", path, fmt.Sprintf("this drover knows no region %q of %s", region, v.rules.name), help)
}

var minorVersion = lazily(`^1\.(0|[1-9][0-9]?)$`)
var longVersion = lazily(`^v?1\.([0-9]{1,2})(\.[0-9]+.*)?$`)

func (v *validator) kubernetes() {
	k := v.c.Spec.Kubernetes
	path := "spec.kubernetes.version"
	m := minorVersion.FindStringSubmatch(k.Version)
	if m == nil {
		help := `write it like "1.35"`
		if long := longVersion.FindStringSubmatch(k.Version); long != nil {
			help = fmt.Sprintf(`write "1.%s": the platform chooses the patch release`, long[1])
		}
		v.wrong(path, fmt.Sprintf("%s %q is not right: it has to be a minor version of Kubernetes, in quotes", path, k.Version), help)
	} else if minor, err := strconv.Atoi(m[1]); err == nil {
		if minor < v.rules.oldest {
			v.wrong(path, fmt.Sprintf("%s no longer runs Kubernetes %s", v.rules.name, k.Version), fmt.Sprintf(`write "1.%d" or newer`, v.rules.oldest))
		} else if minor < v.rules.supported && k.Support != "extended" {
			v.unwise("out-of-support", path, fmt.Sprintf("%s has ended its standard support of Kubernetes %s: it upgrades such a cluster by itself, and in place", v.rules.name, k.Version), fmt.Sprintf(`write "1.%d" or newer`, v.rules.supported))
		} else if minor > v.rules.newest {
			v.unwise("unknown-version", path, fmt.Sprintf("Kubernetes %s is newer than this drover, which knows 1.%d", k.Version, v.rules.newest), "see whether the platform offers it")
		}
	}
	for i, log := range k.Logs {
		oneIs(v, fmt.Sprintf("spec.kubernetes.logs[%d]", i), log)
	}
	v.unique(k.Logs, "the log", indexed("spec.kubernetes.logs"))
	if k.Logs != nil && !slices.Contains(k.Logs, "audit") && !v.failedWithin("spec.kubernetes.logs") {
		v.unwise("no-audit-log", "spec.kubernetes.logs", "without the audit log nobody can tell who changed what in the cluster", "add audit")
	}
	v.retention("spec.kubernetes.logRetention", k.LogRetention)
	v.addons()
	v.operation(k)
	v.autoscaler(k.Autoscaler)
}

// autoscaler checks what adds nodes.
func (v *validator) autoscaler(name string) {
	const path = "spec.kubernetes.autoscaler"
	switch {
	case slices.Contains([]string{"auto", "automode"}, strings.ToLower(name)):
		v.wrong(path, fmt.Sprintf("%s %q is not right", path, name), "write auto-mode for EKS Auto Mode")
	case !oneIs(v, path, name) || name == "pools":
	case !v.rules.adds:
		v.wrong(path, path+" "+name+" is for AWS; on "+v.rules.name+" the pools scale by themselves", "write autoscaler: pools, or remove the line")
	case name == AutoMode && v.c.Spec.Network.Pods != "":
		// https://docs.aws.amazon.com/eks/latest/userguide/auto-networking.html
		v.wrong("spec.network.pods", "EKS Auto Mode gives pods addresses of their nodes' subnets, and none of spec.network.pods", "remove the line, or write autoscaler: karpenter", v.where(path))
	}
}

// operation checks what AWS does with a cluster by itself.
func (v *validator) operation(k Kubernetes) {
	const support, shift = "spec.kubernetes.support", "spec.kubernetes.zonalShift"
	if v.rules.addons.build.pattern != nil {
		if k.Support != "" {
			oneIs(v, support, k.Support)
		}
		return
	}
	if k.Support != "" {
		v.wrong(support, support+" is for AWS; on "+v.rules.name+" the platform says how long it runs a version", "remove the line")
	}
	if k.ZonalShift {
		v.wrong(shift, shift+" is for AWS; on "+v.rules.name+" the platform moves what runs in a zone", "remove the line")
	}
}

// retention checks how long logs are kept.
func (v *validator) retention(path string, d Duration) {
	if !v.positive(path, d, "30d") {
		return
	}
	n, whole := d.Days()
	if !whole || n < 1 {
		v.wrong(path, path+" is a number of whole days", "write it like 30d")
		return
	}
	if v.rules.retention == nil || slices.Contains(v.rules.retention, n) {
		return
	}
	longer := v.rules.retention[len(v.rules.retention)-1]
	for _, r := range v.rules.retention {
		if r > n {
			longer = r
			break
		}
	}
	v.wrong(path, fmt.Sprintf("%s keeps logs for certain periods only, and %s is none of them", v.rules.name, d), fmt.Sprintf("write %dd, the nearest that is longer", longer))
}

func (v *validator) terraform() {
	t := v.c.Spec.Terraform
	oneIs(v, "spec.terraform.flavor", t.Flavor)
	const path = "spec.terraform.version"
	if v.matches(path, t.Version, form{versionConstraint, "a version, or bounds separated by commas", `">= 1.9"`}) && v.has(path) && !fitsModules(t.Version) {
		v.wrong(path, fmt.Sprintf("the modules work with %s, and no such version fits %q", TerraformVersion, t.Version), fmt.Sprintf("write %q, or remove the line for that default", TerraformVersion))
	}
}

// fitsModules tells whether versions that the modules work with are among
// those that a constraint allows: as far as patches and minor versions count up in a lifetime.
func fitsModules(constraint string) bool {
	both, err := version.NewConstraint(TerraformVersion + ", " + constraint)
	if err != nil {
		return true // of another form, which is said elsewhere
	}
	for _, major := range []int{1, 2} {
		for minor := range 50 {
			for patch := range 30 {
				if both.Check(version.Must(version.NewVersion(fmt.Sprintf("%d.%d.%d", major, minor, patch)))) {
					return true
				}
			}
		}
	}
	return false
}

var versionConstraint = lazily(`^\s*(=|!=|>|>=|<|<=|~>)?\s*[0-9]+(\.[0-9]+){0,2}(\s*,\s*(=|!=|>|>=|<|<=|~>)?\s*[0-9]+(\.[0-9]+){0,2}){0,9}\s*$`)

func sortedKeys[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	return sorted(keys)
}
