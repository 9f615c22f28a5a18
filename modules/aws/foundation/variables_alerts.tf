variable "alerts" {
  description = "Whether there is a topic for alerts, and alarms of NAT gateways and databases that go there."
  type        = bool
  default     = false
}

variable "alert_receivers" {
  description = "Who is told of alarms, beside the topic's own subscribers. slack: a workspace that the account's chat client is signed in to, and a channel. pagerduty: the secret that holds the routing key, and the service region (us or eu). webhook: an https:// address that says no secret, and the secret that is sent in a header. Secrets are names in Secrets Manager; count key_version up to have a changed one read."
  type = object({
    slack = optional(object({
      workspace = string
      channel   = string
    }))
    pagerduty = optional(object({
      secret      = string
      region      = optional(string, "us")
      key_version = optional(number, 1)
    }))
    webhook = optional(object({
      url         = string
      secret      = string
      header      = optional(string, "Authorization")
      key_version = optional(number, 1)
    }))
  })
  default = {}

  validation {
    condition     = var.alerts || alltrue([for receiver in values(var.alert_receivers) : receiver == null])
    error_message = "alert_receivers are told of alarms, which need alerts = true."
  }

  validation {
    condition     = var.alert_receivers.slack == null ? true : can(regex("^T[0-9A-Z]{5,}$", var.alert_receivers.slack.workspace)) && can(regex("^[CG][0-9A-Z]{5,}$", var.alert_receivers.slack.channel))
    error_message = "alert_receivers.slack: workspace and channel must be ids, like T0123ABCD and C0123ABCD, which Slack shows in its links."
  }

  validation {
    condition     = var.alert_receivers.pagerduty == null ? true : contains(["us", "eu"], var.alert_receivers.pagerduty.region)
    error_message = "alert_receivers.pagerduty: region must be \"us\" or \"eu\"."
  }

  validation {
    condition     = alltrue([for receiver in [var.alert_receivers.pagerduty, var.alert_receivers.webhook] : receiver == null ? true : can(regex("^[A-Za-z0-9/_+=.@-]{1,512}$", receiver.secret))])
    error_message = "alert_receivers: secret must be the name of a secret in Secrets Manager, like shop-prod/alerts/pagerduty. It is never the secret itself."
  }

  validation {
    # What is in the address is in the state. A token behind ? or before @ belongs in the secret.
    condition     = var.alert_receivers.webhook == null ? true : can(regex("^https://[a-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?$", var.alert_receivers.webhook.url))
    error_message = "alert_receivers.webhook: url must be an https:// address without a query, a user or a password: what it says is in Terraform's state."
  }

  validation {
    condition     = var.alert_receivers.webhook == null ? true : can(regex("^[A-Za-z0-9-]{1,64}$", var.alert_receivers.webhook.header))
    error_message = "alert_receivers.webhook: header must be the name of an HTTP header, like Authorization."
  }
}
