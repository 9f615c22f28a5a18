package stores

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"

	"drover/orchestrator/store"
	"drover/orchestrator/store/blob/azure"
	"drover/orchestrator/store/location"
	"drover/orchestrator/store/storetest"
)

// The account that every Azurite has, with the key that its documentation has.
const (
	azuriteAccount = "devstoreaccount1"
	azuriteKey     = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)

func azuriteEnvironment(endpoint string) map[string]string {
	return map[string]string{"AZURE_STORAGE_SERVICE_ENDPOINT": endpoint, "ARM_ACCESS_KEY": azuriteKey}
}

func inAzurite(t testing.TB, endpoint, name string) store.Objects {
	t.Helper()
	objects, err := openAzurite(endpoint, name, "shop/.drover")
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

func openAzurite(endpoint, name, folder string) (store.Objects, error) {
	environment := azuriteEnvironment(endpoint)
	return azure.OpenWith(func(name string) string { return environment[name] }, location.Location{
		Kind: "azblob", Bucket: name, Prefix: folder, Settings: map[string]string{location.Account: azuriteAccount},
	})
}

// makeContainer makes a container with the state of a root in it, beside which the store is.
func makeContainer(t testing.TB, endpoint, name string) {
	t.Helper()
	key, err := container.NewSharedKeyCredential(azuriteAccount, azuriteKey)
	if err != nil {
		t.Fatal(err)
	}
	client, err := container.NewClientWithSharedKeyCredential(endpoint+"/"+name, key, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Create(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	beside := client.NewBlockBlobClient("shop/blue/terraform.tfstate")
	if _, err := beside.UploadBuffer(t.Context(), []byte("{}"), nil); err != nil {
		t.Fatal(err)
	}
}

func TestAzureBlobStorageIsAPlaceForAStore(t *testing.T) {
	t.Parallel()
	endpoint := azurite(t)
	var containers atomic.Int64
	storetest.Run(t, func(t *testing.T) func() store.Objects {
		name := fmt.Sprintf("state-%d", containers.Add(1))
		makeContainer(t, endpoint, name)
		return func() store.Objects { return inAzurite(t, endpoint, name) }
	})

	t.Run("a container that is not there is not an empty store", func(t *testing.T) {
		t.Parallel()
		notEmpty(t, inAzurite(t, endpoint, "nowhere"), "spec.state.container")
	})
	t.Run("one of eight writers wins, in each of many rounds", func(t *testing.T) {
		t.Parallel()
		makeContainer(t, endpoint, "race")
		race(t, func() store.Objects { return inAzurite(t, endpoint, "race") })
	})
	t.Run("a command finds the store beside the state", func(t *testing.T) {
		t.Parallel()
		makeContainer(t, endpoint, "commands")
		place, err := openAzurite(endpoint, "commands", "tiny/.drover")
		if err != nil {
			t.Fatal(err)
		}
		commands(t, place, "{backend: azurerm, account: "+azuriteAccount+", container: commands, resourceGroup: terraform}", azuriteEnvironment(endpoint))
	})
}

// notEmpty checks that a place which is not there is an error with advice, in every call.
func notEmpty(t *testing.T, nowhere store.Objects, advice string) {
	t.Helper()
	if records, err := store.Open(nowhere, "shop", store.Options{}).Records(t.Context()); err == nil || !strings.Contains(err.Error(), advice) {
		t.Errorf("read %d records, %v; want an error with %q", len(records), err, advice)
	}
	if _, err := nowhere.Read(t.Context(), "journal/1"); err == nil || errors.Is(err, store.ErrNotFound) {
		t.Errorf("reading: %v", err)
	}
	if err := nowhere.Delete(t.Context(), "journal/1"); err == nil {
		t.Error("deleting what is nowhere is no error")
	}
}
