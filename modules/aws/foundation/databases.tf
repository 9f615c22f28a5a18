locals {
  # The version that is asked for: behind an upgrade that of the upgrade.
  versions = { for name, database in var.databases : name => database.upgrade == null ? database.version : database.upgrade.version }

  # The versions that need a parameter group: during an upgrade RDS keeps the old group until it has done it, and refuses
  # to delete it before.
  database_versions = merge([
    for name, database in var.databases : {
      for version in distinct([database.version, local.versions[name]]) : "${name}/${version}" => { database = name, version = version, engine = database.engine }
    }
  ]...)

  # Postgres names its parameters by the major version, MySQL by the first two numbers.
  families_of = {
    for key, of in local.database_versions : key => of.engine == "postgres" ?
    "postgres${split(".", of.version)[0]}" :
    "mysql${join(".", slice(split(".", "${of.version}.0"), 0, 2))}"
  }
  parameter_groups = { for key, family in local.families_of : "${local.database_versions[key].database}/${family}" => merge(local.database_versions[key], { family = family })... }

  # The parameter group of a database: that of the version that is asked for.
  parameter_group_of = { for name in keys(var.databases) : name => "${name}/${local.families_of["${name}/${local.versions[name]}"]}" }

  engines = {
    postgres = { port = 5432, logs = ["postgresql", "upgrade"], tls = { name = "rds.force_ssl", value = "1" } }
    mysql    = { port = 3306, logs = ["error", "slowquery"], tls = { name = "require_secure_transport", value = "1" } }
  }

  database_logs = merge([
    for name, database in var.databases : {
      for log in local.engines[database.engine].logs : "${name}/${log}" => { database = name, log = log }
    }
  ]...)

  # Who may reach a database: either color's nodes and pods, and nothing else in the VPC.
  database_clients = merge([
    for name in keys(var.databases) : merge(
      { for index in keys(local.zones) : "${name}/blue-${index}" => { database = name, cidr = local.subnet_ranges.blue[tonumber(index)] } },
      { for index in keys(local.zones) : "${name}/green-${index}" => { database = name, cidr = local.subnet_ranges.green[tonumber(index)] } },
      { for key, subnet in local.pod_subnets : "${name}/pods-${key}" => { database = name, cidr = subnet.cidr } },
    )
  ]...)
}

resource "aws_db_subnet_group" "this" {
  count = length(var.databases) > 0 ? 1 : 0

  name        = var.name
  description = "Data subnets of ${var.name}"
  subnet_ids  = local.subnet_ids.data

  tags = var.tags
}

resource "aws_security_group" "database" {
  for_each = var.databases

  name        = "${var.name}-db-${each.key}"
  description = "Database ${each.key} of ${var.name}: from the nodes of both colors"
  vpc_id      = local.vpc_id

  tags = merge(var.tags, { Name = "${var.name}-db-${each.key}" })
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  for_each = local.database_clients

  security_group_id = aws_security_group.database[each.value.database].id
  description       = "${each.key} to the database"
  cidr_ipv4         = each.value.cidr
  ip_protocol       = "tcp"
  from_port         = local.engines[var.databases[each.value.database].engine].port
  to_port           = local.engines[var.databases[each.value.database].engine].port

  tags = var.tags
}

resource "aws_db_parameter_group" "this" {
  for_each = local.parameter_groups

  name        = "${var.name}-db-${each.value[0].database}-${replace(each.value[0].family, ".", "-")}"
  description = "Database ${each.value[0].database} of ${var.name}: connections are encrypted"
  family      = each.value[0].family

  parameter {
    name  = local.engines[each.value[0].engine].tls.name
    value = local.engines[each.value[0].engine].tls.value
  }

  tags = var.tags

  lifecycle {
    # A new major version is a new family, and so a new group, which the database moves to first.
    create_before_destroy = true
  }
}

# Made before the database, which would otherwise make them itself: unencrypted and kept for ever.
resource "aws_cloudwatch_log_group" "database" {
  for_each = local.database_logs

  name              = "/aws/rds/instance/${var.name}-${each.value.database}/${each.value.log}"
  retention_in_days = 30
  kms_key_id        = aws_kms_key.this.arn

  tags = var.tags
}

resource "aws_db_instance" "this" {
  for_each = var.databases

  identifier           = "${var.name}-${each.key}"
  engine               = each.value.engine
  engine_version       = local.versions[each.key]
  instance_class       = each.value.class
  parameter_group_name = aws_db_parameter_group.this[local.parameter_group_of[each.key]].name

  storage_type          = "gp3"
  allocated_storage     = each.value.storage_gib
  max_allocated_storage = 2 * each.value.storage_gib
  storage_encrypted     = true
  kms_key_id            = aws_kms_key.this.arn

  # The administrator's password is made, kept and rotated by RDS; nobody and no state ever holds it.
  username                            = "drover"
  manage_master_user_password         = true
  master_user_secret_kms_key_id       = aws_kms_key.this.key_id
  iam_database_authentication_enabled = true

  multi_az               = each.value.multi_zone
  db_subnet_group_name   = aws_db_subnet_group.this[0].name
  vpc_security_group_ids = [aws_security_group.database[each.key].id]
  publicly_accessible    = false
  port                   = local.engines[each.value.engine].port

  backup_retention_period    = each.value.backup_days
  copy_tags_to_snapshot      = true
  auto_minor_version_upgrade = true
  # Another major version is a step of its own: without an upgrade RDS refuses it.
  # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html
  allow_major_version_upgrade = each.value.upgrade != null
  # What needs a restart waits for the maintenance window, unless an upgrade is asked for at once. That takes everything
  # along which waits by then.
  # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ModifyInstance.ApplyImmediately.html
  apply_immediately   = try(each.value.upgrade.at, "window") == "now"
  deletion_protection = var.deletion_protection
  skip_final_snapshot = false
  # Decided when the database is made, so that its successor's last snapshot cannot collide with it.
  final_snapshot_identifier       = "${var.name}-${each.key}-${formatdate("YYYYMMDDhhmmss", plantimestamp())}"
  enabled_cloudwatch_logs_exports = local.engines[each.value.engine].logs

  tags = merge(var.tags, local.backup_tag, { Name = "${var.name}-${each.key}" })

  lifecycle {
    ignore_changes = [final_snapshot_identifier]
  }

  depends_on = [aws_cloudwatch_log_group.database]
}
