package spec

// The comments of this file are read by people in editors: the JSON Schema
// and the reference in docs/spec.md take each field's description from here.

// Cluster is one spec file: a production Kubernetes cluster, and how it is rotated.
type Cluster struct {
	// The version of the format of this file.
	APIVersion string `yaml:"apiVersion"`
	// What this file describes.
	Kind string `yaml:"kind"`
	// The name of the cluster, and labels for everything that belongs to it.
	Metadata Metadata `yaml:"metadata"`
	// What the cluster is. What is left out has a production-safe default.
	Spec Spec `yaml:"spec"`
}

// Metadata names a cluster.
type Metadata struct {
	// The name of the cluster. It is part of every root, state, tag and host name, and never changes.
	Name string `yaml:"name"`
	// Labels become tags of every resource, as far as the platform allows them.
	Labels map[string]string `yaml:"labels,omitempty"`
}

// Spec is what a person asks for. Defaults fill what is left out.
type Spec struct {
	// The cloud that the cluster runs on.
	Platform Platform `yaml:"platform"`
	// The region of the platform, such as eu-west-1.
	Region string `yaml:"region"`
	// The AWS account, Azure subscription or Google project. Credentials for any other are refused.
	Account string `yaml:"account,omitempty"`
	// The control plane.
	Kubernetes Kubernetes `yaml:"kubernetes,omitempty"`
	// Where Terraform keeps its state, and drover its own store beside it.
	State State `yaml:"state,omitempty"`
	// The address space, and the ways into it and out of it.
	Network Network `yaml:"network"`
	// Who reaches the Kubernetes API, and from where.
	Access Access `yaml:"access,omitempty"`
	// The domain that traffic arrives at, and how.
	Ingress Ingress `yaml:"ingress"`
	// The groups of nodes. Left out: one pool "general" of 3 to 12 nodes.
	NodePools []NodePool `yaml:"nodePools,omitempty"`
	// The managed services around the cluster. They outlive both colors.
	Services Services `yaml:"services,omitempty"`
	// The repository that says what runs inside every color.
	GitOps *GitOps `yaml:"gitops,omitempty"`
	// What drover itself applies to every new color, before its checks.
	Bootstrap *Bootstrap `yaml:"bootstrap,omitempty"`
	// How the active color is replaced.
	Rotation Rotation `yaml:"rotation,omitempty"`
	// The program that applies the roots.
	Terraform Terraform `yaml:"terraform,omitempty"`
	// Warnings that are right for this cluster, each with the reason why.
	Accept []Acceptance `yaml:"accept,omitempty"`
}

// Acceptance silences one kind of warning, and says why.
type Acceptance struct {
	// The name in brackets behind the warning.
	Warning string `yaml:"warning"`
	// Why the warning is right for this cluster.
	Reason string `yaml:"reason"`
}

// Platform is the cloud that a cluster runs on.
type Platform string

// The platforms.
const (
	AWS    Platform = "aws"
	Azure  Platform = "azure"
	Google Platform = "google"
)

// Kubernetes is the control plane.
type Kubernetes struct {
	// The minor version of Kubernetes, in quotes. A change of it is a rotation.
	Version string `yaml:"version,omitempty"`
	// The logs of the control plane that are kept. Left out: all of them.
	Logs []string `yaml:"logs,omitempty"`
	// How long the logs of the control plane are kept, in days.
	LogRetention Duration `yaml:"logRetention,omitempty"`
	// The platform's own add-ons in the cluster, on AWS, by their names: the version of each, or none for one to do without; or version and configuration, indented below the name. Left out: what a cluster needs. A version that is not written is the one that the platform recommends on the day on which a color is built, kept until that color is gone; where it cannot be asked, the one that drover brings. A newer one makes no rotation due.
	Addons map[string]Addon `yaml:"addons,omitempty"`
	// What happens at the end of the standard support of the version, on AWS: EKS upgrades the cluster, in place (standard); or it goes on with it for a year and bills more for each hour (extended). Left out: standard, as a rotation is the upgrade.
	Support string `yaml:"support,omitempty"`
	// Whether traffic and new nodes can be moved away from a zone that fails, on AWS: by hand, or by AWS itself where its autoshift is on. Before each shift the other zones need room for everything.
	ZonalShift bool `yaml:"zonalShift,omitempty"`
	// What adds nodes: the pools alone, each between its min and max, or Karpenter beside them, on AWS. Either arrives by GitOps and gets its rights: Karpenter its queue, roles and access; the Cluster Autoscaler, which moves the pools, its role when gitops.components has autoscaler.
	Autoscaler string `yaml:"autoscaler,omitempty"`
}

// Addon is one of the platform's own add-ons.
type Addon struct {
	// The version, or none for an add-on to do without. Left out: the one that the platform recommends, as above.
	Version string `yaml:"version,omitempty"`
	// What it is configured with, as its schema says (aws eks describe-addon-configuration). What drover sets itself stays, and the rest is the add-on's default.
	Configuration Values `yaml:"configuration,omitempty"`
}

// State is where Terraform keeps its state, and drover its store beside it.
type State struct {
	// The kind of the store. A local one is for trying things out.
	Backend string `yaml:"backend,omitempty"`
	// The bucket, for s3 and gcs.
	Bucket string `yaml:"bucket,omitempty"`
	// The region of the bucket, for s3. Left out: the cluster's region.
	Region string `yaml:"region,omitempty"`
	// The storage account, for azurerm.
	Account string `yaml:"account,omitempty"`
	// The blob container, for azurerm.
	Container string `yaml:"container,omitempty"`
	// The resource group of the storage account, for azurerm.
	ResourceGroup string `yaml:"resourceGroup,omitempty"`
}

// Network is the address space; both colors are carved out of its range.
type Network struct {
	// The range of the network. Both colors are carved out of it, with room for further zones.
	CIDR string `yaml:"cidr"`
	// A network that exists and is used, on AWS. Left out: one is made. The range is then a part of that network, for this cluster alone.
	Adopt *Adopt `yaml:"adopt,omitempty"`
	// The family of the addresses of pods and services. With ipv6, on AWS, the network has both families: nodes have addresses of either, and a public ingress is reached by either. A change of it is a rotation, and there is no way back to ipv4.
	IPFamily string `yaml:"ipFamily,omitempty"`
	// The number of availability zones that the cluster spans. With adopted subnets: as many as there are in a tier.
	Zones int `yaml:"zones,omitempty"`
	// The range for Kubernetes services; each color has half of it. Left out: the first usual range that overlaps nothing, mostly 172.20.0.0/16. With ipFamily: ipv6 there is none: EKS chooses it.
	Services string `yaml:"services,omitempty"`
	// Ranges in use elsewhere, which nothing of this cluster ever overlaps, peered or not.
	Reserved []Reserved `yaml:"reserved,omitempty"`
	// A range that only pods have addresses of, beside the network's own, on AWS; each color has half of it. Left out: pods have addresses of their nodes' subnets.
	Pods string `yaml:"pods,omitempty"`
	// Networks that this one is peered with, on AWS.
	Peerings []Peering `yaml:"peerings,omitempty"`
	// The transit gateway that the network is attached to, on AWS.
	TransitGateway *TransitGateway `yaml:"transitGateway,omitempty"`
	// How nodes reach the internet: by a NAT gateway in every zone, by one for all zones, or not.
	NAT string `yaml:"nat,omitempty"`
	// What the cluster can reach outside.
	Egress Egress `yaml:"egress,omitempty"`
	// The platform's services that are reached by private endpoints. Left out: those that a node needs to start.
	Endpoints []string `yaml:"endpoints,omitempty"`
	// The record of the network's flows.
	FlowLogs FlowLogs `yaml:"flowLogs,omitempty"`
}

// Reserved is a range that is in use elsewhere.
type Reserved struct {
	// Who uses the range. The name of another cluster stands for that cluster.
	Name string `yaml:"name"`
	// The range.
	CIDR string `yaml:"cidr"`
}

// Adopt names what exists and is used. It is checked, and never changed.
type Adopt struct {
	// The id of the network.
	Network string `yaml:"network"`
	// Subnets of the network to use, too. Left out: they are made, with ways out of their own.
	Subnets *AdoptSubnets `yaml:"subnets,omitempty"`
}

// AdoptSubnets are the ids of subnets by tier, one for each zone, in the same
// order of zones. Their routes and ways out are their owner's.
type AdoptSubnets struct {
	// For public load balancers.
	Public []string `yaml:"public"`
	// For databases and private endpoints.
	Data []string `yaml:"data"`
	// For the blue cluster alone.
	Blue []string `yaml:"blue"`
	// For the green cluster alone.
	Green []string `yaml:"green"`
}

// Peering is a direct way to one other network.
type Peering struct {
	// A name for the peer. The name of another cluster stands for that cluster.
	Name string `yaml:"name"`
	// The id of the other network.
	Network string `yaml:"network"`
	// The ranges of the other network. Every zone has a route to them.
	CIDRs []string `yaml:"cidrs"`
	// The account of the other network, which has to accept. Left out: the cluster's own account.
	Account string `yaml:"account,omitempty"`
	// The region of the other network, where it has to be accepted. Left out: the cluster's own region.
	Region string `yaml:"region,omitempty"`
}

// TransitGateway is a way to many other networks, such as those of offices.
type TransitGateway struct {
	// The id of the transit gateway.
	ID string `yaml:"id"`
	// The ranges that are reached through it, from every zone. They may hold this network as a part; 0.0.0.0/0 needs nat: none.
	CIDRs []string `yaml:"cidrs"`
}

// Egress limits what the cluster can reach outside.
type Egress struct {
	// Whether everything can be reached, or only the names in allow.
	Mode string `yaml:"mode,omitempty"`
	// Host names that can be reached; .example.com stands for a domain and all below it.
	Allow []string `yaml:"allow,omitempty"`
	// What can be reached by UDP too, on AWS, such as servers of calls. Names and the time need no rule: AWS answers for both inside the network; QUIC falls back to TCP.
	UDP []UDP `yaml:"udp,omitempty"`
}

// UDP is where messages without a connection may go. They say no name, so
// that it is a range and a port.
type UDP struct {
	// The public range.
	CIDR string `yaml:"cidr"`
	// The port.
	Port int `yaml:"port"`
}

// FlowLogs records the network's flows.
type FlowLogs struct {
	// Where flow logs go, on AWS: a bucket, or CloudWatch, which costs about ten times as much and can be asked at once. Left out: s3; a foundation that has them in CloudWatch already keeps them there.
	To string `yaml:"to,omitempty"`
	// How long flow logs are kept, in days.
	Retention Duration `yaml:"retention,omitempty"`
}

// Access says who reaches the Kubernetes API, and from where.
type Access struct {
	// Private: from the network and the private ranges in allow. Restricted: also from the public ranges in allow.
	API string `yaml:"api,omitempty"`
	// The ranges that reach the Kubernetes API, beside the network itself.
	Allow []string `yaml:"allow,omitempty"`
	// The client VPN into the network.
	VPN *VPN `yaml:"vpn,omitempty"`
	// A place in the network that jobs of GitHub or GitLab, or a schedule, run drover from, on AWS. It reaches a private Kubernetes API that their own machines do not.
	Runner *Runner `yaml:"runner,omitempty"`
	// Roles, users or groups of the platform that administer the cluster. On AWS nobody else does: whoever creates a cluster gets no right in it by that.
	Admins []string `yaml:"admins,omitempty"`
	// Roles or users that run drover and are no admins, on AWS. They see everything in the cluster, secrets included; what they may delete is for RBAC, by the group drover (docs/drover-rbac.yaml). For the time of bootstrap drover makes itself an administrator.
	Operators []string `yaml:"operators,omitempty"`
	// Roles, users or groups of the platform that see everything but secrets.
	Viewers []string `yaml:"viewers,omitempty"`
	// Roles or users that may do something in some namespaces only, on AWS.
	Teams []Team `yaml:"teams,omitempty"`
	// The IAM policy that bounds every role that is made, on AWS. Left out: none does.
	PermissionsBoundary string `yaml:"permissionsBoundary,omitempty"`
	// Whether people who may start sessions of AWS Systems Manager get onto nodes by them, which need no open port and no key. Left out: sessions, on AWS.
	Nodes string `yaml:"nodes,omitempty"`
}

// Team is a principal with access to some namespaces, beside what it has as a viewer.
type Team struct {
	// The role or user.
	Principal string `yaml:"principal"`
	// What it may do there: look at everything but secrets (view), change what runs there and read secrets (edit), or give roles to others too (admin).
	Role string `yaml:"role"`
	// The namespaces; * stands for any part of a name.
	Namespaces []string `yaml:"namespaces"`
}

// VPN is the client VPN into the network.
type VPN struct {
	// The range that clients get their addresses from.
	Clients string `yaml:"clients"`
	// The certificate of the VPN server, in the platform's certificate store.
	ServerCertificate string `yaml:"serverCertificate"`
	// The root certificate that clients' certificates are signed by.
	ClientRootCertificate string `yaml:"clientRootCertificate"`
}

// Runner is a place in the network that runs drover: a project of CodeBuild.
type Runner struct {
	// Where the repository is.
	Source string `yaml:"source"`
	// The repository whose jobs run here, or that the schedule runs.
	Repository string `yaml:"repository"`
	// The connection to GitHub or GitLab (CodeConnections), which a person has to have made and accepted.
	Connection string `yaml:"connection"`
	// When drover is run, as EventBridge writes it; commands are read from buildspec. Left out: jobs start it.
	Schedule string `yaml:"schedule,omitempty"`
	// The file in the repository that says what the schedule runs. It needs a schedule.
	Buildspec string `yaml:"buildspec,omitempty"`
	// The role that what runs here may take on, with drover's rights. Left out: none, and jobs bring credentials of their own.
	Role string `yaml:"role,omitempty"`
}

// Ingress is the domain that traffic arrives at, and how.
type Ingress struct {
	// The domain of the cluster. It and all names below it lead to the active color.
	Domain string `yaml:"domain"`
	// Whether drover makes the DNS zone of the domain, or adopts one that exists.
	Zone string `yaml:"zone,omitempty"`
	// The id of the zone that is adopted, on AWS. Left out: it is found by the domain.
	ZoneID string `yaml:"zoneId,omitempty"`
	// Whether the load balancers are public, or reached from inside only.
	Visibility string `yaml:"visibility,omitempty"`
	// The ranges that reach the ingress; with ipFamily: ipv6 a public one takes those of IPv6 too, and is led to by IPv6 only if there are any. Left out: everyone, or for an internal ingress every private range that the spec names.
	Allow []string `yaml:"allow,omitempty"`
	// Who issues certificates.
	TLS TLS `yaml:"tls,omitempty"`
	// Whether the load balancers say who the client is by PROXY protocol v2, on AWS. What listens in the cluster has to expect it, and then refuses everything else. Without it a public ingress sees clients' addresses as they are, and an internal one the load balancer's.
	ProxyProtocol bool `yaml:"proxyProtocol,omitempty"`
	// The log of the connections whose TLS the load balancers end, on AWS. Left out: none is kept.
	AccessLogs *AccessLogs `yaml:"accessLogs,omitempty"`
	// The way in to management interfaces, such as Argo CD and Grafana: a load balancer of their own in each color. What they are, and who may log in, is for what runs in the cluster.
	Management *Management `yaml:"management,omitempty"`
}

// TLS says who issues certificates.
type TLS struct {
	// Let's Encrypt, or the platform's own certificates. With Let's Encrypt, cert-manager (service account cert-manager/cert-manager) gets an identity that proves in DNS whose the domain is, on AWS.
	Issuer string `yaml:"issuer,omitempty"`
	// The address that Let's Encrypt writes to before a certificate runs out.
	Email string `yaml:"email,omitempty"`
	// The certificate in ACM by which the load balancers end TLS, on AWS; it needs issuer: cloud. Left out: TLS passes to what listens in the cluster.
	Certificate string `yaml:"certificate,omitempty"`
}

// AccessLogs is where the load balancers write who connected.
type AccessLogs struct {
	// The bucket; it has to let delivery.logs.amazonaws.com write.
	Bucket string `yaml:"bucket"`
	// What the names of the logs begin with. Left out: the cluster's name.
	Prefix string `yaml:"prefix,omitempty"`
}

// Management is the way in to the management user interfaces.
type Management struct {
	// The domain of the management interfaces, below that of the ingress. It and all names below it lead to the active color; those of one color are COLOR.DOMAIN and all names below it. What serves them in the cluster listens on the node ports 30444 (HTTPS) and 30081 (HTTP), and ends TLS.
	Domain string `yaml:"domain"`
	// Whether the management interfaces are public, or reached from inside only. Internal ones have private addresses, which a public zone tells everyone, and only who is inside reaches.
	Visibility string `yaml:"visibility,omitempty"`
	// The ranges that reach the management interfaces. Left out: every private range that the spec names; public interfaces have to say.
	Allow []string `yaml:"allow,omitempty"`
	// Whether their load balancers say who the client is by PROXY protocol v2, on AWS. What serves them has to expect it.
	ProxyProtocol bool `yaml:"proxyProtocol,omitempty"`
}

// NodePool is one group of nodes.
type NodePool struct {
	// The name of the pool.
	Name string `yaml:"name"`
	// Machine types, the preferred one first. Left out: general-purpose machines of the platform.
	Machines []string `yaml:"machines,omitempty"`
	// The system on the nodes, on AWS: Amazon Linux 2023 (the default), or Bottlerocket, which is read-only and has no shell.
	OS string `yaml:"os,omitempty"`
	// Whether the machines are on demand, or spot: cheaper, and taken back within minutes.
	Capacity string `yaml:"capacity,omitempty"`
	// The least number of nodes, over all zones.
	Min int `yaml:"min"`
	// The greatest number of nodes, over all zones. Left out: four times min.
	Max int `yaml:"max,omitempty"`
	// The root disk of each node, in whole Gi.
	Disk Size `yaml:"disk,omitempty"`
	// The zones of the pool, by number from 1 to network.zones. Left out: all.
	Zones []int `yaml:"zones,omitempty"`
	// How many nodes an update in place replaces at a time: a number, or a share of the pool.
	MaxUnavailable string `yaml:"maxUnavailable,omitempty"`
	// Kubernetes labels of the nodes.
	Labels map[string]string `yaml:"labels,omitempty"`
	// Kubernetes taints of the nodes.
	Taints []Taint `yaml:"taints,omitempty"`
	// What the nodes may do beside what a node needs, on AWS: every pod that escapes to a node may do it too, so that an identity of services.identities is better wherever it does. Such a pool has a role of its own.
	Policies *Policies `yaml:"policies,omitempty"`
	// The image of the nodes, of this region, on AWS: one that starts as that of os does, with nodeadm or as Bottlerocket. Left out: EKS's own for the version of Kubernetes, the machines and os, of the release that is newest on the day on which a color is built. What replaces nodes in place, such as another disk, takes the newest of that day. Drover cannot know what is in an image: that it is of this version and these processors, and patched, is yours to see to.
	Image string `yaml:"image,omitempty"`
	// What each node runs when it starts, before it joins, on AWS and Amazon Linux 2023: a script (#!) or a #cloud-config, of 8 KiB at most. Whoever may look at instances can read it, so that no secret belongs in it.
	UserData string `yaml:"userData,omitempty"`
	// Settings of the kubelet of each node, on AWS. Left out: what the image and EKS choose by the machine.
	Kubelet *Kubelet `yaml:"kubelet,omitempty"`
}

// Kubelet are settings of the kubelet. What is left out is as the image has it.
type Kubelet struct {
	// The most pods on a node. The network plugin gives each an address, so that more needs prefixes or a range of their own (network.pods).
	MaxPods int `yaml:"maxPods,omitempty"`
	// What is kept for the kubelet and the container runtime.
	KubeReserved *Reservation `yaml:"kubeReserved,omitempty"`
	// What is kept for the rest of the system.
	SystemReserved *Reservation `yaml:"systemReserved,omitempty"`
	// When images that nothing uses are deleted.
	ImageGC *ImageGC `yaml:"imageGC,omitempty"`
}

// Reservation is a part of a node that pods get nothing of.
type Reservation struct {
	// Processors, in quotes: "250m" is a quarter of one.
	CPU string `yaml:"cpu,omitempty"`
	// Memory.
	Memory Size `yaml:"memory,omitempty"`
	// Space on the disk.
	Disk Size `yaml:"disk,omitempty"`
}

// ImageGC says when images that nothing uses are deleted, by how full the disk is, in percent.
type ImageGC struct {
	// From here on they are deleted.
	High int `yaml:"high"`
	// Down to here.
	Low int `yaml:"low"`
}

// Policies are rights beside those that drover gives, on AWS.
type Policies struct {
	// Policies of IAM, by their ARNs: AWS's own, or some of the cluster's account.
	Managed []string `yaml:"managed,omitempty"`
	// Statements for one policy that drover writes.
	Statements []Statement `yaml:"statements,omitempty"`
}

// Statement allows something, as a statement of an IAM policy does.
type Statement struct {
	// What is allowed, such as sqs:SendMessage.
	Actions []string `yaml:"actions"`
	// On what it is allowed: ARNs, in which * stands for any text, or * for what knows no resource.
	Resources []string `yaml:"resources"`
	// What else has to hold for it to be allowed.
	Conditions []Condition `yaml:"conditions,omitempty"`
}

// Condition is a condition of a statement.
type Condition struct {
	// How the values are compared, such as StringEquals.
	Test string `yaml:"test"`
	// What is compared with them, such as aws:ResourceTag/team.
	Variable string `yaml:"variable"`
	// The values; one of them has to match.
	Values []string `yaml:"values"`
}

// Taint keeps pods away that do not tolerate it.
type Taint struct {
	// The name of the taint.
	Key string `yaml:"key"`
	// The value of the taint.
	Value string `yaml:"value,omitempty"`
	// What happens to pods that do not tolerate the taint.
	Effect string `yaml:"effect"`
}

// Services are the managed services around the cluster; they outlive both colors.
type Services struct {
	// The private container registry.
	Registry *Registry `yaml:"registry,omitempty"`
	// The part of the secret vault that belongs to the cluster. Where it is written, or gitops.components has external-secrets, External Secrets (service account external-secrets/external-secrets) gets an identity that reads all of it, on AWS. Left out: the cluster's name, if an identity reads secrets or gitops.components has external-secrets.
	Secrets *Secrets `yaml:"secrets,omitempty"`
	// Managed databases in the cluster's network.
	Databases []Database `yaml:"databases,omitempty"`
	// Backups of the databases in a vault of their own, on AWS. Left out: the database service's own, which go with the database.
	Backups *Backups `yaml:"backups,omitempty"`
	// One cloud identity a workload, least privilege, the same in both colors.
	Identities []Identity `yaml:"identities,omitempty"`
	// Where alerts go.
	Alerts *Alerts `yaml:"alerts,omitempty"`
}

// Registry is the container registry.
type Registry struct {
	// The repositories to make, scanned and with immutable tags.
	Repositories []string `yaml:"repositories,omitempty"`
	// Registries that are cached, on AWS: ecr-public, kubernetes and quay, and with a login docker-hub, github and gitlab.
	PullThrough []string `yaml:"pullThrough,omitempty"`
	// The secrets with which docker-hub, github and gitlab are logged in to, by registry: each is the name of one in the platform's vault that begins with ecr-pullthroughcache/ and holds username and accessToken.
	Logins map[string]string `yaml:"logins,omitempty"`
}

// Secrets is the part of the secret vault that belongs to the cluster.
type Secrets struct {
	// The path that every secret's name begins with.
	Prefix string `yaml:"prefix"`
}

// Database is a managed database in the shared network.
type Database struct {
	// The name of the database.
	Name string `yaml:"name"`
	// The engine of the database.
	Engine string `yaml:"engine"`
	// The version of the engine, in quotes.
	Version string `yaml:"version"`
	// The platform's class of machine.
	Class string `yaml:"class"`
	// The size of its storage.
	Storage Size `yaml:"storage"`
	// Whether a second instance stands by in another zone.
	MultiZone bool `yaml:"multiZone,omitempty"`
	// How long backups are kept, 1 to 35 days.
	Backups Duration `yaml:"backups,omitempty"`
	// The step to another major version, on AWS. Once the database runs it, write that as version and remove this.
	Upgrade *Upgrade `yaml:"upgrade,omitempty"`
}

// Upgrade is the step of a database to another major version, during which it
// is down for minutes. There is no way back but a backup.
type Upgrade struct {
	// The major version to step to, in quotes.
	Version string `yaml:"version"`
	// When the platform does it: in the database's next maintenance window, which drover names, or at once.
	At string `yaml:"at,omitempty"`
}

// Backups are taken of every database once a day, and outlive it.
type Backups struct {
	// The time of day, in UTC and in quotes.
	At string `yaml:"at,omitempty"`
	// How long each is kept, in days. Nobody deletes one earlier by mistake.
	Keep Duration `yaml:"keep,omitempty"`
	// A vault that each is copied to, best of another region or account.
	CopyTo string `yaml:"copyTo,omitempty"`
}

// Identity gives one workload a cloud identity, the same in both colors.
type Identity struct {
	// The name of the identity.
	Name string `yaml:"name"`
	// The namespace of the workload.
	Namespace string `yaml:"namespace"`
	// The Kubernetes service account of the workload.
	ServiceAccount string `yaml:"serviceAccount"`
	// Secrets that the workload reads, below the prefix; * stands for any end of a name.
	Secrets []string `yaml:"secrets,omitempty"`
	// Databases of the spec that the workload connects to.
	Databases []string `yaml:"databases,omitempty"`
	// Buckets that the workload reads and writes.
	Buckets []string `yaml:"buckets,omitempty"`
	// What else the workload may do, on AWS.
	Policies *Policies `yaml:"policies,omitempty"`
}

// Alerts says where alerts go.
type Alerts struct {
	// A Slack channel.
	Slack *Slack `yaml:"slack,omitempty"`
	// A PagerDuty service.
	PagerDuty *PagerDuty `yaml:"pagerduty,omitempty"`
	// Any other receiver.
	Webhook *Webhook `yaml:"webhook,omitempty"`
}

// Slack is a Slack channel. The platform's alarms reach it by the platform's
// own chat client, which needs no key.
type Slack struct {
	// The id of the workspace, such as T0123ABCD. The account's chat client, Amazon Q Developer in chat applications, has to be signed in to it once.
	Workspace string `yaml:"workspace,omitempty"`
	// The id of the channel, such as C0123ABCD.
	Channel string `yaml:"channel,omitempty"`
	// Where the address of an incoming webhook is.
	Webhook SecretRef `yaml:"webhook,omitempty"`
}

// PagerDuty is a PagerDuty service.
type PagerDuty struct {
	// Where the routing key of the service is.
	RoutingKey SecretRef `yaml:"routingKey"`
	// The service region of the PagerDuty account.
	Region string `yaml:"region,omitempty"`
	// Count it up when the key in the vault has changed, so that it is read again.
	KeyVersion int `yaml:"keyVersion,omitempty"`
}

// Webhook is any other receiver.
type Webhook struct {
	// The https:// address that alarms are sent to, when it holds no secret. Needs key.
	Address string `yaml:"address,omitempty"`
	// The secret that is sent along, for an address.
	Key SecretRef `yaml:"key,omitempty"`
	// The header that the key is sent in. The key is its whole value.
	Header string `yaml:"header,omitempty"`
	// Count it up when the key in the vault has changed, so that it is read again.
	KeyVersion int `yaml:"keyVersion,omitempty"`
	// Where an address that is itself a secret is.
	URL SecretRef `yaml:"url,omitempty"`
}

// SecretRef names where a secret is; a spec never holds one.
type SecretRef struct {
	// The environment variable that holds the secret where drover runs.
	Env string `yaml:"env,omitempty"`
	// The name of the secret in the platform's vault, for what the platform itself sends, on AWS. Its text is the secret and nothing else.
	Vault string `yaml:"vault,omitempty"`
}

// GitOps is the repository that says what runs inside every color. drover installs Argo CD in a new color, and waits for every Application before traffic moves.
type GitOps struct {
	// The https:// or ssh:// address of the repository.
	Repository string `yaml:"repository"`
	// The branch, tag or commit. {{color}} in it is blue or green.
	Revision string `yaml:"revision,omitempty"`
	// The directory in the repository, of which Argo CD's first Application is made. {{color}} in it is blue or green.
	Path string `yaml:"path,omitempty"`
	// What reads a private repository.
	Credentials *GitCredentials `yaml:"credentials,omitempty"`
	// The controllers that the repository brings. drover installs none of them, and gives those that call the platform their rights: on AWS external-secrets gets an identity of its own, and so does autoscaler: the Cluster Autoscaler (kube-system/cluster-autoscaler), or Karpenter (kube-system/karpenter).
	Components []string `yaml:"components,omitempty"`
}

// ColorMark stands for the color in gitops.path and gitops.revision.
const ColorMark = "{{color}}"

// GitCredentials are what Argo CD reads a private repository with. The secret goes from drover's environment to the cluster, and is kept nowhere else.
type GitCredentials struct {
	// The environment variable that holds the secret where drover runs: a token or password for https://, a private key for ssh://.
	Env string `yaml:"env"`
	// The user name, for https://. Left out: git, which is right for most tokens.
	Username string `yaml:"username,omitempty"`
}

// Bootstrap is what drover itself applies to every new color.
type Bootstrap struct {
	// Files of Kubernetes objects, or directories of them (.yaml, .yml and .json, none below), by their paths from the directory of the spec. They are in the checkout that holds the spec, and hold no secret. drover applies them to a new color by server-side apply, and waits until every object is as it should be.
	Manifests []string `yaml:"manifests"`
	// What was read with the spec, in the order in which the spec names it.
	Files []Manifest `yaml:"-"`
}

// Rotation is how the active color is replaced.
type Rotation struct {
	// The age at which a cluster is due to be replaced: drover status says it, and drover rotate --if-older-than maxAge goes by it.
	MaxAge Duration `yaml:"maxAge,omitempty"`
	// When a pipeline starts rotations: a cron expression of five fields, in the time zone of the window, or UTC without one. Drover is no daemon, and says the next start only.
	Schedule string `yaml:"schedule,omitempty"`
	// When a rotation may begin, and each of its phases that changes the cloud or moves traffic. What runs is finished; a rollback needs no window.
	Window *Window `yaml:"window,omitempty"`
	// What is checked before traffic moves. Left out: the path / answers 200, twenty times.
	Verify []Check `yaml:"verify,omitempty"`
	// APIs that the new version of Kubernetes no longer has, as group/version/resource, whose use was ended although the running cluster still remembers it.
	AcceptRemoved []string `yaml:"acceptRemoved,omitempty"`
	// How traffic moves from the old color to the new.
	Traffic Traffic `yaml:"traffic,omitempty"`
	// What must never run in both colors. Left out: everything runs in both while both stand.
	Handover *Handover `yaml:"handover,omitempty"`
	// How long the new color carries everything and is watched.
	Soak Duration `yaml:"soak,omitempty"`
	// How long the old color must see no new connection before it is destroyed.
	Quiet Duration `yaml:"quiet,omitempty"`
	// The rollback window: how long the old color is kept.
	KeepBlue Duration `yaml:"keepBlue,omitempty"`
	// The steps that wait for a person. Empty: unattended.
	Approvals []string `yaml:"approvals,omitempty"`
	// What happens when a check fails.
	OnFailure string `yaml:"onFailure,omitempty"`
}

// Handover is how what must never run in both colors changes from one to the other.
type Handover struct {
	// The workloads that run in one color at a time. The new color keeps them stopped from the moment that they are there; once it has all traffic they are stopped in the old color, and started in the new one when nothing of them is left there.
	Singletons []Singleton `yaml:"singletons"`
	// How long their pods and Jobs may take to end in one color, and to become ready in the other.
	Timeout Duration `yaml:"timeout,omitempty"`
}

// Singleton is a workload that runs in one color at a time.
type Singleton struct {
	// What it is. The Jobs of a CronJob are finished by the color that began them.
	Kind string `yaml:"kind"`
	// Its namespace and name, as namespace/name; namespace/* is every workload of that kind in the namespace.
	Name string `yaml:"name"`
}

// Window is when a rotation may change anything.
type Window struct {
	// The days of the week on which the window opens. Left out: every day.
	Days []string `yaml:"days,omitempty"`
	// When the window opens: hours and minutes, in quotes.
	From string `yaml:"from"`
	// When the window closes; before from means the next day.
	To string `yaml:"to"`
	// The time zone, such as Europe/Amsterdam.
	Timezone string `yaml:"timezone,omitempty"`
}

// Check is one thing to verify; exactly one of its fields is set.
type Check struct {
	// Asks the Kubernetes API for nodes and workloads.
	Kubernetes *KubernetesCheck `yaml:"kubernetes,omitempty"`
	// Requests a path on the color's own host name.
	HTTP *HTTPCheck `yaml:"http,omitempty"`
	// Compares the value of a query with bounds.
	Prometheus *PrometheusCheck `yaml:"prometheus,omitempty"`
	// Compares what runs in the new color with the old one, before any traffic. Left out, it is asked all the same where gitops or bootstrap bring what runs.
	Parity *ParityCheck `yaml:"parity,omitempty"`
	// Passes when a program exits 0.
	Command *CommandCheck `yaml:"command,omitempty"`
}

// KubernetesCheck asks the Kubernetes API for nodes and workloads.
type KubernetesCheck struct {
	// Which nodes have to be ready: all of them, or only what each pool has as its min. Either way each pool has its min, and one node at least is ready.
	NodesReady string `yaml:"nodesReady,omitempty"`
	// The least number of ready nodes in the whole cluster.
	MinNodes int `yaml:"minNodes,omitempty"`
	// The Deployments, StatefulSets and DaemonSets that have to be available, as namespace/name.
	Workloads []string `yaml:"workloads,omitempty"`
	// The namespaces in which every workload has to be available, and no pod pending or crashing; [all] for all of them.
	Namespaces []string `yaml:"namespaces,omitempty"`
	// How long nodes and workloads of a new cluster may take to become ready.
	Timeout Duration `yaml:"timeout,omitempty"`
}

// ParityCheck wants the new color to have each Deployment, StatefulSet, DaemonSet and CronJob of the old one, by namespace and name.
type ParityCheck struct {
	// What the new color need not have, as namespace/name; namespace/* is everything in a namespace.
	Ignore []string `yaml:"ignore,omitempty"`
	// What follows from a workload that is missing: the check fails, or it is reported only.
	Missing string `yaml:"missing,omitempty"`
}

// HTTPCheck requests a path on the color's own host name.
type HTTPCheck struct {
	// The path that is requested.
	Path string `yaml:"path"`
	// The status that every answer has to have.
	Status int `yaml:"status,omitempty"`
	// How many requests are made.
	Samples int `yaml:"samples,omitempty"`
	// The longest that any answer may take. Left out: any time.
	MaxLatency Duration `yaml:"maxLatency,omitempty"`
	// How long the check may take.
	Timeout Duration `yaml:"timeout,omitempty"`
}

// PrometheusCheck compares the value of a query with bounds.
type PrometheusCheck struct {
	// The address of the Prometheus server.
	URL string `yaml:"url"`
	// The query; its answer has to be one value.
	Query string `yaml:"query"`
	// The least value that passes.
	Min *float64 `yaml:"min,omitempty"`
	// The greatest value that passes.
	Max *float64 `yaml:"max,omitempty"`
	// How long the check may take.
	Timeout Duration `yaml:"timeout,omitempty"`
}

// CommandCheck passes when a program exits 0.
type CommandCheck struct {
	// The program and its arguments. No shell is involved. A rehearsal leaves the check out, unless it is run with --allow-commands.
	Run []string `yaml:"run"`
	// The variables of drover's own environment that the program gets, by name. Beside them it gets PATH, HOME, TMPDIR, LANG, LC_… and DROVER_COLOR, DROVER_HOST and DROVER_CLUSTER; nothing else.
	Env []string `yaml:"env,omitempty"`
	// How long the check may take.
	Timeout Duration `yaml:"timeout,omitempty"`
}

// Traffic is how traffic moves from blue to green.
type Traffic struct {
	// The new color's share of the traffic after each step, in percent; it rises, and the last is 100.
	Steps []int `yaml:"steps,omitempty"`
	// How long each step is watched.
	Interval Duration `yaml:"interval,omitempty"`
	// The time to live of the DNS records, at most an hour. On AWS it is 60 seconds, which Route 53 fixes for a load balancer; less is refused.
	TTL Duration `yaml:"ttl,omitempty"`
	// What the platform itself asks each color's own host name, for as long as it stands; a color that does not answer loses its traffic, also while drover is not running. Left out: whether port 443 takes connections, for an ingress that is open to all.
	Health *HealthCheck `yaml:"health,omitempty"`
}

// HealthCheck is what the platform asks a color.
type HealthCheck struct {
	// Whether a connection is enough, or a path has to answer 2xx or 3xx.
	Protocol string `yaml:"protocol,omitempty"`
	// The path that is requested by http or https. Left out: /.
	Path string `yaml:"path,omitempty"`
	// The port that is asked. Left out: 80 for http, otherwise 443.
	Port int `yaml:"port,omitempty"`
}

// Terraform chooses the engine that applies the roots.
type Terraform struct {
	// Terraform, or OpenTofu.
	Flavor string `yaml:"flavor,omitempty"`
	// The versions that may be used.
	Version string `yaml:"version,omitempty"`
}
