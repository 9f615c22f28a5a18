variable "node_pools" {
  description = "Node pools by name. machines are instance types of one processor architecture, the first preferred; os is al2023 or bottlerocket; effect is written as in Kubernetes."
  type = map(object({
    machines = list(string)
    os       = optional(string, "al2023")
    capacity = optional(string, "on-demand")
    min      = number
    max      = number
    disk_gib = optional(number, 80)
    labels   = optional(map(string), {})
    taints = optional(list(object({
      key    = string
      value  = optional(string, "")
      effect = string
    })), [])
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
}
