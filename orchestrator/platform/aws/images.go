package aws

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"regexp"
	"strings"
	"sync"

	"github.com/aws/smithy-go"

	"drover/orchestrator/platform"
)

// image is one kind of EKS's own node images: what EKS calls it, and the public parameter that has its newest release.
type image struct{ kind, parameter string }

// variants are the kinds of images by system, processors and drivers, as the module modules/aws/cluster chooses among
// them. A kind that is not here is no error: EKS takes its newest then, as it does without drover.
var variants = map[string]string{
	"AL2023_x86_64_STANDARD": "amazon-linux-2023/x86_64/standard", "AL2023_ARM_64_STANDARD": "amazon-linux-2023/arm64/standard",
	"AL2023_x86_64_NVIDIA": "amazon-linux-2023/x86_64/nvidia", "AL2023_ARM_64_NVIDIA": "amazon-linux-2023/arm64/nvidia",
	"AL2023_x86_64_NEURON": "amazon-linux-2023/x86_64/neuron",
	"BOTTLEROCKET_x86_64":  "/x86_64", "BOTTLEROCKET_ARM_64": "/arm64",
	"BOTTLEROCKET_x86_64_NVIDIA": "-nvidia/x86_64", "BOTTLEROCKET_ARM_64_NVIDIA": "-nvidia/arm64",
}

// Families with a g after their generation have Arm's processors; those that begin with g or p have NVIDIA's, but for
// g4ad, and inf and trn have AWS's own.
var (
	graviton = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z]+[0-9]+g[a-z]*\.`) })
	nvidia   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(g|gr|p)[0-9]`) })
	neuron   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(inf|trn)[0-9]`) })
)

// imageOf gives the image of nodes. The parameters are in
// https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id.html and
// https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id-bottlerocket.html; a Bottlerocket's release is its
// image_version: https://github.com/aws/containers-roadmap/issues/1945
func imageOf(kubernetes string, n platform.Nodes) (image, bool) {
	processors, drivers := "x86_64", ""
	if graviton().MatchString(n.Machine) {
		processors = "ARM_64"
	}
	al2023 := n.System != "bottlerocket"
	switch {
	case nvidia().MatchString(n.Machine) && !strings.HasPrefix(n.Machine, "g4ad."):
		drivers = "_NVIDIA"
	case al2023 && neuron().MatchString(n.Machine):
		drivers = "_NEURON"
	case al2023:
		drivers = "_STANDARD"
	}
	if al2023 {
		kind := "AL2023_" + processors + drivers
		return image{kind, path.Join("/aws/service/eks/optimized-ami", kubernetes, variants[kind], "recommended/release_version")}, variants[kind] != ""
	}
	kind := "BOTTLEROCKET_" + processors + drivers
	return image{kind, "/aws/service/bottlerocket/aws-k8s-" + kubernetes + variants[kind] + "/latest/image_version"}, variants[kind] != ""
}

// NodeImages asks Systems Manager for the parameters that AWS publishes. There are fewer kinds of images than the ten
// parameters that one call takes: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html
func (p *Platform) NodeImages(ctx context.Context, kubernetes string, nodes []platform.Nodes) (map[string]string, error) {
	doing := "asking Systems Manager for the node images of Kubernetes " + kubernetes
	kinds, names := map[string]string{}, []string{}
	for _, n := range nodes {
		if i, known := imageOf(kubernetes, n); known && kinds[i.parameter] == "" {
			kinds[i.parameter], names = i.kind, append(names, i.parameter)
		}
	}
	images := map[string]string{}
	if len(names) == 0 {
		return images, nil
	}
	body, status, err := p.ssm.askJSON(ctx, "AmazonSSM.GetParameters", map[string]any{"Names": names})
	if err != nil {
		return nil, explain(doing, err)
	}
	if status != http.StatusOK {
		return nil, explain(doing, jsonRefusal(body, status))
	}
	var answer struct {
		Parameters []struct{ Name, Value string }
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, fmt.Errorf("%s: reading the answer: %w", doing, err)
	}
	for _, parameter := range answer.Parameters {
		if kind := kinds[parameter.Name]; kind != "" && parameter.Value != "" {
			images[kind] = parameter.Value
		}
	}
	return images, nil
}

// jsonRefusal is the error of a service that speaks the JSON protocol.
func jsonRefusal(body []byte, status int) error {
	var answer struct {
		Code    string `json:"__type"`
		Message string `json:"message"`
	}
	if json.Unmarshal(body, &answer) != nil || answer.Code == "" {
		return fmt.Errorf("it answered %d: %.200s", status, body)
	}
	return &smithy.GenericAPIError{Code: answer.Code[strings.LastIndexByte(answer.Code, '#')+1:], Message: answer.Message}
}
