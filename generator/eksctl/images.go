package eksctl

import (
	"strings"

	"drover/generator/spec"
)

// images is what a pool's nodes start with. eksctl's auto and auto-ssm are the platform's own image, which a spec has
// without a word.
func (v *conversion) images(n *node, path string, p func() *spec.NodePool) {
	if ami := n.get("ami"); strings.HasPrefix(ami.string(), "ami-") {
		p().Image = ami.string()
		v.carry(path+".image", ami, func() { p().Image = "" })
	}
	commands := n.get("preBootstrapCommands")
	if lines := commands.strings(); len(lines) > 0 {
		p().UserData = "#!/bin/bash\nset -e\n" + strings.Join(lines, "\n") + "\n"
		v.carry(path+".userData", commands, func() { p().UserData = "" })
	}
}
