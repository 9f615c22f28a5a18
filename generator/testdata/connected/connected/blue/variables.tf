# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:1aefbe4b9d26bb8ba397a5efe938a33b9ad9f893723c861b4fc39fbf968a718a

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

variable "addon_versions" {
  description = "Versions of add-ons that the spec says none of, which the platform recommended on the day on which this color was built. drover writes them to versions.auto.tfvars.json. Without one an add-on has the version that is in main.tf."
  type        = map(string)
  default     = {}
}

variable "node_images" {
  description = "Releases of the platform's own node images, by kind of image, which it recommended on the day on which this color was built. drover writes them to versions.auto.tfvars.json. Without one a node group starts from the newest when it is made."
  type        = map(string)
  default     = {}
}
