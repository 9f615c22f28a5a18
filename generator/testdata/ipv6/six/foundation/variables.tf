# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:718ed8c3f4e524551097775452da2d9a5ef901395fa1804954db7052abc42624

variable "deletion_protection" {
  description = "Whether what holds data or traffic refuses to be deleted. drover says false, and applies that, right before it destroys this root."
  type        = bool
  default     = true
}
