variable "alerts" {
  description = "Where alarms of this color's load balancer go: the ARN of an SNS topic. Null makes none."
  type = object({
    topic_arn = string
  })
  default = null
}
