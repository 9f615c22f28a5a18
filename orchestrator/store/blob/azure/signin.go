package azure

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"

	"drover/orchestrator/store/location"
)

// place is one of Azure's clouds.
type place struct {
	suffix string // of the names of storage accounts
	cloud  cloud.Configuration
}

// places are the clouds by the names that Terraform has for them in ARM_ENVIRONMENT.
var places = map[string]place{
	"":             {"blob.core.windows.net", cloud.AzurePublic},
	"public":       {"blob.core.windows.net", cloud.AzurePublic},
	"usgovernment": {"blob.core.usgovcloudapi.net", cloud.AzureGovernment},
	"china":        {"blob.core.chinacloudapi.cn", cloud.AzureChina},
}

// connect makes a client of the container, as the identity that Terraform's azurerm backend has in the same environment.
func connect(getenv func(string) string, at location.Location) (*container.Client, error) {
	in, ok := places[strings.ToLower(getenv("ARM_ENVIRONMENT"))]
	if !ok {
		return nil, fmt.Errorf("ARM_ENVIRONMENT is %q: it can be public, usgovernment or china", getenv("ARM_ENVIRONMENT"))
	}
	account := at.Settings[location.Account]
	address, err := containerAddress(getenv, in, account, at.Bucket)
	if err != nil {
		return nil, err
	}
	options := policy.ClientOptions{Cloud: in.cloud, Transport: transport(), Retry: retry}
	ofContainer := &container.ClientOptions{ClientOptions: options}
	if token := strings.TrimPrefix(getenv("ARM_SAS_TOKEN"), "?"); token != "" {
		return container.NewClientWithNoCredential(address+"?"+token, ofContainer)
	}
	if key := getenv("ARM_ACCESS_KEY"); key != "" {
		shared, err := container.NewSharedKeyCredential(account, key)
		if err != nil {
			return nil, fmt.Errorf("ARM_ACCESS_KEY is not the key of a storage account: it is not base64")
		}
		return container.NewClientWithSharedKeyCredential(address, shared, ofContainer)
	}
	identity, err := credential(environment(getenv), options)
	if err != nil {
		return nil, fmt.Errorf("signing in to Azure: %w", err)
	}
	return container.NewClient(address, telling{identity}, ofContainer)
}

// containerAddress is the address of a container; AZURE_STORAGE_SERVICE_ENDPOINT, which Azure's command line has too,
// names another server than the account's.
func containerAddress(getenv func(string) string, in place, account, name string) (string, error) {
	base := "https://" + account + "." + in.suffix
	if endpoint := getenv("AZURE_STORAGE_SERVICE_ENDPOINT"); endpoint != "" {
		u, err := url.Parse(endpoint)
		if err != nil || u.Host == "" || u.RawQuery != "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
			return "", fmt.Errorf("AZURE_STORAGE_SERVICE_ENDPOINT is no address of a blob service: write it like https://%s.%s", account, in.suffix)
		}
		if u.Scheme == "http" && !loopback(u.Hostname()) && getenv("ARM_SAS_TOKEN") != "" {
			return "", errors.New("AZURE_STORAGE_SERVICE_ENDPOINT begins with http://, and anybody on the way could read the SAS token: write https://, or use ARM_ACCESS_KEY, which is not sent")
		}
		base = strings.TrimSuffix(endpoint, "/")
	}
	return base + "/" + name, nil
}

// loopback is true for this machine by its name or address: what is sent there crosses no network.
func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

// retry has the SDK end its attempts within the time that the store gives a request.
var retry = policy.RetryOptions{RetryDelay: 250 * time.Millisecond, MaxRetryDelay: 2 * time.Second}

var transport = sync.OnceValue(func() policy.Transporter {
	own := &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 32, IdleConnTimeout: time.Minute} // the store reads in parallel
	// No answer leads elsewhere: the address that is left would be told to the next server, with the SAS token in it.
	return discreet{&http.Client{Transport: own, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
})

// environment has the settings of Terraform's azurerm backend.
type environment func(string) string

func (e environment) is(name string) bool {
	return strings.EqualFold(e(name), "true") || e(name) == "1"
}

// first is the value of the first variable that has one.
func (e environment) first(names ...string) string {
	for _, name := range names {
		if value := e(name); value != "" {
			return value
		}
	}
	return ""
}

// orFile is the value of a variable, or of the file that the variable NAME_FILE_PATH names.
func (e environment) orFile(name string) (string, error) {
	if value := e(name); value != "" {
		return value, nil
	}
	path := e(name + "_FILE_PATH")
	if path == "" {
		return "", nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("reading %s_FILE_PATH: %w", name, err)
	}
	return strings.TrimSpace(string(data)), nil
}

// credential is the first of those that the environment has, in the order of Terraform's backend: a certificate, a
// secret, a token of a pipeline, a managed identity, and then Azure's own variables, the command line, and the machine.
func credential(e environment, options policy.ClientOptions) (azcore.TokenCredential, error) {
	client, err := e.orFile("ARM_CLIENT_ID")
	if err != nil {
		return nil, err
	}
	secret, err := e.orFile("ARM_CLIENT_SECRET")
	if err != nil {
		return nil, err
	}
	tenant := e("ARM_TENANT_ID")
	switch {
	case e("ARM_CLIENT_CERTIFICATE_PATH") != "":
		return certificate(e, tenant, client, options)
	case secret != "":
		if err := both(tenant, client, "ARM_CLIENT_SECRET"); err != nil {
			return nil, err
		}
		return azidentity.NewClientSecretCredential(tenant, client, secret, &azidentity.ClientSecretCredentialOptions{ClientOptions: options})
	case e.is("ARM_USE_OIDC"):
		return federated(e, tenant, client, options)
	case e.is("ARM_USE_AKS_WORKLOAD_IDENTITY"):
		return azidentity.NewWorkloadIdentityCredential(&azidentity.WorkloadIdentityCredentialOptions{ClientOptions: options, TenantID: tenant, ClientID: client})
	case e.is("ARM_USE_MSI"):
		return managed(client, options)
	}
	return usual(e, tenant, options)
}

// both refuses an identity of which half is missing.
func both(tenant, client, by string) error {
	switch {
	case client == "":
		return fmt.Errorf("%s is set, and ARM_CLIENT_ID is not", by)
	case tenant == "":
		return fmt.Errorf("%s is set, and ARM_TENANT_ID is not", by)
	}
	return nil
}

func certificate(e environment, tenant, client string, options policy.ClientOptions) (azcore.TokenCredential, error) {
	if err := both(tenant, client, "ARM_CLIENT_CERTIFICATE_PATH"); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(e("ARM_CLIENT_CERTIFICATE_PATH"))
	if err != nil {
		return nil, fmt.Errorf("reading ARM_CLIENT_CERTIFICATE_PATH: %w", err)
	}
	certs, key, err := azidentity.ParseCertificates(data, []byte(e("ARM_CLIENT_CERTIFICATE_PASSWORD")))
	if err != nil {
		return nil, fmt.Errorf("reading ARM_CLIENT_CERTIFICATE_PATH: %w", err)
	}
	return azidentity.NewClientCertificateCredential(tenant, client, certs, key, &azidentity.ClientCertificateCredentialOptions{ClientOptions: options})
}

func managed(client string, options policy.ClientOptions) (azcore.TokenCredential, error) {
	own := &azidentity.ManagedIdentityCredentialOptions{ClientOptions: options}
	if client != "" {
		own.ID = azidentity.ClientID(client)
	}
	return azidentity.NewManagedIdentityCredential(own)
}

// usual is Azure's own AZURE_ variables, then who is signed in to the command line, as Terraform has it, then whatever else
// Azure's programs find; those look for a managed identity for a second, and not for as long as a request may take.
func usual(e environment, tenant string, options policy.ClientOptions) (azcore.TokenCredential, error) {
	var sources []azcore.TokenCredential
	if own, err := azidentity.NewEnvironmentCredential(&azidentity.EnvironmentCredentialOptions{ClientOptions: options}); err == nil {
		sources = append(sources, own)
	}
	if e("ARM_USE_CLI") == "" || e.is("ARM_USE_CLI") {
		own, err := azidentity.NewAzureCLICredential(&azidentity.AzureCLICredentialOptions{TenantID: tenant})
		if err != nil {
			return nil, err
		}
		sources = append(sources, own)
	}
	others, err := azidentity.NewDefaultAzureCredential(&azidentity.DefaultAzureCredentialOptions{ClientOptions: options, TenantID: tenant})
	if err != nil {
		return nil, err
	}
	return azidentity.NewChainedTokenCredential(append(sources, others), nil)
}
