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

variable "permissions_boundary" {
  description = "ARN of the IAM policy that bounds every role made here, or null for none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary))
    error_message = "permissions_boundary must be the ARN of an IAM policy, like arn:aws:iam::123456789012:policy/boundary."
  }
}
