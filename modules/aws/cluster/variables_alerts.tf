variable "alerts" {
  description = "Where alarms of this color's load balancer go: the ARN of an SNS topic. Null makes none."
  type = object({
    topic_arn = string
  })
  default = null

  validation {
    condition     = var.alerts == null || can(regex("^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:.+$", var.alerts.topic_arn))
    error_message = "alerts.topic_arn must be the ARN of an SNS topic, like arn:aws:sns:eu-west-1:123456789012:alarms."
  }
}
