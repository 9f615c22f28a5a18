# What was there once for every cluster, and is there only unless it is adopted.

moved {
  from = aws_vpc.this
  to   = aws_vpc.this[0]
}

moved {
  from = aws_default_security_group.this
  to   = aws_default_security_group.this[0]
}

moved {
  from = aws_internet_gateway.this
  to   = aws_internet_gateway.this[0]
}

moved {
  from = aws_route_table.public
  to   = aws_route_table.public[0]
}

moved {
  from = aws_route.public_internet
  to   = aws_route.public_internet[0]
}

moved {
  from = aws_route_table.data
  to   = aws_route_table.data[0]
}
