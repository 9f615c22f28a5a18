package eks

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// released is the release of EKS's own node images, of each kind, that is newest, and the one before it.
// https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id.html,
// https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id-bottlerocket.html
func released(version, ami string) []string {
	if strings.HasPrefix(ami, "BOTTLEROCKET") {
		return []string{"1.64.0-7c4f0d2b", "1.63.0-18d04e52"} // the same for every version of Kubernetes
	}
	return []string{patchOf(version) + "-20261101", patchOf(version) + "-20261004"}
}

func releaseOf(version, ami string) string { return released(version, ami)[0] }

// checkRelease refuses a release that EKS does not have for a version.
func checkRelease(version, ami, release string) error {
	if release != "" && !slices.Contains(released(version, ami), release) {
		return refuse(invalidParameter, "Requested release version %s is not valid for kubernetes version %s.", release, version)
	}
	return nil
}

// parameters are the names of the public parameters that have releases.
var parameters = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^/aws/service/(?:eks/optimized-ami/(\d\.\d+)/amazon-linux-2023/(?:(?:x86_64|arm64)/(?:standard|nvidia)|x86_64/neuron)/recommended/release_version` +
		`|bottlerocket/aws-k8s-(\d\.\d+)(?:-nvidia|-fips)?/(?:x86_64|arm64)/latest/image_version)$`)
})

// Release is the value of a public parameter of Systems Manager's about node images, and empty for what is none.
func Release(parameter string) string {
	m := parameters().FindStringSubmatch(parameter)
	switch {
	case m == nil:
		return ""
	case m[1] != "" && offered(m[1]):
		return releaseOf(m[1], "AL2023")
	case m[2] != "" && offered(m[2]):
		return releaseOf(m[2], "BOTTLEROCKET")
	}
	return ""
}

// PublishesImages tells whether a name is among those that AWS publishes node images by, whether there is one or not.
func PublishesImages(parameter string) bool {
	return strings.HasPrefix(parameter, "/aws/service/eks/optimized-ami/") || strings.HasPrefix(parameter, "/aws/service/bottlerocket/")
}
