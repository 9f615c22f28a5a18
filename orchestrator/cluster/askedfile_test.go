package cluster

import (
	"errors"
	"strings"
	"testing"
)

// A color keeps the versions of the day on which it was built: a newer one is no change, and the next color's.
func TestAColorKeepsTheVersionsThatItWasBuiltWith(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		w.recommended = "1"
		applied(t, w)
		of := func(color string) string { return string(w.files["tiny/"+color+"/"+askedFile]) }
		if got := of("blue"); !strings.Contains(got, `"coredns": "v1.32.1"`) || !strings.Contains(got, `m7i.large": "1.32.1"`) {
			t.Fatalf("blue was built with %q", got)
		}
		w.recommended = "2"
		if got := planned(t, w); got.Takes != takesNothing {
			t.Errorf("with newer versions its plan says %+v", got)
		}
		delete(w.files, "tiny/blue/"+askedFile) // the directory is a cache
		applied(t, w)
		if got := of("blue"); !strings.Contains(got, `"coredns": "v1.32.1"`) {
			t.Errorf("after another apply blue has %q", got)
		}
		due, why, err := Due(t.Context(), w.options(), Condition{Changed: true})
		if due || err != nil {
			t.Errorf("newer versions make a rotation due: %s, %v", why, err)
		}

		w.spec.Spec.Kubernetes.Version = "1.33"
		if err := Rotate(t.Context(), w.options()); err != nil {
			t.Fatal(err)
		}
		if got := of("green"); !strings.Contains(got, `"coredns": "v1.33.2"`) || !strings.Contains(got, `m7i.large": "1.33.2"`) {
			t.Errorf("green was built with %q", got)
		}
		if got := of("blue"); got != "" {
			t.Errorf("blue is gone, and has %q", got)
		}
	})
}

func TestAddonVersionsThatCannotBeAskedAreThoseOfTheFiles(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		w.fail["addons"], w.fail["images"] = errors.New("not allowed to ask"), errors.New("not allowed to ask")
		applied(t, w)
		if got := w.files["tiny/blue/"+askedFile]; got != nil {
			t.Errorf("blue was built with %q", got)
		}
	})
}

func TestVersionsOfOneKindAreKeptWhereAnotherCannotBeAsked(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		w.fail["images"] = errors.New("not allowed to ask")
		applied(t, w)
		if got := string(w.files["tiny/blue/"+askedFile]); !strings.Contains(got, "addon_versions") || strings.Contains(got, "node_images") {
			t.Errorf("blue was built with %q", got)
		}
	})
}

func TestNobodyAsksForTheImageOfAPoolThatHasItsOwn(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		for i := range w.spec.Spec.NodePools {
			w.spec.Spec.NodePools[i].Image = "ami-0a1b2c3d4e5f60718"
		}
		applied(t, w)
		if got := string(w.files["tiny/blue/"+askedFile]); !strings.Contains(got, "addon_versions") || strings.Contains(got, "node_images") {
			t.Errorf("blue was built with %q", got)
		}
	})
}
