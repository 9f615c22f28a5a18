package backup

import (
	"fmt"
	"maps"
	"slices"
)

type vault struct {
	region, name  string
	members       document // of its description
	tags          map[string]string
	locked        document // how; nil is not at all
	lockedForGood float64  // when nobody can take the lock off any more, in seconds; 0 is never
	notifications document
}

func (s *Service) createVault(c *call) (document, error) {
	name := c.Path["backupVaultName"]
	arn := s.arn(c, "backup-vault", name)
	if s.vaults[arn] != nil {
		return nil, exists("Backup vault with the same name already exists")
	}
	key := c.In.Text("EncryptionKeyArn")
	if key == "" {
		key = "arn:aws:kms:" + c.Region + ":" + s.account + ":key/aws-backup" // AWS's own
	} else if err := s.checkKey(c, key); err != nil {
		return nil, err
	}
	v := &vault{region: c.Region, name: name, tags: tagsOf(c.In.Sub("BackupVaultTags")), members: document{"BackupVaultName": name,
		"BackupVaultArn": arn, "CreationDate": s.seconds(), "EncryptionKeyArn": key, "VaultType": "BACKUP_VAULT", "VaultState": "AVAILABLE"}}
	s.vaults[arn] = v
	return document{"BackupVaultName": name, "BackupVaultArn": arn, "CreationDate": v.members["CreationDate"]}, nil
}

func (s *Service) checkKey(c *call, key string) error {
	var out struct {
		Metadata struct {
			State string `json:"KeyState"`
		} `json:"KeyMetadata"`
	}
	err := s.moto(c.Region).JSON(c.Ctx, "kms", "TrentService", "DescribeKey", map[string]string{"KeyId": key}, &out)
	if err != nil || out.Metadata.State != "Enabled" {
		return invalid("The key %s cannot be used: it does not exist, or is not enabled", key)
	}
	return nil
}

// find finds the vault that a request's path names.
func (s *Service) find(c *call) (*vault, error) {
	name := c.Path["backupVaultName"]
	if v := s.vaults[s.arn(c, "backup-vault", name)]; v != nil {
		return v, nil
	}
	return nil, missing("backup vault %s", name)
}

func (v *vault) describe() document {
	d := maps.Clone(v.members)
	d["NumberOfRecoveryPoints"], d["Locked"] = 0, v.locked != nil
	maps.Copy(d, v.locked)
	if v.lockedForGood > 0 {
		d["LockDate"] = v.lockedForGood
	}
	return d
}

func (s *Service) describeVault(c *call) (document, error) {
	v, err := s.find(c)
	if err != nil {
		return nil, err
	}
	return v.describe(), nil
}

func (s *Service) listVaults(c *call) (document, error) {
	list := []document{}
	for _, arn := range slices.Sorted(maps.Keys(s.vaults)) {
		if v := s.vaults[arn]; v.region == c.Region {
			list = append(list, v.describe())
		}
	}
	return document{"BackupVaultList": list}, nil
}

func (s *Service) deleteVault(c *call) (document, error) {
	v, err := s.find(c)
	if err != nil {
		return nil, err
	}
	if s.isForGood(v) {
		return nil, notNow("Backup vault %s is locked, and cannot be deleted any more", v.name)
	}
	delete(s.vaults, v.members.Text("BackupVaultArn"))
	return document{}, nil
}

func (s *Service) isForGood(v *vault) bool {
	return v.lockedForGood > 0 && s.seconds() >= v.lockedForGood
}

const (
	day           = 24 * 60 * 60 // seconds
	longestKept   = 36500        // days
	shortestGrace = 3            // days in which a lock for good can still be taken off
)

func (s *Service) lock(c *call) (document, error) {
	v, err := s.find(c)
	if err != nil {
		return nil, err
	}
	least, most, changeable := c.In.Number("MinRetentionDays"), c.In.Number("MaxRetentionDays"), c.In.Number("ChangeableForDays")
	switch {
	case s.isForGood(v):
		return nil, notNow("The lock of %s cannot be changed any more", v.name)
	case c.In["MinRetentionDays"] != nil && least < 1:
		return nil, invalid("MinRetentionDays is 1 at least, not %d", least)
	case most > longestKept:
		return nil, invalid("MaxRetentionDays is %d at most, not %d", longestKept, most)
	case most > 0 && least > most:
		return nil, invalid("MinRetentionDays, %d, is more than MaxRetentionDays, %d", least, most)
	case c.In["ChangeableForDays"] != nil && changeable < shortestGrace:
		return nil, invalid("ChangeableForDays is %d at least, not %d", shortestGrace, changeable)
	}
	v.locked, v.lockedForGood = document{}, 0
	for _, key := range []string{"MinRetentionDays", "MaxRetentionDays"} {
		if n := c.In[key]; n != nil {
			v.locked[key] = n
		}
	}
	if changeable > 0 {
		v.lockedForGood = s.seconds() + float64(changeable*day)
	}
	return document{}, nil
}

func (s *Service) unlock(c *call) (document, error) {
	v, err := s.find(c)
	if err != nil {
		return nil, err
	}
	if s.isForGood(v) {
		return nil, notNow("The lock of %s cannot be taken off any more", v.name)
	}
	v.locked, v.lockedForGood = nil, 0
	return document{}, nil
}

func (s *Service) notify(c *call) (document, error) {
	v, err := s.find(c)
	if err != nil {
		return nil, err
	}
	topic := c.In.Text("SNSTopicArn")
	there, err := s.moto(c.Region).HasTopic(c.Ctx, topic)
	if err != nil {
		return nil, fmt.Errorf("look up the topic that %s tells: %w", v.name, err)
	}
	if !there {
		return nil, invalid("The topic %s does not exist, or AWS Backup may not publish to it", topic)
	}
	v.notifications = document{"BackupVaultName": v.name, "BackupVaultArn": v.members["BackupVaultArn"], "SNSTopicArn": topic, "BackupVaultEvents": c.In["BackupVaultEvents"]}
	return document{}, nil
}

func (s *Service) notifications(c *call) (document, error) {
	v, err := s.find(c)
	if err != nil {
		return nil, err
	}
	if v.notifications == nil {
		return nil, missing("notification of backup vault %s", v.name)
	}
	return v.notifications, nil
}

func (s *Service) notifyNobody(c *call) (document, error) {
	v, err := s.find(c)
	if err != nil {
		return nil, err
	}
	v.notifications = nil
	return document{}, nil
}

// listRecoveryPoints is always empty: no backup is taken.
func (s *Service) listRecoveryPoints(c *call) (document, error) {
	_, err := s.find(c)
	return document{"RecoveryPoints": []document{}}, err
}
