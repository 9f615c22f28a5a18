package inventory

import (
	"encoding/xml"
	"strings"
)

// node is any XML element: the answers of the query protocol differ in names only.
type node struct {
	XMLName  xml.Name
	Text     string `xml:",chardata"`
	Children []node `xml:",any"`
}

// all returns the elements at a path such as "vpcSet/item".
func (n *node) all(path string) []node {
	first, rest, deeper := strings.Cut(path, "/")
	var list []node
	for i := range n.Children {
		if n.Children[i].XMLName.Local != first {
			continue
		}
		if deeper {
			list = append(list, n.Children[i].all(rest)...)
		} else {
			list = append(list, n.Children[i])
		}
	}
	return list
}

// text is what the first element at a path says.
func (n *node) text(path string) string {
	if found := n.all(path); len(found) > 0 {
		return strings.TrimSpace(found[0].Text)
	}
	return ""
}

// tags reads them however the service spells them.
func (n *node) tags() map[string]string {
	tags := map[string]string{}
	for _, path := range []string{"tagSet/item", "Tags/member", "TagList/Tag"} {
		for _, tag := range n.all(path) {
			tags[tag.text("key")+tag.text("Key")] = tag.text("value") + tag.text("Value")
		}
	}
	return tags
}
