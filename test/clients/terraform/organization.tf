resource "aws_guardduty_detector" "management" {
  provider = aws.management
  enable   = true
}

resource "aws_guardduty_detector" "delegated" {
  provider = aws.delegated
  enable   = true
}

resource "aws_guardduty_organization_admin_account" "main" {
  provider         = aws.management
  depends_on       = [aws_guardduty_detector.management]
  admin_account_id = aws_guardduty_detector.delegated.account_id
}

resource "aws_guardduty_organization_configuration" "main" {
  provider                         = aws.delegated
  depends_on                       = [aws_guardduty_organization_admin_account.main]
  detector_id                      = aws_guardduty_detector.delegated.id
  auto_enable_organization_members = local.first ? "NEW" : "NONE"
}

resource "aws_guardduty_organization_configuration_feature" "s3" {
  provider    = aws.delegated
  depends_on  = [aws_guardduty_organization_configuration.main]
  detector_id = aws_guardduty_detector.delegated.id
  name        = "S3_DATA_EVENTS"
  auto_enable = local.first ? "NEW" : "NONE"
}

resource "aws_guardduty_organization_configuration_feature" "runtime" {
  provider    = aws.delegated
  depends_on  = [aws_guardduty_organization_configuration.main]
  detector_id = aws_guardduty_detector.delegated.id
  name        = "RUNTIME_MONITORING"
  auto_enable = local.first ? "NEW" : "NONE"

  additional_configuration {
    name        = "EKS_ADDON_MANAGEMENT"
    auto_enable = "NEW"
  }
  additional_configuration {
    name        = "ECS_FARGATE_AGENT_MANAGEMENT"
    auto_enable = local.first ? "NEW" : "NONE"
  }
  additional_configuration {
    name        = "EC2_AGENT_MANAGEMENT"
    auto_enable = "NONE"
  }
}

resource "aws_guardduty_member" "plain" {
  provider    = aws.delegated
  depends_on  = [aws_guardduty_organization_configuration.main]
  detector_id = aws_guardduty_detector.delegated.id
  account_id  = var.plain_member
  email       = "plain@example.com"

  lifecycle {
    ignore_changes = [email, invite] # it is a member without an invitation
  }
}

resource "aws_guardduty_member_detector_feature" "plain" {
  provider    = aws.delegated
  detector_id = aws_guardduty_detector.delegated.id
  account_id  = aws_guardduty_member.plain.account_id
  name        = "S3_DATA_EVENTS"
  status      = local.first ? "DISABLED" : "ENABLED"
}
