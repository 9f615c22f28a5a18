package cost

import "strings"

// pricesOf is the date of the youngest of the prices below. They are list prices in USD, on demand, Linux, without tax.
// Machines of us-east-1: AWS's price list of 2026-07-20; of eu-west-1: of 2026-10-08. Everything else: the pages of the
// services, such as https://aws.amazon.com/eks/pricing/ and https://aws.amazon.com/vpc/pricing/.
const pricesOf = "2026-10-08"

// prices are those of a region, an hour; 0 is not known.
type prices struct {
	controlPlane, extended   float64 // one region's are all regions'
	publicIPv4, key, zone    float64 // these too
	secret                   float64 // and this
	check, checkFeature      float64 // and those of health checks: each, and for what it does beyond asking every 30 s by HTTP
	nat, balancer, endpoint  float64
	firewall, vpn, transit   float64
	diskGiB, databaseDiskGiB float64
	machines                 map[string]float64 // a .large of each family
	databases                map[string]float64 // by class, in one zone
}

// everywhere are the prices that do not depend on the region.
// https://aws.amazon.com/eks/pricing/, https://aws.amazon.com/kms/pricing/, https://aws.amazon.com/route53/pricing/,
// https://aws.amazon.com/secrets-manager/pricing/
var everywhere = prices{
	controlPlane: 0.10, extended: 0.60, publicIPv4: 0.005,
	key: 1.0 / hoursOfMonth, zone: 0.50 / hoursOfMonth, secret: 0.40 / hoursOfMonth,
	check: 0.50 / hoursOfMonth, checkFeature: 1.0 / hoursOfMonth,
}

// byRegion are the regions whose prices this drover has. Oregon and Ohio have those of Northern Virginia for all of this.
var byRegion = map[string]prices{
	"us-east-1": virginia, "us-east-2": virginia, "us-west-2": virginia,
	"eu-west-1": ireland,
}

var virginia = prices{
	nat: 0.045, balancer: 0.0225, endpoint: 0.01, firewall: 0.395, vpn: 0.10, transit: 0.05,
	diskGiB: 0.08 / hoursOfMonth, databaseDiskGiB: 0.115 / hoursOfMonth,
	machines: map[string]float64{
		"m5": 0.096, "m5a": 0.086, "m6a": 0.0864, "m6i": 0.096, "m6g": 0.077, "m7a": 0.11592, "m7i": 0.1008, "m7g": 0.0816,
		"m7i-flex": 0.09576, "m8g": 0.08976, "m8i": 0.10584,
		"c5": 0.085, "c5a": 0.077, "c6a": 0.0765, "c6i": 0.085, "c6g": 0.068, "c7a": 0.10264, "c7i": 0.08925, "c7g": 0.0725,
		"c7i-flex": 0.08479, "c8g": 0.07976,
		"r5": 0.126, "r5a": 0.113, "r6a": 0.1134, "r6i": 0.126, "r6g": 0.1008, "r7a": 0.15215, "r7i": 0.1323, "r7g": 0.1071,
		"r8g": 0.11782,
		"t3":  0.0832, "t3a": 0.0752, "t4g": 0.0672,
	},
	databases: map[string]float64{"db.r7g.large": 0.239},
}

var ireland = prices{
	nat: 0.048, balancer: 0.0252, endpoint: 0.011, firewall: 0.395, vpn: 0.10, transit: 0.05,
	diskGiB: 0.088 / hoursOfMonth, databaseDiskGiB: 0.127 / hoursOfMonth,
	machines: map[string]float64{
		"m5": 0.107, "m6i": 0.107, "m7i": 0.11235, "m7g": 0.091,
		"c5": 0.096, "c7g": 0.0775, "r5": 0.141, "r7g": 0.1199,
		"t3": 0.0912, "t4g": 0.0736,
	},
}

// awsPrices are the prices of a region. Of one that is not known, only what costs the same everywhere is.
func awsPrices(region string) prices {
	p, r := everywhere, byRegion[region]
	p.nat, p.balancer, p.endpoint = r.nat, r.balancer, r.endpoint
	p.firewall, p.vpn, p.transit = r.firewall, r.vpn, r.transit
	p.diskGiB, p.databaseDiskGiB = r.diskGiB, r.databaseDiskGiB
	p.machines, p.databases = r.machines, r.databases
	return p
}

// sizes are how many times the price of a .large each size is: in the families above, prices go by size.
var sizes = map[string]float64{
	"medium": 0.5, "large": 1, "xlarge": 2, "2xlarge": 4, "4xlarge": 8, "8xlarge": 16, "12xlarge": 24, "16xlarge": 32, "24xlarge": 48,
}

// machine is the price of a machine type; 0 is not known.
func (p prices) machine(kind string) float64 {
	family, size, _ := strings.Cut(kind, ".")
	return p.machines[family] * sizes[size]
}
