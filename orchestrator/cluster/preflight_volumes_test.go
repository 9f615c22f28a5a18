package cluster

import (
	"net/http"
	"strings"
	"testing"

	"drover/generator/spec"
	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
)

// disks are three volumes in use, of two namespaces and classes, and one that nobody uses any more.
var disks = []string{
	`{"metadata":{"name":"pv-1"},"spec":{"storageClassName":"gp3","claimRef":{"namespace":"shop","name":"data"}},"status":{"phase":"Bound"}}`,
	`{"metadata":{"name":"pv-2"},"spec":{"storageClassName":"efs","claimRef":{"namespace":"shop","name":"files"}},"status":{"phase":"Bound"}}`,
	`{"metadata":{"name":"pv-3"},"spec":{"storageClassName":"gp3","claimRef":{"namespace":"queue","name":"log"}},"status":{"phase":"Bound"}}`,
	`{"metadata":{"name":"pv-4"},"spec":{"storageClassName":"gp3","claimRef":{"namespace":"gone","name":"old"}},"status":{"phase":"Released"}}`,
}

func TestDataOnVolumesIsDeclaredBeforeARotationBegins(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		declared []spec.VolumeData
		says     []string // what is refused; none: it rotates
	}{
		"nothing":     {nil, []string{"shop/data (volume pv-1, storage class gp3)", "shop/files", "queue/log", "rotation.volumes: [{namespace: shop, data: migrated}]"}},
		"a namespace": {[]spec.VolumeData{{Namespace: "shop", Data: "migrated"}}, []string{"queue/log", "{namespace: queue,"}},
		"by both":     {[]spec.VolumeData{{StorageClass: "efs", Data: "external"}, {Namespace: "queue", Data: "disposable"}}, []string{"shop/data"}},
		"all":         {[]spec.VolumeData{{StorageClass: "efs", Data: "external"}, {Data: "disposable"}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := hosting(t)
			server.Have(t, "/api/v1/persistentvolumes", disks...)
			withAPI(t, server, func(t *testing.T, w *world) {
				w.spec.Spec.Rotation.Volumes = test.declared
				if test.says == nil {
					must(t, Rotate(t.Context(), w.options()))
					if found := w.state().Past[0].Phases[rotation.Preflight].Detail; !strings.Contains(found, "3 volumes in use, declared") {
						t.Errorf("preflight found %q", found)
					}
					return
				}
				failed := rotated[*rotation.Failed](t, w, w.options())
				for _, text := range test.says {
					if !strings.Contains(failed.Reason, text) {
						t.Errorf("%q lacks %q", failed.Reason, text)
					}
				}
				if strings.Contains(failed.Reason, "gone/old") || w.standing["green"] || w.state().Past[0].Outcome != journal.Failed {
					t.Errorf("%q; green stands: %t", failed.Reason, w.standing["green"])
				}
			})
		})
	}
}

// Of a cluster that drover brings workloads to, that there is no data is not taken for granted.
func TestARotationThatCannotAskForVolumesBeginsIfTheSpecDeclaresAny(t *testing.T) {
	t.Parallel()
	for name, declared := range map[string][]spec.VolumeData{"nothing": nil, "a namespace": {{Namespace: "shop", Data: "migrated"}}, "any": {{Data: "disposable"}}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			installs(t, webManifest, func(t *testing.T, w *world) {
				applied(t, w)
				newVersion(w)
				w.spec.Spec.Rotation.Volumes = declared
				o, again := w.options(), mute(w.apis["blue"])
				o.Observer = onPhase(rotation.Building, again) // what comes later is not this test's
				if name == "any" {
					must(t, Rotate(t.Context(), o))
					return
				}
				failed := rotated[*rotation.Failed](t, w, o)
				if !failed.Nothing || !strings.Contains(failed.Reason, "rotation.volumes: [{data: disposable}]") || w.standing["green"] {
					t.Errorf("got %v; green stands: %t", failed, w.standing["green"])
				}
			})
		})
	}
}

// Who may not ask for volumes learns of it before anything is built, and not from data that the new color lacks.
func TestARotationThatMayNotAskForVolumesDoesNotBegin(t *testing.T) {
	t.Parallel()
	server := hosting(t)
	server.Have(t, "/api/v1/persistentvolumes", disks...)
	server.Answer("/api/v1/persistentvolumes", http.StatusForbidden)
	withAPI(t, server, func(t *testing.T, w *world) {
		failed := rotated[*rotation.Failed](t, w, w.options())
		if !failed.Nothing || !strings.Contains(failed.Reason, "spec.access") || w.standing["green"] {
			t.Errorf("got %v; green stands: %t", failed, w.standing["green"])
		}
	})
}
