package main

import (
	"strings"
	"time"
)

// name of the cluster. It is the same in each run, so that drover's lease keeps two runs apart, and a run finds what an
// earlier one left behind.
const name = "drover-real"

// waits are those of the rotation, and what is checked before traffic moves.
type waits struct {
	interval, ttl, soak, quiet, keep time.Duration
	lease                            time.Duration // after which nobody is taken to drive any more
	look                             time.Duration // between two looks for what is left
	verify                           string
}

// realWaits are the shortest that say something on AWS: its metrics come by the minute, and alias records live for one.
// In an empty cluster nothing listens on the node ports, so that nodes and system pods are what can be checked.
var realWaits = waits{
	interval: time.Minute, ttl: time.Minute, soak: 3 * time.Minute, quiet: 3 * time.Minute, keep: 5 * time.Minute, lease: 90 * time.Second, look: time.Minute,
	verify: "{kubernetes: {nodesReady: all, namespaces: [kube-system], timeout: 10m}}",
}

// Two versions, so that the rotation is one.
const (
	firstVersion  = "1.35"
	secondVersion = "1.36"
)

// template is the smallest cluster that is whole: two zones, one NAT gateway, two small nodes.
const template = `apiVersion: drover/v1
kind: Cluster
metadata: {name: NAME, labels: {purpose: drover-real-test}}
spec:
  platform: aws
  region: REGION
  account: "ACCOUNT"
  kubernetes: {version: "VERSION", logs: [audit], logRetention: 1d}
  state: {backend: s3, bucket: BUCKET, region: REGION}
  network: {cidr: 10.213.0.0/16, zones: 2, nat: single, endpoints: [s3], flowLogs: {retention: 1d}}
  access: {api: restricted, allow: [FROM], admins: ["ADMIN"]}
  ingress: {domain: DOMAIN, zone: adopt}
  nodePools: [{name: general, machines: [t3.large, m5.large], min: 2, max: 2, disk: 20Gi}]
  rotation:
    verify: [VERIFY]
    traffic: {steps: [50, 100], interval: INTERVAL, ttl: TTL}
    soak: SOAK
    quiet: QUIET
    keepBlue: KEEP
    approvals: []
    onFailure: rollback
ACCEPT`

// specText is the spec at a version of Kubernetes.
func specText(o told, w waits, version string) string {
	accept := ""
	if w.ttl < time.Minute { // in a simulated account; on AWS the records of load balancers have a minute
		accept = "  accept: [{warning: short-ttl, reason: a simulated account has no resolver that keeps records for longer}]\n"
	}
	return strings.NewReplacer("ACCEPT", accept, "NAME", name, "REGION", o.region, "ACCOUNT", o.account, "BUCKET", o.bucket, "FROM", o.from.String(),
		"ADMIN", o.admin, "DOMAIN", o.domain, "VERSION", version, "VERIFY", w.verify, "INTERVAL", w.interval.String(), "TTL", w.ttl.String(),
		"SOAK", w.soak.String(), "QUIET", w.quiet.String(), "KEEP", w.keep.String()).Replace(template)
}
