package spec

// The comments of this file are read by people in editors: the JSON Schema
// and the reference in docs/spec.md take each field's description from here.

// Cluster is one spec file: a production Kubernetes cluster, and how it is rotated.
type Cluster struct {
	// The version of the format of this file.
	APIVersion string `yaml:"apiVersion"`
	// The kind of object that the file describes.
	Kind string `yaml:"kind"`
	// The name of the cluster, and labels for all its resources.
	Metadata Metadata `yaml:"metadata"`
	// The cluster itself. Every optional field has a production-safe default.
	Spec Spec `yaml:"spec"`
}

// Metadata names a cluster.
type Metadata struct {
	// The name of the cluster. It is part of every root, state, tag and host name, and cannot be changed.
	Name string `yaml:"name"`
	// Labels become tags on every resource where the platform allows it.
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
	// Where Terraform keeps its state. drover keeps its own store next to it.
	State State `yaml:"state,omitempty"`
	// The address space, and its connections to other networks and the internet.
	Network Network `yaml:"network"`
	// Who can reach the Kubernetes API, and from where.
	Access Access `yaml:"access,omitempty"`
	// The domain of the cluster, and how traffic enters.
	Ingress Ingress `yaml:"ingress"`
	// The groups of nodes. Default: one pool "general" of 3 to 12 nodes.
	NodePools []NodePool `yaml:"nodePools,omitempty"`
	// The managed services around the cluster. They outlive both colors.
	Services Services `yaml:"services,omitempty"`
	// The Git repository that defines what runs in every color.
	GitOps *GitOps `yaml:"gitops,omitempty"`
	// Manifests that drover applies to every new color before the checks run.
	Bootstrap *Bootstrap `yaml:"bootstrap,omitempty"`
	// How the active color is replaced.
	Rotation Rotation `yaml:"rotation,omitempty"`
	// Who gets drover's own messages about rotations. Default: nobody.
	Notify []Receiver `yaml:"notify,omitempty" json:"-"` // not pinned by a rotation: who gets its messages may change under way
	// The program that applies the Terraform roots.
	Terraform Terraform `yaml:"terraform,omitempty"`
	// Warnings that you accept for this cluster, each with a reason.
	Accept []Acceptance `yaml:"accept,omitempty"`
}

// Acceptance silences one kind of warning, and says why.
type Acceptance struct {
	// The name of the warning, printed in brackets after it.
	Warning string `yaml:"warning"`
	// Why the warning is acceptable for this cluster.
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
	// The minor version of Kubernetes, in quotes. Changing it requires a rotation.
	Version string `yaml:"version,omitempty"`
	// The control plane logs to keep. Default: all of them.
	Logs []string `yaml:"logs,omitempty"`
	// How long control plane logs are kept, in days.
	LogRetention Duration `yaml:"logRetention,omitempty"`
	// Managed add-ons by name, on AWS. Each value is a version, `none` to leave the add-on out, or a version and configuration nested below the name. Default: the add-ons that a cluster needs. If the version is omitted, drover uses the one that the platform recommends on the day a color is built, and keeps it for the life of that color. If the platform cannot be asked, drover uses its own default. A newer version does not trigger a rotation.
	Addons map[string]Addon `yaml:"addons,omitempty"`
	// What happens when standard support for the version ends, on AWS: EKS upgrades the cluster in place (standard), or supports it for another year at a higher hourly price (extended). Default: standard, because a rotation is the upgrade.
	Support string `yaml:"support,omitempty"`
	// Whether traffic and new nodes can be moved away from a failing zone, on AWS, either manually or by zonal autoshift. The other zones need enough capacity for the whole load before each shift.
	ZonalShift bool `yaml:"zonalShift,omitempty"`
	// What adds nodes: the pools alone, each between its min and max (pools), or also Karpenter (karpenter) or EKS Auto Mode (auto-mode), on AWS. Karpenter, and the Cluster Autoscaler that scales pools, are installed by your GitOps repository; drover creates what they need. Karpenter gets its queue, roles and access. The Cluster Autoscaler gets its role if gitops.components includes autoscaler. With auto-mode, EKS adds nodes from its node pool general-purpose, and the pools in nodePools stay at min and receive the ingress traffic. Changing to or from auto-mode requires a rotation.
	Autoscaler string `yaml:"autoscaler,omitempty"`
}

// Addon is one of the platform's own add-ons.
type Addon struct {
	// The version, or none to leave the add-on out. Default: the version that the platform recommends, as above.
	Version string `yaml:"version,omitempty"`
	// The configuration, according to the add-on's schema (aws eks describe-addon-configuration). drover's own settings take precedence; everything else keeps the add-on's default.
	Configuration Values `yaml:"configuration,omitempty"`
}

// State is where Terraform keeps its state, and drover its store beside it.
type State struct {
	// The kind of backend. Use local only to try drover out.
	Backend string `yaml:"backend,omitempty"`
	// The bucket, for s3 and gcs.
	Bucket string `yaml:"bucket,omitempty"`
	// The region of the bucket, for s3. Default: the cluster's region.
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
	// The range of the network. Both colors get their subnets from it, with room for more zones.
	CIDR string `yaml:"cidr"`
	// An existing network to use, on AWS. The cidr must then be a part of that network, reserved for this cluster. Default: drover creates a network.
	Adopt *Adopt `yaml:"adopt,omitempty"`
	// The IP family of pods and services. With ipv6, on AWS, the network is dual-stack: nodes have addresses of both families, and a public ingress accepts both. Changing it requires a rotation, and there is no way back to ipv4.
	IPFamily string `yaml:"ipFamily,omitempty"`
	// The number of availability zones that the cluster spans. With adopted subnets, it is the number of subnets in a tier.
	Zones int `yaml:"zones,omitempty"`
	// The range for Kubernetes services; each color gets half of it. Default: the first common range that overlaps nothing, usually 172.20.0.0/16. Not allowed with ipFamily: ipv6, where EKS chooses the range.
	Services string `yaml:"services,omitempty"`
	// Ranges that are in use elsewhere. Nothing in this cluster overlaps them, peered or not.
	Reserved []Reserved `yaml:"reserved,omitempty"`
	// A separate range for pods, on AWS; each color gets half of it. Default: pods get addresses from their nodes' subnets.
	Pods string `yaml:"pods,omitempty"`
	// Networks to peer with, on AWS.
	Peerings []Peering `yaml:"peerings,omitempty"`
	// The transit gateway to attach the network to, on AWS.
	TransitGateway *TransitGateway `yaml:"transitGateway,omitempty"`
	// How nodes reach the internet: through a NAT gateway in every zone, through a single one, or not at all.
	NAT string `yaml:"nat,omitempty"`
	// Which destinations the cluster can reach outside.
	Egress Egress `yaml:"egress,omitempty"`
	// The platform services to reach through private endpoints. Default: those that a node needs to start.
	Endpoints []string `yaml:"endpoints,omitempty"`
	// Flow logs of the network.
	FlowLogs FlowLogs `yaml:"flowLogs,omitempty"`
}

// Reserved is a range that is in use elsewhere.
type Reserved struct {
	// Who uses the range. To refer to another cluster of drover's, use its name.
	Name string `yaml:"name"`
	// The range.
	CIDR string `yaml:"cidr"`
}

// Adopt names what exists and is used. It is checked, and never changed.
type Adopt struct {
	// The id of the network.
	Network string `yaml:"network"`
	// Existing subnets to use as well. Default: drover creates subnets, with their own routes to the internet.
	Subnets *AdoptSubnets `yaml:"subnets,omitempty"`
}

// AdoptSubnets are the ids of subnets by tier, one for each zone, in the same
// order of zones. Their routes and ways out are their owner's.
type AdoptSubnets struct {
	// For public load balancers.
	Public []string `yaml:"public"`
	// For databases and private endpoints.
	Data []string `yaml:"data"`
	// For the blue cluster only.
	Blue []string `yaml:"blue"`
	// For the green cluster only.
	Green []string `yaml:"green"`
}

// Peering is a direct way to one other network.
type Peering struct {
	// A name for the peer. To refer to another cluster of drover's, use its name.
	Name string `yaml:"name"`
	// The id of the other network.
	Network string `yaml:"network"`
	// The ranges of the other network. Every zone has a route to them.
	CIDRs []string `yaml:"cidrs"`
	// The account of the other network, which must accept the peering. Default: the cluster's account.
	Account string `yaml:"account,omitempty"`
	// The region of the other network, where the peering must be accepted. Default: the cluster's region.
	Region string `yaml:"region,omitempty"`
}

// TransitGateway is a way to many other networks, such as those of offices.
type TransitGateway struct {
	// The id of the transit gateway.
	ID string `yaml:"id"`
	// The ranges that are routed through it, in every zone. They may include this network. 0.0.0.0/0 requires nat: none.
	CIDRs []string `yaml:"cidrs"`
}

// Egress limits what the cluster can reach outside.
type Egress struct {
	// Whether the cluster can reach everything, or only the hosts in allow.
	Mode string `yaml:"mode,omitempty"`
	// Host names that the cluster can reach; .example.com matches the domain and all its subdomains.
	Allow []string `yaml:"allow,omitempty"`
	// Destinations that the cluster can also reach over UDP, on AWS, such as media servers. DNS and NTP need no rule, because AWS provides both inside the network. QUIC falls back to TCP.
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
	// Where flow logs go, on AWS: to a bucket, or to CloudWatch, which costs about ten times as much but can be queried directly. Default: s3, unless the existing foundation already uses CloudWatch.
	To string `yaml:"to,omitempty"`
	// How long flow logs are kept, in days.
	Retention Duration `yaml:"retention,omitempty"`
}

// Access says who reaches the Kubernetes API, and from where.
type Access struct {
	// Who can reach the API endpoint. private: the network and the private ranges in allow. restricted: also the public ranges in allow.
	API string `yaml:"api,omitempty"`
	// The ranges that can reach the Kubernetes API, in addition to the network itself.
	Allow []string `yaml:"allow,omitempty"`
	// The client VPN into the network.
	VPN *VPN `yaml:"vpn,omitempty"`
	// A runner inside the network, on AWS, for GitHub or GitLab jobs or a schedule. It can reach a private Kubernetes API that hosted runners cannot.
	Runner *Runner `yaml:"runner,omitempty"`
	// Roles, users or groups of the platform that administer the cluster. On AWS nobody else does: creating the cluster grants no rights in it.
	Admins []string `yaml:"admins,omitempty"`
	// Roles or users that run drover without being admins, on AWS. They can see everything in the cluster, including secrets. RBAC rules for the group drover define what they can delete (docs/drover-rbac.yaml). During bootstrap, drover makes itself an administrator.
	Operators []string `yaml:"operators,omitempty"`
	// Roles, users or groups of the platform that can see everything except secrets.
	Viewers []string `yaml:"viewers,omitempty"`
	// Roles or users with access to some namespaces only, on AWS.
	Teams []Team `yaml:"teams,omitempty"`
	// The IAM permissions boundary for every role that drover creates, on AWS. Default: none.
	PermissionsBoundary string `yaml:"permissionsBoundary,omitempty"`
	// Whether people can open AWS Systems Manager sessions on nodes, which need no open port and no key. Default on AWS: sessions.
	Nodes string `yaml:"nodes,omitempty"`
}

// Team is a principal with access to some namespaces, beside what it has as a viewer.
type Team struct {
	// The role or user.
	Principal string `yaml:"principal"`
	// The access it gets: see everything except secrets (view), also change workloads and read secrets (edit), or also grant roles to others (admin).
	Role string `yaml:"role"`
	// The namespaces; * matches any part of a name.
	Namespaces []string `yaml:"namespaces"`
}

// VPN is the client VPN into the network.
type VPN struct {
	// The range for client addresses.
	Clients string `yaml:"clients"`
	// The certificate of the VPN server, in the platform's certificate store.
	ServerCertificate string `yaml:"serverCertificate"`
	// The root certificate that signs client certificates.
	ClientRootCertificate string `yaml:"clientRootCertificate"`
}

// Runner is a place in the network that runs drover: a project of CodeBuild.
type Runner struct {
	// Where the repository is.
	Source string `yaml:"source"`
	// The repository whose jobs run here, or that the schedule checks out.
	Repository string `yaml:"repository"`
	// The connection to GitHub or GitLab (CodeConnections). Someone must have created and accepted it.
	Connection string `yaml:"connection"`
	// When to run, as an EventBridge schedule expression; the commands are in buildspec. Default: only jobs start it.
	Schedule string `yaml:"schedule,omitempty"`
	// The file in the repository with the commands that the schedule runs. Requires schedule.
	Buildspec string `yaml:"buildspec,omitempty"`
	// The role that jobs can assume, with drover's rights. Default: none; jobs bring their own credentials.
	Role string `yaml:"role,omitempty"`
}

// Ingress is the domain that traffic arrives at, and how.
type Ingress struct {
	// The domain of the cluster. The domain and all its subdomains point to the active color.
	Domain string `yaml:"domain"`
	// Whether drover creates the DNS zone of the domain, or adopts an existing one.
	Zone string `yaml:"zone,omitempty"`
	// The id of the zone to adopt, on AWS. Default: drover looks it up by domain.
	ZoneID string `yaml:"zoneId,omitempty"`
	// Whether the load balancers are public, or reachable from inside only.
	Visibility string `yaml:"visibility,omitempty"`
	// The ranges that can reach the ingress. With ipFamily: ipv6, a public ingress also accepts IPv6 ranges, and gets IPv6 records only if there is at least one. Default: everyone; for an internal ingress, every private range in the spec.
	Allow []string `yaml:"allow,omitempty"`
	// Who issues certificates.
	TLS TLS `yaml:"tls,omitempty"`
	// Whether the load balancers send the client address by PROXY protocol v2, on AWS. The program that listens in the cluster must expect it, and then accepts nothing else. Without it, a public ingress sees the real client addresses, and an internal one sees the load balancer's.
	ProxyProtocol bool `yaml:"proxyProtocol,omitempty"`
	// Access logs of the connections on which the load balancers terminate TLS, on AWS. Default: none.
	AccessLogs *AccessLogs `yaml:"accessLogs,omitempty"`
	// Access to management interfaces such as Argo CD and Grafana: a separate load balancer in each color. The programs in the cluster serve the interfaces and handle logins.
	Management *Management `yaml:"management,omitempty"`
}

// TLS says who issues certificates.
type TLS struct {
	// Let's Encrypt, or the platform's own certificates. With Let's Encrypt, cert-manager (service account cert-manager/cert-manager) gets an identity for DNS-01 challenges, on AWS.
	Issuer string `yaml:"issuer,omitempty"`
	// The address that Let's Encrypt notifies before a certificate expires.
	Email string `yaml:"email,omitempty"`
	// The ACM certificate with which the load balancers terminate TLS, on AWS; requires issuer: cloud. Default: TLS is passed through to the cluster.
	Certificate string `yaml:"certificate,omitempty"`
}

// AccessLogs is where the load balancers write who connected.
type AccessLogs struct {
	// The bucket. Its policy must allow delivery.logs.amazonaws.com to write.
	Bucket string `yaml:"bucket"`
	// The prefix of the log objects. Default: the cluster's name.
	Prefix string `yaml:"prefix,omitempty"`
}

// Management is the way in to the management user interfaces.
type Management struct {
	// The domain of the management interfaces, below that of the ingress. It and all names below it lead to the active color; COLOR.DOMAIN and its subdomains point to one color. The program that serves them in the cluster listens on the node ports 30444 (HTTPS) and 30081 (HTTP), and terminates TLS.
	Domain string `yaml:"domain"`
	// Whether the management interfaces are public, or reachable from inside only. Internal ones have private addresses. A public zone shows these addresses to everyone, but they are reachable only from inside.
	Visibility string `yaml:"visibility,omitempty"`
	// The ranges that can reach the management interfaces. Default: every private range in the spec. Required for public interfaces.
	Allow []string `yaml:"allow,omitempty"`
	// Whether their load balancers send the client address by PROXY protocol v2, on AWS. The program that serves them must expect it.
	ProxyProtocol bool `yaml:"proxyProtocol,omitempty"`
}

// NodePool is one group of nodes.
type NodePool struct {
	// The name of the pool.
	Name string `yaml:"name"`
	// Machine types, the preferred one first. Default: general-purpose machines of the platform.
	Machines []string `yaml:"machines,omitempty"`
	// The operating system of the nodes, on AWS: Amazon Linux 2023 (the default), or Bottlerocket, which is read-only and has no shell.
	OS string `yaml:"os,omitempty"`
	// Whether the machines are on demand or spot. Spot machines are cheaper, but AWS can reclaim them within minutes.
	Capacity string `yaml:"capacity,omitempty"`
	// The minimum number of nodes across all zones.
	Min int `yaml:"min"`
	// The maximum number of nodes across all zones. Default: four times min.
	Max int `yaml:"max,omitempty"`
	// The root disk of each node, in whole Gi.
	Disk Size `yaml:"disk,omitempty"`
	// The zones of the pool, numbered from 1 to network.zones. Default: all.
	Zones []int `yaml:"zones,omitempty"`
	// How many nodes an in-place update replaces at a time: a number, or a percentage of the pool.
	MaxUnavailable string `yaml:"maxUnavailable,omitempty"`
	// Kubernetes labels of the nodes.
	Labels map[string]string `yaml:"labels,omitempty"`
	// Kubernetes taints of the nodes.
	Taints []Taint `yaml:"taints,omitempty"`
	// Extra permissions for the nodes, on AWS. A pod that escapes to its node gets them too, so prefer services.identities where possible. A pool with extra permissions has its own role.
	Policies *Policies `yaml:"policies,omitempty"`
	// The node image (AMI) in this region, on AWS. It must start like the one of os: with nodeadm, or as Bottlerocket. Default: the EKS image for the Kubernetes version, machine types and os, in the newest release on the day a color is built. In-place changes that replace nodes, such as another disk size, use the newest release of that day. drover cannot inspect an image: make sure that it is patched and matches the version and processors.
	Image string `yaml:"image,omitempty"`
	// User data that each node runs at boot, before it joins the cluster, on AWS with Amazon Linux 2023: a script (#!) or a #cloud-config of at most 8 KiB. Anyone who can describe instances can read it, so do not put secrets in it.
	UserData string `yaml:"userData,omitempty"`
	// Kubelet settings of each node, on AWS. Default: chosen by the image and EKS for each machine type.
	Kubelet *Kubelet `yaml:"kubelet,omitempty"`
}

// Kubelet are settings of the kubelet. What is left out is as the image has it.
type Kubelet struct {
	// The maximum number of pods on a node. The network plugin assigns an address to each, so a higher number needs prefixes or a separate range (network.pods).
	MaxPods int `yaml:"maxPods,omitempty"`
	// Resources reserved for the kubelet and the container runtime.
	KubeReserved *Reservation `yaml:"kubeReserved,omitempty"`
	// Resources reserved for the rest of the system.
	SystemReserved *Reservation `yaml:"systemReserved,omitempty"`
	// When unused images are deleted, by disk usage in percent.
	ImageGC *ImageGC `yaml:"imageGC,omitempty"`
}

// Reservation is a part of a node that pods get nothing of.
type Reservation struct {
	// CPU, in quotes: "250m" is a quarter of a processor.
	CPU string `yaml:"cpu,omitempty"`
	// Memory.
	Memory Size `yaml:"memory,omitempty"`
	// Disk space.
	Disk Size `yaml:"disk,omitempty"`
}

// ImageGC says when images that nothing uses are deleted, by how full the disk is, in percent.
type ImageGC struct {
	// Deletion starts above this disk usage.
	High int `yaml:"high"`
	// Deletion stops below this disk usage.
	Low int `yaml:"low"`
}

// Policies are rights beside those that drover gives, on AWS.
type Policies struct {
	// ARNs of IAM policies: AWS managed ones, or policies in the cluster's account.
	Managed []string `yaml:"managed,omitempty"`
	// Statements of a policy that drover creates.
	Statements []Statement `yaml:"statements,omitempty"`
}

// Statement allows something, as a statement of an IAM policy does.
type Statement struct {
	// The allowed actions, such as sqs:SendMessage.
	Actions []string `yaml:"actions"`
	// The resources: ARNs, in which * matches any text, or * alone for actions without resources.
	Resources []string `yaml:"resources"`
	// Conditions that must also be met.
	Conditions []Condition `yaml:"conditions,omitempty"`
}

// Condition is a condition of a statement.
type Condition struct {
	// The operator, such as StringEquals.
	Test string `yaml:"test"`
	// The condition key, such as aws:ResourceTag/team.
	Variable string `yaml:"variable"`
	// The values; one of them must match.
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
	// The part of the secret vault that belongs to the cluster. If you set it, or gitops.components includes external-secrets, External Secrets (service account external-secrets/external-secrets) gets an identity that can read all of it, on AWS. Default: the cluster's name, if an identity reads secrets or gitops.components includes external-secrets.
	Secrets *Secrets `yaml:"secrets,omitempty"`
	// Managed databases in the cluster's network.
	Databases []Database `yaml:"databases,omitempty"`
	// Database backups in a separate vault, on AWS. Default: only the database service's own backups, which are deleted with the database.
	Backups *Backups `yaml:"backups,omitempty"`
	// One least-privilege cloud identity for each workload, the same in both colors.
	Identities []Identity `yaml:"identities,omitempty"`
	// Where alerts are sent.
	Alerts *Alerts `yaml:"alerts,omitempty"`
}

// Registry is the container registry.
type Registry struct {
	// The repositories to create, with scanning and immutable tags.
	Repositories []string `yaml:"repositories,omitempty"`
	// Registries to cache, on AWS: ecr-public, kubernetes and quay; with a login also docker-hub, github and gitlab.
	PullThrough []string `yaml:"pullThrough,omitempty"`
	// The secrets with the logins for docker-hub, github and gitlab, by registry. Each value is the name of a secret in the platform's vault that starts with ecr-pullthroughcache/ and holds username and accessToken.
	Logins map[string]string `yaml:"logins,omitempty"`
}

// Secrets is the part of the secret vault that belongs to the cluster.
type Secrets struct {
	// The path that the name of every secret starts with.
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
	// The platform's instance class.
	Class string `yaml:"class"`
	// The size of its storage.
	Storage Size `yaml:"storage"`
	// Whether there is a standby instance in another zone.
	MultiZone bool `yaml:"multiZone,omitempty"`
	// How long backups are kept, 1 to 35 days.
	Backups Duration `yaml:"backups,omitempty"`
	// An upgrade to another major version, on AWS. Once the database runs it, set version to it and remove this field.
	Upgrade *Upgrade `yaml:"upgrade,omitempty"`
}

// Upgrade is the step of a database to another major version, during which it
// is down for minutes. There is no way back but a backup.
type Upgrade struct {
	// The major version to upgrade to, in quotes.
	Version string `yaml:"version"`
	// When the platform upgrades: in the database's next maintenance window, which drover prints, or immediately.
	At string `yaml:"at,omitempty"`
}

// Backups are taken of every database once a day, and outlive it.
type Backups struct {
	// The time of day, in UTC and in quotes.
	At string `yaml:"at,omitempty"`
	// How long each backup is kept, in days. A vault lock protects backups from being deleted earlier by mistake.
	Keep Duration `yaml:"keep,omitempty"`
	// A vault to copy each backup to, ideally in another region or account.
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
	// Secrets that the workload can read, below the prefix; * matches the end of a name.
	Secrets []string `yaml:"secrets,omitempty"`
	// Databases in the spec that the workload can connect to.
	Databases []string `yaml:"databases,omitempty"`
	// Buckets that the workload can read and write.
	Buckets []string `yaml:"buckets,omitempty"`
	// Further permissions of the workload, on AWS.
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
	// The id of the workspace, such as T0123ABCD. Someone must sign in to it once from the account's chat client (Amazon Q Developer in chat applications).
	Workspace string `yaml:"workspace,omitempty"`
	// The id of the channel, such as C0123ABCD.
	Channel string `yaml:"channel,omitempty"`
	// A reference to the address of an incoming webhook.
	Webhook SecretRef `yaml:"webhook,omitempty"`
}

// PagerDuty is a PagerDuty service.
type PagerDuty struct {
	// A reference to the routing key of the service.
	RoutingKey SecretRef `yaml:"routingKey"`
	// The service region of the PagerDuty account.
	Region string `yaml:"region,omitempty"`
	// Increase it when the key in the vault has changed, so that it is read again.
	KeyVersion int `yaml:"keyVersion,omitempty"`
}

// Webhook is any other receiver.
type Webhook struct {
	// The https:// address to send alarms to, if it contains no secret. Requires key.
	Address string `yaml:"address,omitempty"`
	// A reference to the secret to send with each request to address.
	Key SecretRef `yaml:"key,omitempty"`
	// The header that carries the key. The key is its whole value.
	Header string `yaml:"header,omitempty"`
	// Increase it when the key in the vault has changed, so that it is read again.
	KeyVersion int `yaml:"keyVersion,omitempty"`
	// A reference to an address that is itself a secret.
	URL SecretRef `yaml:"url,omitempty"`
}

// SecretRef names where a secret is; a spec never holds one.
type SecretRef struct {
	// The environment variable with the secret, on the machine that runs drover.
	Env string `yaml:"env,omitempty"`
	// The name of the secret in the platform's vault, for messages that the platform itself sends, on AWS. Its text must be the secret and nothing else.
	Vault string `yaml:"vault,omitempty"`
}

// GitOps is the repository that says what runs inside every color. drover installs Argo CD in a new color, and waits for every Application before traffic moves.
type GitOps struct {
	// The https:// or ssh:// address of the repository.
	Repository string `yaml:"repository"`
	// The branch, tag or commit. {{color}} is replaced with blue or green.
	Revision string `yaml:"revision,omitempty"`
	// The directory in the repository for Argo CD's first Application. {{color}} is replaced with blue or green.
	Path string `yaml:"path,omitempty"`
	// Credentials for a private repository.
	Credentials *GitCredentials `yaml:"credentials,omitempty"`
	// The controllers that your repository installs. drover installs none of them, but creates the identities of those that call the platform. On AWS these are external-secrets and autoscaler: the Cluster Autoscaler (kube-system/cluster-autoscaler), or Karpenter (kube-system/karpenter).
	Components []string `yaml:"components,omitempty"`
}

// ColorMark stands for the color in gitops.path and gitops.revision.
const ColorMark = "{{color}}"

// GitCredentials are what Argo CD reads a private repository with: a token or password for https://, a private key for ssh://. The secret goes from the vault, or from drover's environment, to the cluster, and is kept nowhere else. Set either vault or env.
type GitCredentials struct {
	// The name of the secret in the platform's vault, on AWS. It must begin with the cluster's name or with services.secrets.prefix. Its text must be the secret and nothing else. drover reads it for every bootstrap.
	Vault string `yaml:"vault,omitempty" json:",omitzero"`
	// The environment variable with the secret, on the machine that runs drover.
	Env string `yaml:"env,omitempty"`
	// The user name, for https://. Default: git, which works for most tokens.
	Username string `yaml:"username,omitempty"`
}

// Bootstrap is what drover itself applies to every new color.
type Bootstrap struct {
	// Files with Kubernetes objects, or directories of such files (.yaml, .yml and .json, not recursive), relative to the directory of the spec. They must be in the same checkout and contain no secrets. drover applies them to a new color with server-side apply, and waits until every object is ready.
	Manifests []string `yaml:"manifests"`
	// What was read with the spec, in the order in which the spec names it.
	Files []Manifest `yaml:"-"`
}

// Rotation is how the active color is replaced.
type Rotation struct {
	// The age at which a cluster is due for replacement. drover status reports it, and drover rotate --if-older-than maxAge uses it.
	MaxAge Duration `yaml:"maxAge,omitempty"`
	// When a pipeline should start rotations: a cron expression with five fields, in the time zone of the window (UTC without one). drover is not a daemon; it only reports the next start.
	Schedule string `yaml:"schedule,omitempty"`
	// When a rotation, and each of its phases that changes the cloud or moves traffic, may start. A running phase always finishes, and a rollback needs no window.
	Window *Window `yaml:"window,omitempty"`
	// The checks to run before traffic moves. Default: the path / returns 200, twenty times.
	Verify []Check `yaml:"verify,omitempty"`
	// APIs that the new Kubernetes version no longer has, as group/version/resource, and that nothing uses any more, although the running cluster still reports a use.
	AcceptRemoved []string `yaml:"acceptRemoved,omitempty"`
	// How traffic moves from the old color to the new one.
	Traffic Traffic `yaml:"traffic,omitempty"`
	// The workloads that must never run in both colors at once. Default: none, so everything runs in both colors while both exist.
	Handover *Handover `yaml:"handover,omitempty" json:",omitzero"`
	// What becomes of the data on persistent volumes of the old color. A rotation is refused while a bound volume is not declared here: the new color starts without it.
	Volumes []VolumeData `yaml:"volumes,omitempty" json:",omitzero"`
	// How long the new color is watched while it has all traffic.
	Soak Duration `yaml:"soak,omitempty"`
	// How long the old color must see no new connection before it is destroyed.
	Quiet Duration `yaml:"quiet,omitempty"`
	// The rollback window: how long the old color is kept after the shift.
	KeepBlue Duration `yaml:"keepBlue,omitempty"`
	// The steps that wait for a person's approval. Default: none.
	Approvals []string `yaml:"approvals,omitempty"`
	// What happens when a check fails.
	OnFailure string `yaml:"onFailure,omitempty"`
}

// Handover is how workloads that must never run in both colors move from one to the other.
type Handover struct {
	// The workloads that run in one color at a time. The new color keeps them stopped until it has all traffic. Then they stop in the old color, and start in the new one once their pods and Jobs there have ended.
	Singletons []Singleton `yaml:"singletons"`
	// How long their pods and Jobs may take to end in one color, and to become ready in the other.
	Timeout Duration `yaml:"timeout,omitempty"`
}

// Singleton is a workload that runs in one color at a time.
type Singleton struct {
	// The kind of workload. Jobs of a CronJob finish in the color that started them.
	Kind string `yaml:"kind"`
	// The namespace and name, as namespace/name. namespace/* is every workload of that kind in the namespace.
	Name string `yaml:"name"`
}

// VolumeData declares what becomes of the data on some persistent volumes. The first item that covers a volume applies.
type VolumeData struct {
	// The namespace of the claims. Default: every namespace.
	Namespace string `yaml:"namespace,omitempty"`
	// The storage class of the volumes. Default: every class.
	StorageClass string `yaml:"storageClass,omitempty"`
	// external: the data is outside of the cluster, and the new color mounts the same. disposable: the data may be lost. migrated: your team copies it. drover copies no data and deletes no volume.
	Data string `yaml:"data"`
}

// Window is when a rotation may change anything.
type Window struct {
	// The days of the week on which the window opens. Default: every day.
	Days []string `yaml:"days,omitempty"`
	// When the window opens: hours and minutes, in quotes.
	From string `yaml:"from"`
	// When the window closes. A time before from is on the next day.
	To string `yaml:"to"`
	// The time zone, such as Europe/Amsterdam.
	Timezone string `yaml:"timezone,omitempty"`
}

// Traffic is how traffic moves from blue to green.
type Traffic struct {
	// The new color's share of the traffic after each step, in percent. The numbers must rise, and the last must be 100.
	Steps []int `yaml:"steps,omitempty"`
	// How long each step is watched.
	Interval Duration `yaml:"interval,omitempty"`
	// The TTL of the DNS records, at most an hour. On AWS it is 60 seconds, fixed by Route 53 for load balancers; a lower value is refused.
	TTL Duration `yaml:"ttl,omitempty"`
	// The platform's own health check of each color's host name. A color that does not respond loses its traffic, even while drover is not running. Default: port 443 accepts connections, for an ingress that is open to everyone.
	Health *HealthCheck `yaml:"health,omitempty"`
	// What happens if less than a quarter of a step's share arrives at the new color, by the new connections of both load balancers: hold the rotation for a person from half of the traffic on, only report it, or measure nothing. Default: hold.
	Arrival string `yaml:"arrival,omitempty" json:",omitzero"`
}

// HealthCheck is what the platform asks a color.
type HealthCheck struct {
	// Whether an open connection is enough, or a path must return 2xx or 3xx.
	Protocol string `yaml:"protocol,omitempty"`
	// The path to request with http or https. Default: /.
	Path string `yaml:"path,omitempty"`
	// The port to check. Default: 80 for http, otherwise 443.
	Port int `yaml:"port,omitempty"`
}

// Terraform chooses the engine that applies the roots.
type Terraform struct {
	// Terraform, or OpenTofu.
	Flavor string `yaml:"flavor,omitempty"`
	// The allowed versions.
	Version string `yaml:"version,omitempty"`
}
