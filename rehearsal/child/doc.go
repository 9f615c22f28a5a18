// Package child runs one helper process that must not outlive its owner: it has a process group of its own, and
// the whole group is killed and waited for at Stop. It must never signal a process that it did not start itself,
// or one whose start time differs from the recorded one: a process id alone proves nothing.
package child
