// What Terraform imports, and the archive of its module does not hold: backends for its state, each a module of its own
// there. These stand in for them, under their names, and refuse: the tests that need these builds keep no state but
// local ones. It is built only as a part of terraform-lowest and terraform-newest.
module github.com/hashicorp/terraform/internal

go 1.26.0

require github.com/hashicorp/terraform v1.9.5
