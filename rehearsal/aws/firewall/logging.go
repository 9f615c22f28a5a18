package firewall

import "reflect"

func (s *Service) describeLogging(c *call) (document, error) {
	r, err := s.findFirewall(c)
	if err != nil {
		return nil, err
	}
	return s.loggingOf(r), nil
}

func (s *Service) loggingOf(r *resource) document {
	configs := r.logging
	if configs == nil {
		configs = []document{}
	}
	return document{"FirewallArn": r.arn, "FirewallName": r.name, "LoggingConfiguration": document{"LogDestinationConfigs": configs}}
}

// updateLogging takes one change at a time, as the service does: one destination added, removed or changed.
func (s *Service) updateLogging(c *call) (document, error) {
	r, err := s.findFirewall(c)
	if err != nil {
		return nil, err
	}
	wanted := c.In.Sub("LoggingConfiguration").List("LogDestinationConfigs")
	byType := map[string]bool{}
	for _, config := range wanted {
		kind := config.Text("LogType")
		if byType[kind] {
			return nil, invalid("There is more than one destination for %s", kind)
		}
		byType[kind] = true
		if key := destinationKeys[config.Text("LogDestinationType")]; config.Sub("LogDestination").Text(key) == "" {
			return nil, invalid("A destination of type %s needs %s", config.Text("LogDestinationType"), key)
		}
	}
	if changes(r.logging, wanted) > 1 {
		return nil, invalid("Only one destination can be added, removed or changed in one call")
	}
	r.logging = wanted
	return s.loggingOf(r), nil
}

// destinationKeys name what says where the logs go.
var destinationKeys = map[string]string{"CloudWatchLogs": "logGroup", "S3": "bucketName", "KinesisDataFirehose": "deliveryStream"}

// changes counts what is different, by the type of the logs.
func changes(before, after []document) int {
	was, is := byLogType(before), byLogType(after)
	n := 0
	for kind, config := range was {
		if !reflect.DeepEqual(config, is[kind]) {
			n++
		}
	}
	for kind := range is {
		if was[kind] == nil {
			n++
		}
	}
	return n
}

func byLogType(list []document) map[string]document {
	m := map[string]document{}
	for _, config := range list {
		m[config.Text("LogType")] = config
	}
	return m
}
