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
    vpc_id = aws_vpc.this.id
  }

  tags = var.tags

  lifecycle {
    # More VPCs (peered ones) may be associated without this module knowing.
    ignore_changes = [vpc]
  }
}

data "aws_route53_zone" "adopted" {
  count = var.zone == "adopt" ? 1 : 0

  name         = var.domain
  private_zone = local.private_zone
}

# The VPC is new, so an adopted private zone cannot know it yet.
resource "aws_route53_zone_association" "adopted" {
  count = var.zone == "adopt" && local.private_zone ? 1 : 0

  zone_id = data.aws_route53_zone.adopted[0].zone_id
  vpc_id  = aws_vpc.this.id
}
