package spec

import "fmt"

var claimNamespace = form{namespace.pattern, "the name of a namespace", "shop"}

var storageClass = form{lazily(`^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$`), "the name of a storage class", "gp3"}

// Covers says whether an item declares what becomes of the data on this volume.
func (d VolumeData) Covers(namespace, class string) bool {
	return (d.Namespace == "" || d.Namespace == namespace) && (d.StorageClass == "" || d.StorageClass == class)
}

func (v *validator) volumes(all []VolumeData) {
	const path = "spec.rotation.volumes"
	for i, d := range all {
		at := fmt.Sprintf("%s[%d]", path, i)
		if d.Namespace != "" {
			v.matches(at+".namespace", d.Namespace, claimNamespace)
		}
		if d.StorageClass != "" {
			v.matches(at+".storageClass", d.StorageClass, storageClass)
		}
		oneIs(v, at+".data", d.Data)
		for j, before := range all[:i] {
			if before.Covers(d.Namespace, d.StorageClass) {
				v.wrong(at, fmt.Sprintf("%s covers no volume that %s[%d] does not cover", at, path, j), "put the narrower item first, or remove one of the two", v.where(fmt.Sprintf("%s[%d]", path, j)))
				break
			}
		}
	}
}
