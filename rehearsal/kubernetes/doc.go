// Package kubernetes runs a Kubernetes control plane on this machine (etcd, kube-apiserver, kube-controller-manager,
// kube-scheduler, and kwok, which plays nodes and their pods), with keys of its own, for one cluster of the rehearsal.
// It must never listen beyond loopback, never outlive its owner, and leaves neither a process nor a file behind.
package kubernetes
