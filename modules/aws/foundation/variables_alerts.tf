variable "alerts" {
  description = "Whether there is a topic for alerts, and alarms of NAT gateways and databases that go there."
  type        = bool
  default     = false
}
