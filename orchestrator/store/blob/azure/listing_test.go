package azure_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
)

const listed = `<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="https://acme/" ContainerName="state"><Prefix>p</Prefix><Blobs>%s</Blobs><NextMarker/></EnumerationResults>`

func lists(blobs string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		_, _ = fmt.Fprintf(w, listed, blobs)
	}
}

// An account with a hierarchical namespace lists the directories that it makes of names, and keeps them once they are empty.
func TestADirectoryIsNoValue(t *testing.T) {
	t.Parallel()
	const at = "shop/.drover/attachments/notified"
	a := serve(t, lists(`<Blob><Name>`+at+`/m1</Name><Properties><Content-Length>0</Content-Length><ResourceType>directory</ResourceType></Properties></Blob>`+
		`<Blob><Name>`+at+`/m1/abc</Name><Properties><Content-Length>2</Content-Length><ResourceType>file</ResourceType></Properties></Blob>`+
		`<Blob><Name>`+at+`/m2/abc</Name><Properties><Content-Length>2</Content-Length></Properties></Blob>`))
	names, err := open(t, a.URL+"/acme", withKey).List(t.Context(), "attachments/notified/", "")
	if want := []string{"attachments/notified/m1/abc", "attachments/notified/m2/abc"}; err != nil || !slices.Equal(names, want) {
		t.Errorf("%q, %v", names, err)
	}
}

// Something between drover and Azure may answer with 200 and no list: that is not an empty store.
func TestAnAnswerWithoutAListIsNoEmptyStore(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"nothing": "", "a page": "<html><body/></html>", "no blobs": `<?xml version="1.0"?><EnumerationResults/>`,
		"half": `<?xml version="1.0"?><EnumerationResults><Blobs>`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(answer)) })
			if names, err := open(t, a.URL+"/acme", withKey).List(t.Context(), "journal/", ""); err == nil {
				t.Errorf("listed %q", names)
			}
		})
	}
}
