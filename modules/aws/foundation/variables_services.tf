variable "registry" {
  description = "Container registry: repositories of the cluster's own images, and upstream registries that are pulled through a cache (ecr-public, kubernetes, quay, docker-hub, github or gitlab). logins: for each of the last three, the name of the secret in Secrets Manager that holds username and accessToken. It begins with ecr-pullthroughcache/, and only its ARN is used here."
  type = object({
    repositories = optional(list(string), [])
    pull_through = optional(list(string), [])
    logins       = optional(map(string), {})
  })
  default = {}

  validation {
    condition     = alltrue([for repository in var.registry.repositories : can(regex("^[a-z0-9]+([._/-][a-z0-9]+)*$", repository))])
    error_message = "registry.repositories must be lower-case names like \"checkout\" or \"shop/checkout\"."
  }

  validation {
    condition     = alltrue([for upstream in var.registry.pull_through : contains(["docker-hub", "ecr-public", "github", "gitlab", "kubernetes", "quay"], upstream)])
    error_message = "registry.pull_through may hold \"docker-hub\", \"ecr-public\", \"github\", \"gitlab\", \"kubernetes\" and \"quay\"."
  }

  validation {
    # https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
    condition     = toset(keys(var.registry.logins)) == setintersection(var.registry.pull_through, ["docker-hub", "github", "gitlab"])
    error_message = "registry.logins must name a secret for each of \"docker-hub\", \"github\" and \"gitlab\" that pull_through holds, and for no other."
  }

  validation {
    # https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-rule.html
    condition     = alltrue([for secret in values(var.registry.logins) : can(regex("^ecr-pullthroughcache/[A-Za-z0-9/_+=.@-]{1,491}$", secret))])
    error_message = "registry.logins must be names of secrets that begin with ecr-pullthroughcache/, which ECR demands, like ecr-pullthroughcache/docker-hub. They are never the secrets themselves."
  }
}

variable "databases" {
  description = "Managed databases, by name; they outlive every cluster. engine is postgres or mysql, storage_gib the first size (it grows to twice as much by itself), backup_days how long a point in time can be restored. upgrade is a step to another major version: in the next maintenance window, or now; version stays as it is until the database runs the other one, which is then written as version, without upgrade."
  type = map(object({
    engine      = string
    version     = string
    class       = string
    storage_gib = number
    multi_zone  = optional(bool, true)
    backup_days = optional(number, 14)
    upgrade = optional(object({
      version = string
      at      = optional(string, "window")
    }))
  }))
  default = {}

  validation {
    condition     = alltrue([for name in keys(var.databases) : can(regex("^[a-z]([a-z0-9]|-[a-z0-9]){0,21}$", name))])
    error_message = "databases must be named by at most 22 lower-case letters, digits and single dashes, starting with a letter."
  }

  validation {
    condition     = alltrue([for database in values(var.databases) : contains(["postgres", "mysql"], database.engine)])
    error_message = "databases: engine must be \"postgres\" or \"mysql\"."
  }

  validation {
    condition     = alltrue([for database in values(var.databases) : database.engine != "mysql" || can(regex("^[0-9]+\\.[0-9]+", database.version))])
    error_message = "databases: the version of mysql has two numbers at least, like \"8.4\"."
  }

  validation {
    condition     = alltrue([for database in values(var.databases) : database.upgrade == null ? true : contains(["window", "now"], database.upgrade.at) && (database.engine != "mysql" || can(regex("^[0-9]+\\.[0-9]+", database.upgrade.version)))])
    error_message = "databases: upgrade.at must be \"window\" or \"now\", and the version of mysql has two numbers at least."
  }

  validation {
    condition     = alltrue([for database in values(var.databases) : startswith(database.class, "db.")])
    error_message = "databases: class must be an RDS instance class like \"db.r7g.large\"."
  }

  validation {
    condition     = alltrue([for database in values(var.databases) : database.storage_gib >= 20 && database.storage_gib <= 32768])
    error_message = "databases: storage_gib must be between 20 and 32768, the bounds of a gp3 volume of RDS."
  }

  validation {
    condition     = alltrue([for database in values(var.databases) : database.backup_days >= 1 && database.backup_days <= 35])
    error_message = "databases: backup_days must be between 1 and 35, which is the most that RDS keeps."
  }
}

variable "secrets_prefix" {
  description = "Prefix of the cluster's secrets in Secrets Manager. The identities reach nothing outside <prefix>/ when it is set."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^([A-Za-z0-9_+=.@-]+(/[A-Za-z0-9_+=.@-]+)*)?$", var.secrets_prefix))
    error_message = "secrets_prefix must be empty or a path like \"shop-prod\", without a slash at either end."
  }
}

variable "identities" {
  description = "Workloads with an IAM role of their own, by name, the same in both colors: what reads which secrets (* at the end matches the rest), logs in to which databases, uses which buckets, answers ACME's DNS challenges for the domain and names below it, and what else it may do: policies of IAM by their ARNs, and statements."
  type = map(object({
    namespace       = string
    service_account = string
    secrets         = optional(list(string), [])
    databases       = optional(list(string), [])
    buckets         = optional(list(string), [])
    dns_challenges  = optional(bool, false)
    policies = optional(object({
      managed = optional(list(string), [])
      statements = optional(list(object({
        actions   = list(string)
        resources = list(string)
        conditions = optional(list(object({
          test     = string
          variable = string
          values   = list(string)
        })), [])
      })), [])
    }), {})
  }))
  default = {}

  validation {
    condition     = alltrue([for name in keys(var.identities) : can(regex("^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$", name))])
    error_message = "identities must be named by at most 22 lower-case letters, digits and dashes; an IAM role is named for them."
  }

  validation {
    condition     = alltrue([for name in keys(var.identities) : !can(regex("^(alerts|backup|caches|flow-logs|slack|(blue|green)-.*)$", name))])
    error_message = "identities must not be named alerts, backup, caches, flow-logs or slack, nor begin with blue- or green-: other roles here and in the colors have these names."
  }

  validation {
    condition     = alltrue(flatten([for identity in values(var.identities) : [for secret in identity.secrets : can(regex("^[A-Za-z0-9/_+=.@-]*[A-Za-z0-9/_+=.@*-]$", secret)) && (secret != "*" || var.secrets_prefix != "")]]))
    error_message = "identities: secrets must be names like \"checkout/api-key\", with * at the end at most; * alone needs a secrets_prefix, so that no identity reads every secret of the account."
  }

  validation {
    condition     = alltrue(flatten([for identity in values(var.identities) : [for database in identity.databases : contains(keys(var.databases), database)]]))
    error_message = "identities: databases must be names in var.databases."
  }

  validation {
    condition     = alltrue(flatten([for identity in values(var.identities) : [for bucket in identity.buckets : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", bucket))]]))
    error_message = "identities: buckets must be names of S3 buckets, without a wildcard."
  }

  validation {
    condition     = alltrue(flatten([for identity in values(var.identities) : [for arn in identity.policies.managed : can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/[A-Za-z0-9+=,.@_/-]+$", arn))]])) && alltrue([for identity in values(var.identities) : length(distinct(identity.policies.managed)) == length(identity.policies.managed)])
    error_message = "identities: policies.managed must be different ARNs of IAM policies, like arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore."
  }

  validation {
    condition     = alltrue(flatten([for identity in values(var.identities) : [for statement in identity.policies.statements : length(statement.actions) > 0 && length(statement.resources) > 0 && alltrue([for action in statement.actions : can(regex("^([*]|[a-z0-9-]+:[A-Za-z0-9*?]+)$", action))]) && alltrue([for resource in statement.resources : can(regex("^([*]|arn:[a-z-]+:[a-z0-9-]+:[^:]*:[^:]*:.+)$", resource))]) && alltrue([for condition in statement.conditions : length(condition.values) > 0])]]))
    error_message = "identities: each of policies.statements must have actions like sqs:SendMessage, resources that are ARNs or *, and values in each condition."
  }

  validation {
    condition     = length(distinct([for identity in values(var.identities) : "${identity.namespace}/${identity.service_account}"])) == length(var.identities)
    error_message = "identities: a service account can have one identity only."
  }
}
