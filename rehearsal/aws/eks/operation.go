package eks

// upgradePolicy says what EKS does at the end of the standard support of a version.
type upgradePolicy struct {
	Support string `json:"supportType"`
}

func (p upgradePolicy) check() error {
	switch p.Support {
	case "", "STANDARD", "EXTENDED":
		return nil
	}
	return refuse(invalidParameter, "The supportType %q is none of STANDARD, EXTENDED", p.Support)
}

// checkOperation refuses what EKS does: no cluster leaves extended support while its version is in it
// (https://docs.aws.amazon.com/eks/latest/userguide/disable-extended-support.html), and a change has to say something.
func (cl *cluster) checkOperation(key string, in object) error {
	if key == "zonalShiftConfig" {
		if _, said := in["enabled"].(bool); !said {
			return refuse(invalidParameter, "zonalShiftConfig does not say whether it is enabled")
		}
		return nil
	}
	to := in.text("supportType")
	if err := (upgradePolicy{to}).check(); err != nil {
		return err
	}
	if to != "STANDARD" || cl.overlay.sub("upgradePolicy").text("supportType") == "STANDARD" {
		return nil
	}
	for _, v := range offeredVersions {
		if v.minor == cl.version && v.status == "EXTENDED_SUPPORT" {
			return refuse(invalidRequest, "Cluster %s at %s is in extended support, and its upgrade policy cannot become STANDARD", cl.name, cl.version)
		}
	}
	return nil
}
