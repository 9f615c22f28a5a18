locals {
  private_zone = var.visibility == "internal"
  zone = one(concat(
    aws_route53_zone.public[*],
    aws_route53_zone.private[*],
    data.aws_route53_zone.adopted[*],
  ))
}

# A public and a private zone are different things: changing the visibility makes the other one,
# and removes this one. force_destroy stays off in both, because records that drover did not write
# are someone's; they stop the destroy.
resource "aws_route53_zone" "public" {
  count = var.zone == "create" && !local.private_zone ? 1 : 0

  name    = var.domain
  comment = "Zone of the drover cluster ${var.name}"

  tags = var.tags
}

resource "aws_route53_zone" "private" {
  count = var.zone == "create" && local.private_zone ? 1 : 0

  name    = var.domain
  comment = "Private zone of the drover cluster ${var.name}"

  vpc {
    vpc_id = local.vpc_id
  }

  tags = var.tags

  lifecycle {
    # More VPCs (peered ones) may be associated without this module knowing.
    ignore_changes = [vpc]
  }
}

data "aws_route53_zone" "adopted" {
  count = var.zone == "adopt" ? 1 : 0

  zone_id      = var.zone_id
  name         = var.zone_id == null ? var.domain : null
  private_zone = var.zone_id == null ? local.private_zone : null

  lifecycle {
    postcondition {
      condition     = trimsuffix(self.name, ".") == var.domain
      error_message = "The zone ${self.zone_id} is of ${trimsuffix(self.name, ".")}, and not of ${var.domain}."
    }

    postcondition {
      condition     = (self.private_zone == true) == local.private_zone
      error_message = "The zone ${self.zone_id} is ${self.private_zone == true ? "private" : "public"}, and visibility is \"${var.visibility}\"."
    }
  }
}

# A VPC that is new here is not known to an adopted private zone. One that is adopted is for its owner to make known.
resource "aws_route53_zone_association" "adopted" {
  count = var.zone == "adopt" && local.private_zone && local.own_vpc ? 1 : 0

  zone_id = data.aws_route53_zone.adopted[0].zone_id
  vpc_id  = local.vpc_id
}
