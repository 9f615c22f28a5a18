variable "api" {
  description = "Who reaches the Kubernetes API: \"private\" has no public endpoint; \"restricted\" adds one for the ranges in allow. The private endpoint always exists."
  type = object({
    access = optional(string, "private")
    allow  = optional(list(string), [])
  })
  default = {}

  validation {
    condition     = contains(["private", "restricted"], var.api.access)
    error_message = "api.access must be \"private\" or \"restricted\"."
  }

  validation {
    condition     = var.api.access != "restricted" || length(var.api.allow) > 0
    error_message = "api.allow must name the ranges that may reach a restricted API."
  }

  validation {
    condition     = alltrue([for range in var.api.allow : can(cidrnetmask(range)) && !endswith(range, "/0")])
    error_message = "api.allow must hold IPv4 ranges like 203.0.113.0/24, and never the whole internet."
  }
}

variable "allow_api_from" {
  description = "Private ranges that reach the API's private endpoint, beside the nodes: the VPC, VPN clients, offices."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for range in var.allow_api_from : can(cidrnetmask(range)) && !endswith(range, "/0")])
    error_message = "allow_api_from must hold IPv4 ranges like 10.90.0.0/22."
  }
}

variable "admins" {
  description = "ARNs of the IAM roles or users that administer the cluster."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.admins : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(role|user)/.+$", arn))])
    error_message = "admins must be ARNs of IAM roles or users, like arn:aws:iam::123456789012:role/platform-admin."
  }

  validation {
    condition     = length(distinct(var.admins)) == length(var.admins)
    error_message = "admins must name everyone once."
  }
}

variable "operators" {
  description = "ARNs of the IAM roles or users that run drover, and are no admins. They may look at everything, secrets included, and are of the Kubernetes group drover, for which RBAC in the cluster allows what a rotation deletes."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.operators : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(role|user)/.+$", arn))])
    error_message = "operators must be ARNs of IAM roles or users, like arn:aws:iam::123456789012:role/drover."
  }

  validation {
    condition     = length(distinct(concat(var.operators, var.admins))) == length(concat(var.operators, distinct(var.admins)))
    error_message = "operators must name everyone once, and nobody who is an admin: EKS has one entry for a principal."
  }
}

variable "viewers" {
  description = "ARNs of the IAM roles or users that may look at everything but secrets."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.viewers : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(role|user)/.+$", arn))])
    error_message = "viewers must be ARNs of IAM roles or users, like arn:aws:iam::123456789012:role/developer."
  }

  validation {
    condition     = length(distinct(concat(var.viewers, var.admins, var.operators))) == length(concat(var.viewers, distinct(concat(var.admins, var.operators))))
    error_message = "viewers must name everyone once, and nobody who is an admin or an operator: EKS has one entry for a principal."
  }
}

variable "teams" {
  description = "Who may do something in some namespaces: the ARN of an IAM role or user, view, edit or admin, and the namespaces, in whose names * stands for any part. A viewer or an operator may be here too, and whoever has several roles is here several times."
  type = list(object({
    principal  = string
    role       = string
    namespaces = list(string)
  }))
  default = []

  validation {
    condition     = alltrue([for team in var.teams : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(role|user)/.+$", team.principal)) && contains(["view", "edit", "admin"], team.role)])
    error_message = "teams: principal must be the ARN of an IAM role or user, and role view, edit or admin."
  }

  validation {
    condition     = alltrue([for team in var.teams : length(team.namespaces) > 0 && !contains(team.namespaces, "*") && alltrue([for namespace in team.namespaces : can(regex("^[a-z0-9*]([-a-z0-9*]{0,61}[a-z0-9*])?$", namespace))])])
    error_message = "teams: namespaces must name one at least, and not all of them by \"*\"."
  }

  validation {
    condition     = length(distinct([for team in var.teams : "${team.principal}:${team.role}"])) == length(var.teams) && length(setintersection([for team in var.teams : team.principal], var.admins)) == 0
    error_message = "teams must name each role of a principal once, and no admin: EKS associates a policy with a principal once."
  }
}

variable "identities" {
  description = "Workload identities by name: the IAM role that pods of a service account get through EKS Pod Identity."
  type = map(object({
    role_arn        = string
    namespace       = string
    service_account = string
  }))
  default = {}

  validation {
    condition     = alltrue([for identity in values(var.identities) : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/.+$", identity.role_arn))])
    error_message = "identities: role_arn must be the ARN of an IAM role, like arn:aws:iam::123456789012:role/checkout."
  }

  validation {
    condition     = length(distinct([for identity in values(var.identities) : "${identity.namespace}/${identity.service_account}"])) == length(var.identities)
    error_message = "identities: a service account has one role; name each namespace and service_account once."
  }
}

variable "pull_through_prefixes" {
  description = "Prefixes of the registry's pull-through caches, by upstream registry; the nodes may fill these and no others."
  type        = map(string)
  default     = {}
}

variable "node_sessions" {
  description = "Whether sessions can be opened on nodes by AWS Systems Manager. The nodes have to reach the services ssm and ssmmessages."
  type        = bool
  default     = true
}
