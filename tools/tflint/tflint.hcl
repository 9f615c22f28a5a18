# Every rule of the rule set that tflint brings with it. AWS's own rule set is a program of its own.
plugin "terraform" {
  enabled = true
  preset  = "all"
}

# It wants a main.tf, and all variables in variables.tf. Here a file is named for what is in it, and
# its variables are beside those of the same matter.
rule "terraform_standard_module_structure" {
  enabled = false
}
