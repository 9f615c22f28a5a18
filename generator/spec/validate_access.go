package spec

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

func (v *validator) state() {
	s := v.c.Spec.State
	if !oneIs(v, "spec.state.backend", s.Backend) {
		return
	}
	fields := []struct {
		name, value string
		form        form
		backends    []string
	}{
		{"bucket", s.Bucket, form{}, []string{"s3", "gcs"}},
		{"region", s.Region, form{}, []string{"s3"}},
		{"account", s.Account, storageAccount, []string{"azurerm"}},
		{"container", s.Container, blobContainer, []string{"azurerm"}},
		{"resourceGroup", s.ResourceGroup, resourceGroup, []string{"azurerm"}},
	}
	for _, f := range fields {
		path := "spec.state." + f.name
		uses := slices.Contains(f.backends, s.Backend)
		switch {
		case uses && f.value == "" && !v.silent(path):
			v.wrong("spec.state.backend", fmt.Sprintf("%s is missing: the backend %s needs it", path, s.Backend), fmt.Sprintf("add %s: …, beside backend: %s", f.name, s.Backend))
		case uses && f.name == "bucket":
			v.bucket(path, f.value, s.Backend == "s3")
		case uses && f.name == "region" && v.has(path):
			aws := *v // where the state is does not depend on where the cluster is
			aws.rules = awsRules
			aws.region(path, f.value)
		case uses:
			v.matches(path, f.value, f.form)
		case v.has(path):
			v.wrong(path, fmt.Sprintf("the backend %s has no %s", s.Backend, f.name), fmt.Sprintf("remove the line, or write backend: %s", oneOf(f.backends)))
		}
	}
}

var (
	bucketName     = form{lazily(`^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$`), "the name of a bucket, 3 to 63 lower-case letters, digits, dots and dashes", "acme-terraform-state"}
	storageAccount = form{lazily(`^[a-z0-9]{3,24}$`), "a storage account, 3 to 24 lower-case letters and digits", "acmetfstate"}
	blobContainer  = form{lazily(`^[a-z0-9]([a-z0-9-]{1,61}[a-z0-9])$`), "a blob container, 3 to 63 lower-case letters, digits and dashes", "tfstate"}
	resourceGroup  = form{lazily(`^[\p{L}\p{N}_.()-]{1,90}$`), "the name of a resource group", "terraform"}
)

var (
	// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
	notInS3 = lazily(`_|\.\.|^[0-9]+(\.[0-9]+){3}$|^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$`)
	// bucketIn finds a bucket's name in what names the bucket in another way.
	bucketIn = lazily(`^(?:s3://|gs://|arn:aws[a-z-]*:s3:::)([a-z0-9._-]+)`)
)

// bucket checks the name of a bucket; S3 takes fewer than other stores.
func (v *validator) bucket(path, name string, inS3 bool) {
	in := bucketIn.FindStringSubmatch(name)
	switch {
	case in != nil:
		v.wrong(path, fmt.Sprintf("%s %q is more than the name of a bucket", path, name), "write "+in[1])
	case v.matches(path, name, bucketName) && inS3 && notInS3.MatchString(name):
		v.wrong(path, fmt.Sprintf("%s %q is a name that S3 refuses: it has no _ and no two dots in a row, is no address, and begins and ends with nothing that S3 keeps for itself", path, name), "write it like "+bucketName.example)
	}
}

// sameHome checks that what an ARN names is where it can be used: in the
// cluster's region, if it is in any, and in its account.
func (v *validator) sameHome(path, arn string) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || v.silent(path) {
		return
	}
	region, account := parts[3], parts[4]
	s := v.c.Spec
	switch {
	case region != "" && s.Region != "" && region != s.Region && !v.silent("spec.region"):
		v.wrong(path, fmt.Sprintf("%s is in %s, and can be used in that region only", path, region), "name one in "+s.Region, v.where("spec.region"))
	case s.Account != "" && account != s.Account && v.rules.account.pattern.MatchString(account) && !v.silent("spec.account"):
		v.wrong(path, fmt.Sprintf("%s is in the account %s, and can be used there only", path, account), "name one in "+s.Account, v.where("spec.account"))
	}
}

func (v *validator) access() {
	a := v.c.Spec.Access
	if oneIs(v, "spec.access.api", a.API) {
		v.apiRanges(a)
	}
	if a.VPN != nil {
		v.matches("spec.access.vpn.serverCertificate", a.VPN.ServerCertificate, v.rules.vpnCert)
		v.sameHome("spec.access.vpn.serverCertificate", a.VPN.ServerCertificate)
		v.matches("spec.access.vpn.clientRootCertificate", a.VPN.ClientRootCertificate, v.rules.vpnCert)
		v.sameHome("spec.access.vpn.clientRootCertificate", a.VPN.ClientRootCertificate)
		v.vpnRoom(v.c.Spec.Network.CIDR)
	}
	v.runner(a.Runner)
	v.boundary(a.PermissionsBoundary)
	v.principals(a)
	v.teams(a)
	v.nodes()
}

// principals checks who is given access.
func (v *validator) principals(a Access) {
	const path = "spec.access."
	var all, at []string
	for _, list := range []struct {
		name string
		who  []string
	}{{"admins", a.Admins}, {"operators", a.Operators}, {"viewers", a.Viewers}} {
		for i, who := range list.who {
			all, at = append(all, who), append(at, fmt.Sprintf("%s%s[%d]", path, list.name, i))
			v.principal(at[len(at)-1], who)
		}
	}
	v.unique(all, "the principal", func(i int) string { return at[i] })
	switch {
	case !v.rules.closed && len(a.Operators) > 0:
		v.wrong(path+"operators", path+"operators is for AWS; on "+v.rules.name+" whoever runs drover is an admin", "name them in spec.access.admins, or remove the lines")
	case v.rules.closed && len(a.Admins) == 0:
		v.wrongUnlessAccepted("no-admins", path+"admins", "nobody is let into the cluster: spec.access.admins names no one, and whoever creates a cluster gets no right in it by that",
			fmt.Sprintf("name your own role: spec.access.admins: [%q]", v.rules.principal.example))
	}
}

// boundary checks the policy that bounds every role.
func (v *validator) boundary(policy string) {
	const path = "spec.access.permissionsBoundary"
	switch {
	case policy == "":
	case v.rules.boundary.pattern == nil:
		v.wrong(path, path+" is for AWS; "+v.rules.name+" has no such policies", "remove the line")
	default:
		v.matches(path, policy, v.rules.boundary)
		v.sameHome(path, policy)
	}
}

// vpnRoom checks that the network's subnets are large enough for a VPN.
func (v *validator) vpnRoom(cidr string) {
	p, err := netip.ParsePrefix(cidr)
	if most := v.rules.vpnRoom; err == nil && most > 0 && p.Bits() > most {
		v.wrong("spec.access.vpn", fmt.Sprintf("the subnets of %s are too small for a VPN, which on %s needs a network of /%d or larger", p, v.rules.name, most),
			fmt.Sprintf("write cidr: %s", netip.PrefixFrom(p.Addr(), most).Masked()), v.where("spec.network.cidr"))
	}
}

// apiRanges checks who reaches the Kubernetes API: a private one only private
// ranges, a restricted one also some public ones.
func (v *validator) apiRanges(a Access) {
	public := 0
	for i, text := range a.Allow {
		path := fmt.Sprintf("spec.access.allow[%d]", i)
		p, ok := v.cidr(path, text)
		if !ok || IsPrivate(p) {
			continue
		}
		public++
		if p.Bits() == 0 {
			v.wrong(path, "0.0.0.0/0 lets everyone on the internet reach the Kubernetes API, which drover never allows", "name the addresses of your office or VPN: 203.0.113.0/24")
		} else if a.API == "private" {
			v.wrong(path, fmt.Sprintf("%s is public, and nothing public reaches a private Kubernetes API", p), "write api: restricted, or remove it")
		} else if p.Bits() < 8 {
			v.unwise("open-api", path, fmt.Sprintf("%s lets a large part of the internet reach the Kubernetes API", p), "name the addresses of your office or VPN")
		}
	}
	v.unique(a.Allow, "the range", indexed("spec.access.allow"))
	v.atMost("spec.access.allow", public, v.rules.publicOf, "public ranges", "write larger ranges, or reach the API by a VPN")
	if a.API == "restricted" && public == 0 {
		v.wrong("spec.access.api", "a restricted API needs to know whom it is for: spec.access.allow names no public range", "add allow: [203.0.113.0/24], with your own addresses, or write api: private")
	}
}

var (
	assumedRole = lazily(`^arn:(aws[a-z-]*):sts::([0-9]{12}):assumed-role/([^/]+)/`)
	wildcard    = lazily(`\*`)
)

func (v *validator) principal(path, who string) {
	if v.rules.principal.pattern.MatchString(who) {
		return
	}
	help := "write it like " + v.rules.principal.example
	if m := assumedRole.FindStringSubmatch(who); m != nil {
		help = fmt.Sprintf("write arn:%s:iam::%s:role/%s, the role behind this session", m[1], m[2], m[3])
	} else if wildcard.MatchString(who) {
		help = "name each role by itself; a pattern would give access to roles that do not exist yet"
	}
	v.wrong(path, fmt.Sprintf("%s %q is not right: it has to be %s", path, who, v.rules.principal.is), help)
}

func (v *validator) ingress() {
	in := v.c.Spec.Ingress
	if in.Domain != "" {
		v.domain("spec.ingress.domain", in.Domain)
	}
	oneIs(v, "spec.ingress.zone", in.Zone)
	v.zoneID(in)
	oneIs(v, "spec.ingress.visibility", in.Visibility)
	v.sources("spec.ingress.allow", in.Allow, in.Visibility)
	v.tls(in.TLS)
	v.issuer()
	v.accessLogs(in)
	v.proxyProtocol("spec.ingress", in.ProxyProtocol)
	v.management(in)
}

// sources checks the ranges that may reach an ingress.
func (v *validator) sources(path string, allow []string, visibility string) {
	for i, text := range allow {
		at := fmt.Sprintf("%s[%d]", path, i)
		if p, err := netip.ParsePrefix(text); err == nil && p.Addr().Is6() && path == "spec.ingress.allow" {
			v.sourceOfIPv6(at, p, visibility)
			continue
		}
		v.cidr(at, text)
	}
	v.unique(allow, "the range", indexed(path))
	if allow != nil && len(allow) == 0 {
		v.wrong(path, path+" is empty: nobody could reach it", "name ranges, or remove the line for the default")
	}
	if visibility != "internal" {
		return
	}
	for i, text := range allow {
		if p, err := netip.ParsePrefix(text); err == nil && !IsPrivate(p) && p.Addr().Is4() {
			v.wrong(fmt.Sprintf("%s[%d]", path, i), fmt.Sprintf("%s is public, and nothing public reaches an internal ingress", p), "write visibility: public, or remove it")
		}
	}
}

var email = form{lazily(`^[^@\s]+@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$`), "an address that mail arrives at", "platform@example.com"}

func (v *validator) tls(t TLS) {
	if t == (TLS{}) && !v.has("spec.ingress.tls") {
		return
	}
	if t.Issuer == "" {
		v.wrong("spec.ingress.tls.issuer", "spec.ingress.tls.issuer is missing", "add issuer: letsencrypt or issuer: cloud")
		return
	}
	if t.Email != "" {
		v.matches("spec.ingress.tls.email", t.Email, email)
	}
	if !oneIs(v, "spec.ingress.tls.issuer", t.Issuer) {
		return
	}
	v.certificate(t)
	if t.Email == "" && t.Issuer == "letsencrypt" {
		v.wrong("spec.ingress.tls.email", "spec.ingress.tls.email is missing: Let's Encrypt writes to it before a certificate runs out", "add email: platform@example.com, with your own address")
	}
}

// certificate checks the certificate by which load balancers end TLS.
func (v *validator) certificate(t TLS) {
	const path = "spec.ingress.tls.certificate"
	switch {
	case t.Certificate == "":
	case v.rules.lbCert.pattern == nil:
		v.wrong(path, fmt.Sprintf("%s is for AWS; on %s what listens in the cluster ends TLS", path, v.rules.name), "remove the line")
	case t.Issuer != "cloud":
		v.wrong(path, fmt.Sprintf("a certificate in ACM is issued by the platform, not by %s", t.Issuer), "write issuer: cloud, or remove the certificate", v.where("spec.ingress.tls.issuer"))
	default:
		v.matches(path, t.Certificate, v.rules.lbCert)
		v.sameHome(path, t.Certificate)
	}
}

// proxyProtocol checks that there is a load balancer that speaks it.
func (v *validator) proxyProtocol(path string, asked bool) {
	if asked && v.rules.lbCert.pattern == nil {
		v.wrong(path+".proxyProtocol", fmt.Sprintf("%s.proxyProtocol is for AWS; on %s clients arrive with their own addresses", path, v.rules.name), "remove the line")
	}
}

func (v *validator) accessLogs(in Ingress) {
	const path = "spec.ingress.accessLogs"
	switch {
	case in.AccessLogs == nil:
	case v.rules.lbCert.pattern == nil:
		v.wrong(path, fmt.Sprintf("%s is for AWS; on %s the platform keeps such logs by itself", path, v.rules.name), "remove the lines")
	case in.TLS.Certificate == "":
		v.wrong(path, "a network load balancer logs only connections whose TLS it ends itself, and this one passes them on", "write tls: {issuer: cloud, certificate: …}, or remove the lines: the flow logs of the network show who came")
	case in.AccessLogs.Bucket != "":
		v.bucket(path+".bucket", in.AccessLogs.Bucket, true)
	}
}

var domainName = lazily(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$`)

var longLabel = lazily(`[^.]{64}`)

// domain checks a domain that has host names of drover's below it, and tells whether it is one.
func (v *validator) domain(path, domain string) bool {
	if domainName.MatchString(domain) && len(domain) <= 240 {
		return true
	}
	what, help := "names of lower-case letters, digits and dashes, with dots between", "write it like shop.example.com"
	if len(domain) > 240 || longLabel.MatchString(domain) {
		what, help = "each name in it has at most 63 characters, and all have 240, so that host names below it still fit", "write a shorter one"
	}
	if better := domainFrom(domain); better != domain && domainName.MatchString(better) {
		help = "write " + better
	}
	v.wrong(path, fmt.Sprintf("%s %q is not a domain: %s", path, domain, what), help)
	return false
}

// domainFrom takes away what people put around a domain.
func domainFrom(text string) string {
	text = strings.ToLower(strings.TrimSpace(text))
	if _, behind, ok := strings.Cut(text, "://"); ok {
		text = behind
	}
	text, _, _ = strings.Cut(text, "/")
	text, _, _ = strings.Cut(text, ":")
	return strings.Trim(strings.TrimPrefix(strings.ReplaceAll(text, "_", "-"), "*."), ".")
}
