variable "backup" {
  description = "Daily backups of the databases in a vault of their own, or null for none beside those of RDS: the time of day (UTC), how many days they are kept, and the ARN of a vault, best of another region or account, that they are copied to."
  type = object({
    time      = optional(string, "03:00")
    keep_days = optional(number, 35)
    copy_to   = optional(string)
  })
  default = null

  validation {
    condition     = var.backup == null ? true : can(regex("^([01][0-9]|2[0-3]):[0-5][0-9]$", var.backup.time))
    error_message = "backup.time must be hours and minutes, like 03:00."
  }

  validation {
    condition     = var.backup == null ? true : var.backup.keep_days >= 1 && var.backup.keep_days <= 36500 && floor(var.backup.keep_days) == var.backup.keep_days
    error_message = "backup.keep_days must be a whole number of days from 1 to 36500."
  }

  validation {
    condition     = try(var.backup.copy_to, null) == null ? true : can(regex("^arn:[a-z-]+:backup:[a-z0-9-]+:[0-9]{12}:backup-vault:[A-Za-z0-9_-]{2,50}$", var.backup.copy_to))
    error_message = "backup.copy_to must be the ARN of a backup vault, like arn:aws:backup:eu-central-1:123456789012:backup-vault:copies."
  }
}
