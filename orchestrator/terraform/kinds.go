package terraform

import "strings"

// Kind sorts failures by what a person has to do.
type Kind string

// The kinds.
const (
	Other              Kind = "other"
	Interrupted        Kind = "interrupted"         // drover was told to stop, or a deadline passed
	Killed             Kind = "killed"              // by a signal that was not drover's
	StateLocked        Kind = "state-locked"        // the cause is a *LockError
	StateNotSaved      Kind = "state-not-saved"     // RecoverState pushes what Terraform left behind
	StalePlan          Kind = "stale-plan"          // the state has changed since the plan
	BackendChanged     Kind = "backend-changed"     // the state would have to be moved
	NotInitialized     Kind = "not-initialized"     // Init comes first
	NoCredentials      Kind = "no-credentials"      // none were found
	CredentialsExpired Kind = "credentials-expired" // they were good once
	CredentialsRefused Kind = "credentials-refused" // the cloud does not know them
	WrongAccount       Kind = "wrong-account"       // they are for another account than the spec's
	Denied             Kind = "denied"              // they do not allow what is needed
	Unreachable        Kind = "unreachable"         // no answer from the cloud
	Throttled          Kind = "throttled"           // the cloud asks to slow down
	QuotaReached       Kind = "quota-reached"       // a service quota is used up
	AlreadyThere       Kind = "already-there"       // what was to be created exists
	NotThere           Kind = "not-there"           // what was to be imported does not exist
	NoProvider         Kind = "no-provider"         // a provider plugin cannot be had
	DiskFull           Kind = "disk-full"           // no space is left here
)

// kinds says of each what happened and what to do.
var kinds = map[Kind]struct{ what, advice string }{
	Other:       {"Terraform failed", ""},
	Interrupted: {"stopped before its end", "what was done until then is saved; run the same drover command again to go on"},
	Killed: {"Terraform was killed", "see whether memory ran out or somebody ended it, then run the same drover command again; " +
		"what it was creating at that moment may be missing from the state"},
	StateLocked:    {"the state is locked", ""},
	StateNotSaved:  {"Terraform could not save the state and left it in errored.tfstate", "keep that file, mend what is said below, and run the same drover command again: it pushes the file first"},
	StalePlan:      {"the state has changed since the plan was made", "somebody else has applied meanwhile; run the same drover command again, it plans anew"},
	BackendChanged: {"the place of the state has changed", "drover moves no state by itself; run `terraform init -migrate-state` in that directory once, then drover again"},
	NotInitialized: {"the directory is not initialized", "run `terraform init` in it, or `drover apply`"},
	NoCredentials: {"there are no credentials for the cloud",
		"log in (`aws sso login`), set AWS_PROFILE, or give the pipeline a role; `aws sts get-caller-identity` shows who you are"},
	CredentialsExpired: {"the credentials for the cloud have expired", "log in again (`aws sso login`, or a new token for the pipeline) and run the same drover command again"},
	CredentialsRefused: {"the cloud does not accept the credentials", "they are wrong or were withdrawn; `aws sts get-caller-identity` must name the right account"},
	WrongAccount:       {"the credentials are for another account than the spec names", "set AWS_PROFILE to one of that account, or correct `account` in the spec"},
	Denied:             {"the credentials do not allow what is needed", "have the action that is named below allowed, then run the same drover command again"},
	Unreachable:        {"the cloud does not answer", "check network, proxy and VPN (and AWS_ENDPOINT_URL, if it is set), then run the same drover command again"},
	Throttled:          {"the cloud asks to slow down", "wait a few minutes, then run the same drover command again"},
	QuotaReached:       {"a quota of the account is used up", "have the quota that is named below raised, then run the same drover command again"},
	AlreadyThere:       {"what was to be created is there already", "a Terraform that was killed may have made it; run the same drover command again, it takes over what is this cluster's own and names the rest"},
	NotThere:           {"what was to be imported is not there", ""},
	NoProvider: {"a Terraform provider cannot be had",
		"check the way to the provider registry, or set DROVER_PLUGIN_MIRROR to a directory that `terraform providers mirror` wrote"},
	DiskFull: {"no space is left on the disk", "make room, then run the same drover command again"},
}

// signs are phrases of Terraform, its backends and the providers, most telling first: an expired token also ends in
// "no valid credential sources found".
var signs = []struct {
	kind    Kind
	phrases []string
}{
	{DiskFull, []string{"no space left on device"}},
	{StateNotSaved, []string{"Failed to save state", "Failed to persist state"}},
	{StalePlan, []string{"Saved plan is stale"}},
	{BackendChanged, []string{"Backend configuration changed", "Backend type changed", "Backend configuration block has changed", "Error asking for state migration action", "migrate-state"}},
	{WrongAccount, []string{"AWS account ID not allowed", "AWS Account ID not allowed"}},
	{CredentialsExpired, []string{"ExpiredToken", "token included in the request is expired", "RequestExpired", "session has expired", "token has expired", "the SSO session has expired", "SSO session associated with this profile has expired"}},
	{CredentialsRefused, []string{"InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "AuthFailure", "InvalidAccessKeyId", "security token included in the request is invalid"}},
	{NoProvider, []string{"Failed to query available provider packages", "Failed to install provider", "Could not load plugin", "Required plugins are not installed", "Inconsistent dependency lock file", "Missing required provider", "Failed to install providers"}},
	{Unreachable, []string{"connection refused", "no such host", "i/o timeout", "TLS handshake timeout", "network is unreachable", "no route to host", "connection reset by peer", "server misbehaving"}},
	{NoCredentials, []string{"No valid credential sources", "no EC2 IMDS role found", "failed to refresh cached credentials", "failed to get shared config profile", "Missing credentials", "could not find default credentials"}},
	{Throttled, []string{"Throttling", "ThrottlingException", "TooManyRequests", "RequestLimitExceeded", "SlowDown"}},
	{QuotaReached, []string{"LimitExceeded", "QuotaExceeded", "maximum number of", "ServiceQuotaExceeded"}},
	{NotThere, []string{"Cannot import non-existent remote object"}},
	{AlreadyThere, []string{"BucketAlreadyOwnedByYou", "EntityAlreadyExists", "ResourceInUseException", "AlreadyExistsException", "InvalidGroup.Duplicate", "InvalidPermission.Duplicate", "DuplicateListener", "already exists"}},
	{Denied, []string{"AccessDenied", "UnauthorizedOperation", "not authorized to perform", "Forbidden"}},
	{NotInitialized, []string{"Backend initialization required", "Module not installed", "Initialization required", "please run \"terraform init\""}},
}

// classify finds the kind of a failure in what was said.
func classify(said string) Kind {
	for _, sign := range signs {
		for _, phrase := range sign.phrases {
			if strings.Contains(said, phrase) {
				return sign.kind
			}
		}
	}
	return Other
}
