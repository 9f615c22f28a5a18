package eks

import "time"

// Take has clusters and node groups that are created from now on become ACTIVE only after a time, as on AWS, where it
// is minutes. It is called before Serve.
func (s *Service) Take(d time.Duration) { s.takes = d }

// due is when what is created now is ready at the earliest.
func (s *Service) due() time.Time { return s.now().Add(s.takes) }

// hold says in a description that something is still being made.
func (s *Service) hold(described object, due time.Time) {
	if described.text("status") == "ACTIVE" && s.now().Before(due) {
		described["status"] = "CREATING"
	}
}

// checkDue refuses what EKS only does to a cluster that is ready.
func (s *Service) checkDue(cl *cluster) error {
	if s.now().Before(cl.due) {
		return refuse(invalidRequest, "Cluster '%s' is not in ACTIVE status", cl.name)
	}
	return nil
}
