resource "aws_guardduty_detector" "main" {
  enable                       = true
  finding_publishing_frequency = local.first ? "FIFTEEN_MINUTES" : "ONE_HOUR"
  tags                         = local.tags

  datasources {
    s3_logs {
      enable = local.first
    }
    kubernetes {
      audit_logs {
        enable = !local.first
      }
    }
    malware_protection {
      scan_ec2_instance_with_findings {
        ebs_volumes {
          enable = local.first
        }
      }
    }
  }
}

resource "aws_guardduty_detector_feature" "rds" {
  detector_id = aws_guardduty_detector.main.id
  name        = "RDS_LOGIN_EVENTS"
  status      = local.first ? "DISABLED" : "ENABLED"
}

resource "aws_guardduty_detector_feature" "runtime" {
  detector_id = aws_guardduty_detector.main.id
  name        = "RUNTIME_MONITORING"
  status      = "ENABLED"

  additional_configuration {
    name   = "EKS_ADDON_MANAGEMENT"
    status = local.first ? "ENABLED" : "DISABLED"
  }
  additional_configuration {
    name   = "ECS_FARGATE_AGENT_MANAGEMENT"
    status = "DISABLED"
  }
  additional_configuration {
    name   = "EC2_AGENT_MANAGEMENT"
    status = local.first ? "DISABLED" : "ENABLED"
  }
}

resource "aws_guardduty_filter" "main" {
  detector_id = aws_guardduty_detector.main.id
  name        = "quiet-scanners"
  description = local.first ? "our own scanners" : "ours and theirs"
  action      = local.first ? "ARCHIVE" : "NOOP"
  rank        = 1
  tags        = local.tags

  finding_criteria {
    criterion {
      field  = "region"
      equals = local.first ? [var.region] : [var.region, "us-east-1"]
    }
    criterion {
      field      = "service.additionalInfo.threatListName"
      not_equals = ["some-threat", "another-threat"]
    }
    criterion {
      field        = "updatedAt"
      greater_than = "2020-01-01T00:00:00Z"
      less_than    = "2030-02-01T00:00:00Z"
    }
    criterion {
      field                 = "severity"
      greater_than_or_equal = local.first ? "4" : "7"
    }
  }
}

resource "aws_guardduty_ipset" "main" {
  detector_id = aws_guardduty_detector.main.id
  name        = local.first ? "office" : "offices"
  activate    = true
  format      = "TXT"
  location    = "https://s3.amazonaws.com/${var.bucket}/${local.first ? "trusted" : "trusted-2"}.txt"
  tags        = local.tags
}

resource "aws_guardduty_threatintelset" "main" {
  detector_id = aws_guardduty_detector.main.id
  name        = "known-bad"
  activate    = !local.first
  format      = "TXT"
  location    = "https://s3.amazonaws.com/${var.bucket}/threats.txt"
  tags        = local.tags
}

resource "aws_guardduty_publishing_destination" "main" {
  detector_id     = aws_guardduty_detector.main.id
  destination_arn = "arn:aws:s3:::${var.bucket}"
  kms_key_arn     = "arn:aws:kms:${var.region}:${var.admin}:key/${local.first ? "11111111-1111-4111-8111-111111111111" : "22222222-2222-4222-8222-222222222222"}"
}

resource "aws_guardduty_malware_protection_plan" "main" {
  role = "arn:aws:iam::${var.admin}:role/${local.first ? "scanner" : "other-scanner"}"
  tags = local.tags

  protected_resource {
    s3_bucket {
      bucket_name     = var.bucket
      object_prefixes = local.first ? ["in/"] : ["in/", "up/"]
    }
  }
  actions {
    tagging {
      status = local.first ? "ENABLED" : "DISABLED"
    }
  }
}

resource "aws_guardduty_detector" "other" {
  provider = aws.other
  enable   = true
}

resource "aws_guardduty_member" "other" {
  detector_id                = aws_guardduty_detector.main.id
  account_id                 = aws_guardduty_detector.other.account_id
  email                      = "security@example.com"
  invite                     = true
  invitation_message         = "please accept"
  disable_email_notification = true

  lifecycle {
    ignore_changes = [email]
  }
}

resource "aws_guardduty_invite_accepter" "other" {
  provider          = aws.other
  depends_on        = [aws_guardduty_member.other]
  detector_id       = aws_guardduty_detector.other.id
  master_account_id = aws_guardduty_detector.main.account_id
}

data "aws_guardduty_detector" "main" {
  depends_on = [aws_guardduty_detector_feature.rds, aws_guardduty_detector_feature.runtime]
}

data "aws_guardduty_finding_ids" "main" {
  detector_id = aws_guardduty_detector.main.id
}

output "found" {
  value = {
    id           = data.aws_guardduty_detector.main.id
    frequency    = data.aws_guardduty_detector.main.finding_publishing_frequency
    status       = data.aws_guardduty_detector.main.status
    features     = { for f in data.aws_guardduty_detector.main.features : f.name => f.status }
    has_findings = data.aws_guardduty_finding_ids.main.has_findings
  }
}
