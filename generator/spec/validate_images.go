package spec

import (
	"fmt"
	"strings"
)

// mostUserData leaves room for what drover and EKS tell a node beside it, in the 16 KiB that EC2 takes, and for base64:
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html
const mostUserData = 8 << 10

// images checks what a pool's nodes start with.
func (v *validator) images(path string, p NodePool) {
	image, data := path+".image", path+".userData"
	if v.rules.image.pattern == nil {
		if p.Image != "" {
			v.forAWS(image, "image of nodes")
		}
		if p.UserData != "" {
			v.forAWS(data, "user data of nodes")
		}
		return
	}
	if p.Image != "" && v.matches(image, p.Image, v.rules.image) {
		v.unwise("custom-image", image, fmt.Sprintf("drover cannot know what is in %s: its version of Kubernetes, its processors and its patches are yours to see to, at every rotation", p.Image), "remove it for EKS's own image")
	}
	v.userData(data, p)
}

func (v *validator) userData(path string, p NodePool) {
	switch {
	case p.UserData == "":
	case p.OS == "bottlerocket":
		v.wrong(path, "Bottlerocket runs nothing when it starts: it has settings, and no shell", "remove it; what drover sets is under kubelet")
	case strings.HasPrefix(p.UserData, "MIME-Version:"), strings.HasPrefix(strings.ToLower(p.UserData), "content-type:"):
		v.wrong(path, path+" is an archive already, and drover makes the archive, with EKS's part in it", "write the script alone, from #! on")
	case !strings.HasPrefix(p.UserData, "#!") && !strings.HasPrefix(p.UserData, "#cloud-config\n"):
		v.wrong(path, path+" is nothing that a node runs: it has to begin with #! or #cloud-config", "write it like userData: |, and #!/bin/bash in the line below")
	case len(p.UserData) > mostUserData:
		v.wrong(path, fmt.Sprintf("%s has %d bytes, and there is room for %d beside what EKS tells a node", path, len(p.UserData), mostUserData), "fetch what is long from a bucket, or make an image of it")
	}
}
