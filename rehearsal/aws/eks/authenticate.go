package eks

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"

	"drover/rehearsal/aws/eks/token"
)

// caller is whom STS says that an access key belongs to.
type caller struct {
	ARN       string `xml:"GetCallerIdentityResult>Arn"`
	ID        string `xml:"GetCallerIdentityResult>UserId"`
	Account   string `xml:"GetCallerIdentityResult>Account"`
	principal string // what an access entry for the caller names, but for the path of a role
	session   string // of an assumed role
}

// whoIs asks the simulated STS.
func (s *Service) whoIs(ctx context.Context, region, accessKey string) (caller, error) {
	sts := *s.moto(region)
	sts.AccessKey = accessKey
	var c caller
	if err := sts.Query(ctx, "sts", "2011-06-15", "GetCallerIdentity", url.Values{}, &c); err != nil {
		return c, fmt.Errorf("ask STS whose access key %s is: %w", accessKey, err)
	}
	c.principal, c.session = principalOf(c.ARN)
	return c, nil
}

// principalOf is the IAM principal behind an ARN of STS: a role for a session of it.
func principalOf(arn string) (principal, session string) {
	m := regexp.MustCompile(`^(arn:[a-z-]+):sts::(\d{12}):(assumed-role|user)/(.+)$`).FindStringSubmatch(arn)
	if m == nil {
		return arn, ""
	}
	if m[3] == "user" { // moto's, for a key that nobody was given
		return m[1] + ":iam::" + m[2] + ":user/" + m[4], ""
	}
	role, session, _ := strings.Cut(m[4], "/")
	return m[1] + ":iam::" + m[2] + ":role/" + role, session
}

// entryOf finds the access entry of a principal. STS tells of a role only its name, which is one in an account,
// whatever its path. The caller holds the lock.
func (cl *cluster) entryOf(principal string) *accessEntry {
	if cl.mode() == "CONFIG_MAP" {
		return nil // the aws-auth ConfigMap is not simulated
	}
	if entry := cl.entries[principal]; entry != nil {
		return entry
	}
	for _, entry := range cl.entries {
		m := principalARN().FindStringSubmatch(entry.principal)
		if m != nil && m[1] == "role" && strings.HasSuffix(principal, ":role/"+m[2]) && accountOf(principal) == accountOf(entry.principal) {
			return entry
		}
	}
	return nil
}

func accountOf(arn string) string {
	if parts := strings.Split(arn, ":"); len(parts) > 4 {
		return parts[4]
	}
	return ""
}

// authenticate says who shows a token to a cluster, as EKS does: the token is good, and the one who signed it has an
// access entry.
func (s *Service) authenticate(ctx context.Context, region, name, text string) (*user, error) {
	v := token.Verifier{Hosts: isSTS, Secret: s.planes.Secret, Now: s.now}
	signer, err := v.Verify(ctx, text, name)
	if err != nil {
		return nil, err
	}
	who, err := s.whoIs(ctx, signer.Region, signer.AccessKey)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	cl := s.clusters[clusterKey{region, name}]
	if cl == nil {
		return nil, fmt.Errorf("there is no cluster %s in %s", name, region)
	}
	entry := cl.entryOf(who.principal)
	if entry == nil || entry.kind != "STANDARD" {
		return nil, fmt.Errorf("%s has no access entry in cluster %s", who.principal, name)
	}
	username := strings.NewReplacer("{{SessionName}}", sessionName(who.session), "{{SessionNameRaw}}", who.session,
		"{{AccountID}}", who.Account).Replace(entry.username)
	return &user{Username: username, UID: "aws-iam-authenticator:" + who.Account + ":" + who.ID, Groups: append([]string{}, entry.groups...),
		Extra: map[string][]string{"arn": {who.ARN}, "canonicalArn": {entry.principal}, "sessionName": {who.session},
			"accessKeyId": {signer.AccessKey}, "principalId": {who.ID}}}, nil
}

// sessionName replaces what may not be in a user name, as aws-iam-authenticator does.
func sessionName(session string) string { return strings.ReplaceAll(session, "@", "-") }

// isSTS takes AWS' hosts and the simulated account's: a client that is pointed at that signs for it. Neither is called
// by the address in a token.
func isSTS(host string) bool {
	if regexp.MustCompile(`^sts(\.[a-z0-9-]+)?\.amazonaws\.com(\.cn)?$`).MatchString(host) {
		return true
	}
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
