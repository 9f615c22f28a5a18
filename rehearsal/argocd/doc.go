// Package argocd runs Argo CD's own programs beside a rehearsal's cluster. There, kwok plays the pods of Argo CD's workloads,
// which run nothing; this package starts each program when its workload is ready and stops it when its workload is scaled
// to zero or gone, so that what the orchestrator installs, waits for and takes away decides what happens. A program gets
// the token of its workload's own service account. The package must never install Argo CD itself, never give a program more
// rights than the manifests do, and never listen on an address that is not loopback.
package argocd
