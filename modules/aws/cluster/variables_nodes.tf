variable "node_pools" {
  description = "Node pools by name. machines are instance types of one processor architecture, the first preferred; os is al2023 or bottlerocket; zones are numbers of subnet_ids, from 1, and none means all; max_unavailable is how many nodes an update replaces at a time, like \"33%\" or \"2\"; effect is written as in Kubernetes; policies are what its nodes may do beside what a node needs; image is one that starts as that of os does, and null EKS' own; user_data is a script or a #cloud-config that AL2023 runs before it joins; kubelet are settings of its kubelet, with what is reserved by cpu, memory and ephemeral-storage."
  type = map(object({
    machines = list(string)
    os       = optional(string, "al2023")
    capacity = optional(string, "on-demand")
    min      = number
    max      = number
    disk_gib = optional(number, 80)
    zones    = optional(list(number), [])
    labels   = optional(map(string), {})
    taints = optional(list(object({
      key    = string
      value  = optional(string, "")
      effect = string
    })), [])
    max_unavailable = optional(string, "33%")
    image           = optional(string)
    user_data       = optional(string)
    kubelet = optional(object({
      max_pods        = optional(number)
      kube_reserved   = optional(map(string), {})
      system_reserved = optional(map(string), {})
      image_gc        = optional(object({ high = number, low = number }))
    }), {})
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

  validation {
    condition     = length(var.node_pools) > 0
    error_message = "node_pools must hold one pool at least."
  }

  validation {
    condition     = alltrue([for name in keys(var.node_pools) : can(regex("^[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?$", name))])
    error_message = "node_pools must be named by at most 30 lower-case letters, digits and dashes."
  }

  validation {
    condition     = alltrue([for pool in values(var.node_pools) : length(pool.machines) > 0 && alltrue([for machine in pool.machines : can(regex("^[a-z0-9-]+\\.[a-z0-9-]+$", machine))])])
    error_message = "node_pools: machines must hold at least one instance type like \"m7i.large\"."
  }

  validation {
    condition     = alltrue([for pool in values(var.node_pools) : length(distinct([for machine in pool.machines : can(regex("^[a-z]+[0-9]+g[a-z]*\\.", machine))])) <= 1])
    error_message = "node_pools: the machines of a pool must be all Graviton (arm64) or all x86: one machine image serves them."
  }

  validation {
    condition     = alltrue([for pool in values(var.node_pools) : contains(["al2023", "bottlerocket"], pool.os)])
    error_message = "node_pools: os must be \"al2023\" or \"bottlerocket\"."
  }

  validation {
    condition     = alltrue([for pool in values(var.node_pools) : contains(["on-demand", "spot"], pool.capacity)])
    error_message = "node_pools: capacity must be \"on-demand\" or \"spot\"."
  }

  validation {
    condition     = alltrue([for pool in values(var.node_pools) : pool.min >= 0 && pool.max >= 1 && pool.max >= pool.min])
    error_message = "node_pools: min must be 0 or more, and max 1 or more and not less than min."
  }

  validation {
    condition     = alltrue([for pool in values(var.node_pools) : pool.disk_gib >= 20 && pool.disk_gib <= 16384])
    error_message = "node_pools: disk_gib must be between 20, which the machine image needs, and 16384."
  }

  validation {
    condition     = alltrue(flatten([for pool in values(var.node_pools) : [for taint in pool.taints : contains(["NoSchedule", "PreferNoSchedule", "NoExecute"], taint.effect)]]))
    error_message = "node_pools: the effect of a taint must be NoSchedule, PreferNoSchedule or NoExecute."
  }

  validation {
    condition     = alltrue(flatten([for pool in values(var.node_pools) : [for zone in pool.zones : contains(range(1, min(coalesce(var.zones, length(var.subnet_ids)), length(var.subnet_ids)) + 1), zone)]])) && alltrue([for pool in values(var.node_pools) : length(distinct(pool.zones)) == length(pool.zones)])
    error_message = "node_pools: zones must be different numbers of subnet_ids, the first of which is 1."
  }

  validation {
    condition     = alltrue(flatten([for pool in values(var.node_pools) : [for arn in pool.policies.managed : can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/[A-Za-z0-9+=,.@_/-]+$", arn))]])) && alltrue([for pool in values(var.node_pools) : length(distinct(pool.policies.managed)) == length(pool.policies.managed)])
    error_message = "node_pools: policies.managed must be different ARNs of IAM policies, like arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore."
  }

  validation {
    condition     = alltrue(flatten([for pool in values(var.node_pools) : [for statement in pool.policies.statements : length(statement.actions) > 0 && length(statement.resources) > 0 && alltrue([for action in statement.actions : can(regex("^([*]|[a-z0-9-]+:[A-Za-z0-9*?]+)$", action))]) && alltrue([for resource in statement.resources : can(regex("^([*]|arn:[a-z-]+:[a-z0-9-]+:[^:]*:[^:]*:.+)$", resource))]) && alltrue([for condition in statement.conditions : length(condition.values) > 0])]]))
    error_message = "node_pools: each of policies.statements must have actions like sqs:SendMessage, resources that are ARNs or *, and values in each condition."
  }

  validation {
    # https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html#determine-max-pods
    condition     = alltrue([for pool in values(var.node_pools) : pool.kubelet.max_pods == null || try(pool.kubelet.max_pods >= 1 && pool.kubelet.max_pods <= 250 && floor(pool.kubelet.max_pods) == pool.kubelet.max_pods, false)])
    error_message = "node_pools: kubelet.max_pods must be a whole number from 1 to 250, the most that EKS takes."
  }

  validation {
    condition     = alltrue(flatten([for pool in values(var.node_pools) : [for reserved in [pool.kubelet.kube_reserved, pool.kubelet.system_reserved] : [for what, amount in reserved : contains(["cpu", "memory", "ephemeral-storage"], what) && can(regex("^[0-9.]+(m|Mi|Gi|Ti)?$", amount))]]]))
    error_message = "node_pools: what the kubelet reserves must be amounts of cpu, memory and ephemeral-storage, like \"250m\" or \"512Mi\"."
  }

  validation {
    condition     = alltrue([for pool in values(var.node_pools) : try(pool.kubelet.image_gc.low >= 0 && pool.kubelet.image_gc.low < pool.kubelet.image_gc.high && pool.kubelet.image_gc.high <= 100, pool.kubelet.image_gc == null)])
    error_message = "node_pools: kubelet.image_gc must have a low below its high, both percentages: the kubelet does not start otherwise."
  }

  validation {
    condition     = alltrue([for pool in values(var.node_pools) : pool.image == null || can(regex("^ami-[0-9a-f]{8}([0-9a-f]{9})?$", pool.image))])
    error_message = "node_pools: image must be the id of an image, like ami-0a1b2c3d4e5f60718, or null."
  }

  validation {
    condition     = alltrue([for pool in values(var.node_pools) : pool.user_data == null || try(pool.os == "al2023" && (startswith(pool.user_data, "#!") || startswith(pool.user_data, "#cloud-config\n")) && length(pool.user_data) <= 8192, false)])
    error_message = "node_pools: user_data must begin with #! or #cloud-config, have 8192 characters at most, and be for al2023: Bottlerocket runs nothing."
  }

  validation {
    # https://docs.aws.amazon.com/eks/latest/APIReference/API_NodegroupUpdateConfig.html
    condition     = alltrue([for pool in values(var.node_pools) : can(regex("^([1-9][0-9]?|100)%?$", pool.max_unavailable))])
    error_message = "node_pools: max_unavailable must be a number of nodes between 1 and 100, like \"2\", or a share between 1% and 100%, like \"33%\"."
  }
}

variable "node_images" {
  description = "Releases of EKS' own node images that new node groups start from, by kind of image as EKS calls it (AL2023_x86_64_STANDARD = \"1.35.4-20260928\", BOTTLEROCKET_ARM_64 = \"1.64.0-7c4f0d2b\"). Without one EKS takes its newest for the Kubernetes version."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for kind, release in var.node_images : can(regex("^(AL2023|BOTTLEROCKET)_[A-Za-z0-9_]+$", kind)) && can(regex("^[0-9]+[.][0-9]+[.][0-9]+[-.0-9A-Za-z]*$", release))])
    error_message = "node_images must be releases like \"1.35.4-20260928\" or \"1.64.0-7c4f0d2b\" by kinds like AL2023_x86_64_STANDARD."
  }
}
