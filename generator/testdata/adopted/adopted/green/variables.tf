# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:1292fe93c4655be36d3c50b96e68942548fed6064bc84b98cdf2ba9bc7a05daf

variable "deletion_protection" {
  description = "Whether what holds data or traffic refuses to be deleted. drover says false, and applies that, right before it destroys this root."
  type        = bool
  default     = true
}

variable "origin" {
  description = "Tags that say what this color was built by: its rotation, and the revision of its files. drover writes them to origin.auto.tfvars.json."
  type        = map(string)
  default     = {}
}
