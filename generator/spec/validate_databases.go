package spec

import (
	"fmt"
	"strconv"
	"strings"
)

var engineVersion = form{lazily(`^[0-9]+(\.[0-9]+)*$`), "numbers with dots between", `"16"`}

func (v *validator) database(path string, d Database) {
	if d.Name != "" {
		v.matches(path+".name", d.Name, databaseName)
	}
	if d.Engine != "" {
		oneIs(v, path+".engine", d.Engine)
	}
	v.engineVersion(path+".version", d.Engine, d.Version)
	if d.Upgrade != nil {
		v.upgrade(path+".upgrade", d)
	}
	if d.Class != "" {
		v.matches(path+".class", d.Class, v.rules.class)
	}
	if v.has(path + ".storage") {
		v.diskSize(path+".storage", d.Storage, v.rules.storage)
	}
	if n, whole := d.Backups.Days(); !whole || n < 1 || n > 35 {
		v.wrong(path+".backups", path+".backups is a number of days from 1 to 35", "write it like 14d")
	}
	if !d.MultiZone && !v.silent(path+".multiZone") {
		v.unwise("single-zone-database", path, fmt.Sprintf("the database %q is in one zone, and is gone while that zone is", d.Name), "add multiZone: true")
	}
}

func (v *validator) engineVersion(path, engine, version string) {
	if version != "" && v.matches(path, version, engineVersion) && engine == "mysql" && !strings.Contains(version, ".") {
		v.wrong(path, fmt.Sprintf("%s %q is not right: a version of MySQL has two numbers", path, version), `write it like "8.4"`)
	}
}

// upgrade checks the step to another major version.
func (v *validator) upgrade(path string, d Database) {
	if v.c.Spec.Platform != AWS {
		v.forAWS(path, "upgrade of a database")
		return
	}
	v.engineVersion(path+".version", d.Engine, d.Upgrade.Version)
	oneIs(v, path+".at", d.Upgrade.At)
	from, to := majorOf(d.Engine, d.Version), majorOf(d.Engine, d.Upgrade.Version)
	switch {
	case d.Upgrade.Version == "" || v.silent(path+".version") || from == nil || to == nil:
	case !above(to, from):
		v.wrong(path+".version", fmt.Sprintf("%s.version %s is no major version after %s", path, d.Upgrade.Version, d.Version),
			"write a later one; a minor version is written as version, and a step that is done is removed")
	}
}

// majorOf are the numbers of a version that make it a major one: one of PostgreSQL's, two of MySQL's.
func majorOf(engine, version string) []int {
	parts := strings.Split(version, ".")
	count := map[string]int{"postgres": 1, "mysql": 2}[engine]
	if count == 0 || len(parts) < count {
		return nil
	}
	var major []int
	for _, part := range parts[:count] {
		n, err := strconv.Atoi(part)
		if err != nil {
			return nil
		}
		major = append(major, n)
	}
	return major
}

// above is whether a version is later than another of as many numbers.
func above(one, other []int) bool {
	for i := range one {
		if one[i] != other[i] {
			return one[i] > other[i]
		}
	}
	return false
}
