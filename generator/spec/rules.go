package spec

// form is a pattern that a text has to match, and what to say about it.
type form struct {
	pattern *pattern
	is      string // "12 digits"
	example string
}

// rules are what one platform allows; validation knows platforms only by them.
type rules struct {
	name       string // as people call the platform
	nameMax    int    // longest name of a cluster, so that every resource's name still fits
	notName    string // what no name may begin with
	account    form
	region     form
	regions    []string
	oldest     int            // minor version of Kubernetes: none below it is still run
	supported  int            // the oldest in standard support when this drover was made; 0: not known
	newest     int            // the newest that was known when this drover was made
	ends       map[int]string // minor version of Kubernetes -> the day on which its standard support ends
	addons     addonRules
	apis       string // what the names of all Kubernetes APIs in a region end with
	adds       bool   // Karpenter or the platform itself may add nodes beside the pools
	autoscaled bool   // pools move between their bounds by themselves
	retention  []int  // days that logs can be kept, if not any number
	zones      [2]int
	cidr       [2]int // shortest and longest prefix of the network
	services   [2]int
	perNode    int    // addresses of a subnet that a node takes with its pods; 0: pods have none of any subnet
	pods       [2]int // shortest and longest prefix of a range for pods only; 0: there is none
	peer       form   // the id of a network; without a pattern there are no peerings
	subnet     form   // the id of a subnet; without a pattern none can be adopted
	zoneID     form   // the id of a zone; without a pattern zones are found by their names
	transit    form   // the id of a transit gateway; without a pattern there is none
	vpn        [2]int
	vpnCert    form
	lbCert     form     // by which a load balancer ends TLS; without a pattern none does
	vpnRoom    int      // longest prefix of a network that has room for a VPN; 0: any
	endpoints  []string // the default: what a node needs to start
	withoutNAT []string // those that are there by default too, when there is no other way to a service
	known      []string // further endpoints, for near misses
	principal  form     // a person or role that is given access
	closed     bool     // whether nobody has access to a cluster but who is named
	boundary   form     // of every role that is made; without a pattern there is no such thing
	connection form     // to a repository; without a pattern no runner is made
	managed    form     // a policy of the platform that roles are given; without a pattern there are none
	pool       form
	image      form     // of nodes; without a pattern there are only the platform's own
	systems    []string // of nodes, the default first; none: the platform's own
	machine    form
	machines   []string // the default
	arm        *pattern
	noImage    *pattern // machines that no node image runs on
	noIPv6     *pattern // machines that no pod of IPv6 runs on; nil: the platform has no network of IPv6 here
	machinesOf int      // how many machines a pool names at most; 0: any number
	taintsOf   int      // how many taints a pool has at most; 0: any number
	publicOf   int      // how many public ranges reach the Kubernetes API at most; 0: any number
	disk       [2]Size
	label      form
	labelMax   int
	recordTTL  Duration // of the records that traffic follows, where the platform fixes it; 0: the spec says it
	zoneTags   int      // how many tags a zone or a health check of DNS has at most; 0: as many as anything
	ourTags    [2]int   // drover's own among those of a zone, and of a health check
	class      form     // of a database
	storage    [2]Size
	identity   form
	taken      *pattern // names of identities whose roles are there already, for something else
	caches     []string // upstreams of a pull-through cache
	logins     []string // those that want a login
	sessions   []string // services that sessions on nodes need; none: there are no sessions
	host       string   // of a service in a region
	copies     form     // the vault that backups are copied to; without a pattern there are no backups but the database's own
	noChat     *pattern // regions without the platform's chat client; nil: it has none
	vault      bool     // whether the platform's alarms are sent with keys from its vault
	backends   string   // the state backend that belongs to the platform
}

var rulesOf = map[Platform]rules{AWS: awsRules, Azure: azureRules, Google: googleRules}

// dnsLabel is what Kubernetes and DNS call a label.
var dnsLabel = form{
	pattern: lazily(`^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$`),
	is:      "lower-case letters, digits and dashes, beginning with a letter and not ending with a dash", example: "shop-prod",
}
