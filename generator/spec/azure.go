package spec

var uuid = lazily(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// The rules of Azure.
var azureRules = rules{
	name:    "Azure",
	nameMax: 54, // an AKS cluster's name ends at 63 characters, and has the color behind it
	account: form{uuid, "an Azure subscription is a UUID in lower case", "00000000-0000-0000-0000-000000000000"},
	region:  form{lazily(`^[a-z]+[0-9]*$`), "a region of Azure", "westeurope"},
	regions: []string{
		"australiacentral", "australiaeast", "australiasoutheast", "austriaeast", "belgiumcentral", "brazilsouth", "canadacentral",
		"canadaeast", "centralindia", "centralus", "chilecentral", "eastasia", "eastus", "eastus2", "francecentral", "germanywestcentral",
		"indonesiacentral", "israelcentral", "italynorth", "japaneast", "japanwest", "koreacentral", "koreasouth", "malaysiawest",
		"mexicocentral", "newzealandnorth", "northcentralus", "northeurope", "norwayeast", "polandcentral", "qatarcentral",
		"southafricanorth", "southcentralus", "southindia", "southeastasia", "spaincentral", "swedencentral", "switzerlandnorth",
		"uaenorth", "uksouth", "ukwest", "westcentralus", "westeurope", "westindia", "westus", "westus2", "westus3",
	},
	oldest: 30, newest: 36, autoscaled: true,
	zones: [2]int{2, 3},
	cidr:  [2]int{8, 24}, services: [2]int{12, 24}, vpn: [2]int{8, 26},
	principal: form{uuid, "the object id of an Entra group or user", "11111111-1111-1111-1111-111111111111"},
	pool:      form{lazily(`^[a-z][a-z0-9]{0,11}$`), "at most 12 lower-case letters and digits, which is what AKS allows", "general"},
	machine:   form{lazily(`^Standard_[A-Za-z0-9_-]+$`), "a size of Azure's virtual machines", "Standard_D4ds_v5"},
	machines:  []string{"Standard_D4ds_v5"},
	disk:      [2]Size{30 * gibi, 2 * tebi},
	label:     form{lazily(`^[^<>%&\\?/\x00-\x1f]*$`), `anything but < > % & \ ? and /`, "production"},
	labelMax:  256,
	class:     form{lazily(`^(B|GP|MO)_Standard_[A-Za-z0-9_]+$`), "a compute size of Azure's databases", "GP_Standard_D4ds_v5"},
	storage:   [2]Size{32 * gibi, 32 * tebi},
	identity:  dnsLabel,
	backends:  "azurerm",
}
