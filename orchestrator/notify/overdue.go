package notify

import (
	"fmt"
	"time"

	"drover/generator/spec"
)

func overdueKey(cluster string) string { return cluster + "/overdue" }

// Overdue tells that the active color is older than the spec's rotation.maxAge. No record says so, so that it is told by who
// asks, at most once a day.
func Overdue(cluster, active, age string, most spec.Duration, rotate string, now time.Time) Message {
	return Message{
		ID: "overdue." + now.UTC().Format("20060102"), On: spec.OnOverdue, Cluster: cluster, Time: now, Key: overdueKey(cluster),
		Title: fmt.Sprintf("%s: %s is %s old, and overdue for a rotation", cluster, active, age),
		Text:  fmt.Sprintf("The spec's rotation.maxAge is %s.", most),
		Next:  "Run " + rotate + ".",
	}.bounded()
}
