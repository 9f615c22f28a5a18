// Package singleton stops and starts workloads that may run in one color at a time. What stops them is an admission policy of
// the cluster, which denies their pods and Jobs whoever asks for them; that they are suspended or have no replicas, too, is so
// that an agent sees them healthy.
//
// It must never take a color that it could not ask for one in which nothing runs, or start what it did not stop.
package singleton
