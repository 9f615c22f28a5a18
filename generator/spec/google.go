package spec

// The rules of Google Cloud.
var googleRules = rules{
	name:    "Google",
	nameMax: 34, // a GKE cluster's name ends at 40 characters, and has the color behind it
	account: form{lazily(`^[a-z][-a-z0-9]{4,28}[a-z0-9]$`), "a Google project id is 6 to 30 lower-case letters, digits and dashes", "acme-web-prod"},
	region:  form{lazily(`^[a-z]+-[a-z]+[0-9]+$`), "a region of Google Cloud", "europe-west4"},
	regions: []string{
		"africa-south1", "asia-east1", "asia-east2", "asia-northeast1", "asia-northeast2", "asia-northeast3", "asia-south1", "asia-south2",
		"asia-southeast1", "asia-southeast2", "australia-southeast1", "australia-southeast2", "europe-central2", "europe-north1",
		"europe-north2", "europe-southwest1", "europe-west1", "europe-west10", "europe-west12", "europe-west2", "europe-west3",
		"europe-west4", "europe-west6", "europe-west8", "europe-west9", "me-central1", "me-central2", "me-west1",
		"northamerica-northeast1", "northamerica-northeast2", "northamerica-south1", "southamerica-east1", "southamerica-west1",
		"us-central1", "us-east1", "us-east4", "us-east5", "us-south1", "us-west1", "us-west2", "us-west3", "us-west4",
	},
	oldest: 30, newest: 36, autoscaled: true,
	zones: [2]int{2, 4},
	cidr:  [2]int{8, 24}, services: [2]int{12, 24}, vpn: [2]int{8, 26},
	principal: form{lazily(`^((user|group|serviceAccount):)?[^@\s]+@[a-z0-9.-]+\.[a-z]+$`), "the address of a group, user or service account", "group:platform@example.com"},
	pool:      form{lazily(`^[a-z]([-a-z0-9]{0,37}[a-z0-9])?$`), "at most 39 lower-case letters, digits and dashes, beginning with a letter", "general"},
	machine:   form{lazily(`^[a-z][a-z0-9]*-[a-z0-9-]+$`), "a machine type of Compute Engine", "n2-standard-4"},
	machines:  []string{"n2-standard-4"},
	arm:       lazily(`^(t2a|c4a|n4a)-`),
	disk:      [2]Size{20 * gibi, 64 * tebi},
	label:     form{lazily(`^[\p{Ll}\p{Lo}\p{N}_-]*$`), "lower-case letters, digits, _ and -, which is what Google allows in a label", "production"},
	labelMax:  63,
	class:     form{lazily(`^db-[a-z0-9-]+$`), "a tier of Cloud SQL", "db-custom-4-16384"},
	storage:   [2]Size{10 * gibi, 64 * tebi},
	identity:  dnsLabel,
	backends:  "gcs",
}
