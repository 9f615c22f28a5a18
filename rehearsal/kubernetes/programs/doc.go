// Package programs finds the programs of a Kubernetes control plane on this machine: etcd, kube-apiserver,
// kube-controller-manager, kube-scheduler, and kwok, which plays the nodes; kubectl is with them. What is not there is downloaded, or built
// from Go modules, once, into the user's cache directory. It must never run a program that was downloaded without a
// checksum that matched, and never write outside that directory.
package programs
