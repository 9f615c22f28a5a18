package spec

import (
	"slices"
	"strings"
)

// nearest gives the known name that a person most likely meant by name, or "".
func nearest(name string, known []string) string {
	best, distance := "", 1+max(1, len(name)/3)
	plain := flatten(name)
	if k := synonyms[plain]; slices.Contains(known, k) {
		return k
	}
	for _, k := range known {
		d := edits(plain, flatten(k))
		if d < distance {
			best, distance = k, d
		}
	}
	return best
}

// flatten takes away what people vary without meaning anything by it.
func flatten(s string) string {
	return strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(s))
}

// edits counts the insertions, deletions, substitutions and swaps of
// neighbors that make a into b (the optimal string alignment distance).
func edits(a, b string) int {
	if max(len(a), len(b)) > 64 {
		return 64
	}
	var before, above, row []int
	above = make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row = make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, above = above, row
	}
	return above[len(b)]
}

// oneOf writes names as a choice: a, b or c.
func oneOf(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// allOf writes names as what there is: a, b and c.
func allOf(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// meant is what to write instead of name: the nearest of known, or the choice.
func meant(name string, known []string) string {
	if near := nearest(name, known); near != "" {
		return "did you mean " + near + "? It can be " + oneOf(known)
	}
	return "write " + oneOf(known)
}

// synonyms are other words, flattened, that people know things by.
var synonyms = map[string]string{
	"amazon": "aws", "eks": "aws", "microsoft": "azure", "aks": "azure", "gcp": "google", "gke": "google",
	"peraz": "per-zone", "az": "per-zone", "multi": "per-zone", "abort": "rollback", "manual": "ask", "pause": "freeze",
	"psql": "postgres", "aurora": "postgres", "mariadb": "mysql", "opentofu": "tofu", "preemptible": "spot",
	"closed": "restricted", "public": "restricted", "private": "internal", "acm": "cloud", "ecr": "ecr.api", "acme": "letsencrypt", "azureblob": "azurerm", "gcp-storage": "gcs",
}

func sorted(names []string) []string {
	names = slices.Clone(names)
	slices.Sort(names)
	return names
}

// Nearest gives the known name that a person most likely meant, or "". It is for names outside a spec that are
// suggested alike.
func Nearest(name string, known []string) string { return nearest(name, known) }
