variable "name" {
  description = "Name of the drover cluster. Every name in the account starts with it, so that two clusters never collide."
  type        = string

  validation {
    condition     = can(regex("^[a-z](-?[a-z0-9])+$", var.name)) && length(var.name) <= 40 && !startswith(var.name, "sg-")
    error_message = "name must be 2 to 40 lower-case letters, digits and single dashes, start with a letter, not end with a dash, and not start with sg-, which EC2 keeps for itself."
  }
}

variable "tags" {
  description = "Tags for every resource, beside the provider's default tags."
  type        = map(string)
  default     = {}
}

variable "deletion_protection" {
  description = "Whether the databases refuse to be deleted. Set it to false, and apply, before destroying this root."
  type        = bool
  default     = true
}

variable "control_plane_log_retention_days" {
  description = "Days that the logs of both colors' control planes are kept."
  type        = number
  default     = 90

  validation {
    # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.control_plane_log_retention_days)
    error_message = "control_plane_log_retention_days must be a period that CloudWatch Logs knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }
}

variable "permissions_boundary" {
  description = "ARN of the IAM policy that bounds every role made here, or null for none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary))
    error_message = "permissions_boundary must be the ARN of an IAM policy, like arn:aws:iam::123456789012:policy/boundary."
  }
}
