package eks

import (
	"slices"
	"strconv"
	"strings"
)

// defaultVersion is what EKS builds when a request names none.
const defaultVersion = "1.34"

// offeredVersions are the minor versions that a new cluster may have, newest first, with the newest patch that the
// rehearsal claims to run.
var offeredVersions = []struct{ minor, patch, status string }{
	{"1.36", "1.36.1", "STANDARD_SUPPORT"},
	{"1.35", "1.35.4", "STANDARD_SUPPORT"},
	{"1.34", "1.34.7", "STANDARD_SUPPORT"},
	{"1.33", "1.33.11", "EXTENDED_SUPPORT"},
	{"1.32", "1.32.13", "EXTENDED_SUPPORT"},
	{"1.31", "1.31.14", "EXTENDED_SUPPORT"},
	{"1.30", "1.30.14", "EXTENDED_SUPPORT"},
}

func offered(version string) bool { return patchOf(version) != "" }

func patchOf(version string) string {
	for _, v := range offeredVersions {
		if v.minor == version {
			return v.patch
		}
	}
	return ""
}

// minorOf is 33 for "1.33", and -1 for what is not a version.
func minorOf(version string) int {
	_, minor, ok := strings.Cut(version, ".")
	n, err := strconv.Atoi(minor)
	if !ok || err != nil {
		return -1
	}
	return n
}

func (s *Service) describeClusterVersions(c *call) (any, error) {
	asked := c.query["clusterVersions"]
	status := strings.ToUpper(strings.ReplaceAll(c.query.Get("versionStatus")+c.query.Get("status"), "-", "_"))
	list := []object{}
	for _, v := range offeredVersions {
		switch {
		case len(asked) > 0 && !slices.Contains(asked, v.minor),
			c.query.Get("defaultOnly") == "true" && v.minor != defaultVersion,
			status != "" && status != v.status:
			continue
		}
		list = append(list, object{
			"clusterVersion": v.minor, "clusterType": "eks", "defaultPlatformVersion": "eks.1",
			"defaultVersion": v.minor == defaultVersion, "kubernetesPatchVersion": v.patch,
			"versionStatus": v.status, "status": strings.ReplaceAll(strings.ToLower(v.status), "_", "-"),
		})
	}
	part, next, err := page(c, list)
	if err != nil {
		return nil, err
	}
	return object{"clusterVersions": part, "nextToken": next}, nil
}
