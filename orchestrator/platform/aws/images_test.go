package aws

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"drover/orchestrator/platform"
)

// The kinds are those of modules/aws/cluster (nodes.tf), whose test nodes.tftest.hcl has these machines too.
func TestTheImageOfNodesIsThatOfTheirMachineAndSystem(t *testing.T) {
	t.Parallel()
	const linux, rocket = "/aws/service/eks/optimized-ami/1.35/amazon-linux-2023/", "/aws/service/bottlerocket/aws-k8s-1.35"
	for _, c := range []struct{ machine, system, kind, parameter string }{
		{"m7i.large", "", "AL2023_x86_64_STANDARD", linux + "x86_64/standard/recommended/release_version"},
		{"m7g.xlarge", "al2023", "AL2023_ARM_64_STANDARD", linux + "arm64/standard/recommended/release_version"},
		{"g6.xlarge", "al2023", "AL2023_x86_64_NVIDIA", linux + "x86_64/nvidia/recommended/release_version"},
		{"g4ad.xlarge", "al2023", "AL2023_x86_64_STANDARD", linux + "x86_64/standard/recommended/release_version"},
		{"g5g.xlarge", "al2023", "AL2023_ARM_64_NVIDIA", linux + "arm64/nvidia/recommended/release_version"},
		{"inf2.xlarge", "al2023", "AL2023_x86_64_NEURON", linux + "x86_64/neuron/recommended/release_version"},
		{"m7i.large", "bottlerocket", "BOTTLEROCKET_x86_64", rocket + "/x86_64/latest/image_version"},
		{"c7gn.large", "bottlerocket", "BOTTLEROCKET_ARM_64", rocket + "/arm64/latest/image_version"},
		{"p5.48xlarge", "bottlerocket", "BOTTLEROCKET_x86_64_NVIDIA", rocket + "-nvidia/x86_64/latest/image_version"},
		{"inf2.xlarge", "bottlerocket", "BOTTLEROCKET_x86_64", rocket + "/x86_64/latest/image_version"},
	} {
		got, known := imageOf("1.35", platform.Nodes{Machine: c.machine, System: c.system})
		if want := (image{c.kind, c.parameter}); got != want || !known {
			t.Errorf("%s with %s has %+v (%t), not %+v", c.machine, c.system, got, known, want)
		}
	}
}

func TestNodeImagesAreAskedOnceForEachKindAndUnknownOnesAreLeftOut(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Names []string }
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil || r.Header.Get("X-Amz-Target") != "AmazonSSM.GetParameters" {
			t.Errorf("asked for %s: %v", r.Header.Get("X-Amz-Target"), err)
		}
		if len(in.Names) != 2 || slices.Equal(in.Names[:1], in.Names[1:]) {
			t.Errorf("asked for %v", in.Names)
		}
		_, _ = w.Write([]byte(`{"Parameters": [{"Name": "` + in.Names[0] + `", "Value": "1.35.4-20260928"}], "InvalidParameters": ["` + in.Names[1] + `"]}`))
	}))
	defer server.Close()
	got, err := at(server.URL).NodeImages(t.Context(), "1.35", []platform.Nodes{{Machine: "m7i.large"}, {Machine: "m6i.large"}, {Machine: "m7g.large", System: "bottlerocket"}})
	if want := map[string]string{"AL2023_x86_64_STANDARD": "1.35.4-20260928"}; err != nil || !maps.Equal(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
}

func TestARefusedQuestionForNodeImagesNamesTheRightThatIsMissing(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"__type": "AccessDeniedException", "Message": "not authorized to perform: ssm:GetParameters"}`))
	}))
	defer server.Close()
	_, err := at(server.URL).NodeImages(t.Context(), "1.35", []platform.Nodes{{Machine: "m7i.large"}})
	if err == nil || !strings.Contains(err.Error(), "ssm:GetParameters") || !strings.Contains(err.Error(), "the credentials do not allow it") {
		t.Errorf("got %v", err)
	}
}
