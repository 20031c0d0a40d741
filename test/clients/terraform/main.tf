# All of GuardDuty that the AWS provider can manage, against one server. stage
# 1 makes it, stage 2 changes all that can be changed.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "guardduty" { description = "URL of the server" }
variable "sts" { description = "URL of an STS that says which account a key is of" }
variable "region" { description = "where the accounts invite each other" }
variable "organization_region" { description = "where they are an organization" }
variable "admin" { description = "the account that manages the organization" }
variable "member" { description = "another account of it" }
variable "plain_member" { description = "an account of it that nobody has a key for" }
variable "other" { description = "an account outside of it" }
variable "bucket" { description = "of the lists and of published findings" }
variable "secret" { description = "of the keys, whose ids are AKIA and the account" }
variable "stage" { type = number }

locals {
  first = var.stage == 1
  tags  = local.first ? { team = "blue", stage = "1" } : { team = "red", more = "" }
}

provider "aws" {
  region                      = var.region
  access_key                  = "AKIA${var.admin}"
  secret_key                  = var.secret
  skip_region_validation      = true
  skip_metadata_api_check     = true
  skip_credentials_validation = true
  max_retries                 = 1
  endpoints {
    guardduty = var.guardduty
    sts       = var.sts
  }
}

provider "aws" {
  alias                       = "other"
  region                      = var.region
  access_key                  = "AKIA${var.other}"
  secret_key                  = var.secret
  skip_region_validation      = true
  skip_metadata_api_check     = true
  skip_credentials_validation = true
  max_retries                 = 1
  endpoints {
    guardduty = var.guardduty
    sts       = var.sts
  }
}

provider "aws" {
  alias                       = "management"
  region                      = var.organization_region
  access_key                  = "AKIA${var.admin}"
  secret_key                  = var.secret
  skip_region_validation      = true
  skip_metadata_api_check     = true
  skip_credentials_validation = true
  max_retries                 = 1
  endpoints {
    guardduty = var.guardduty
    sts       = var.sts
  }
}

provider "aws" {
  alias                       = "delegated"
  region                      = var.organization_region
  access_key                  = "AKIA${var.member}"
  secret_key                  = var.secret
  skip_region_validation      = true
  skip_metadata_api_check     = true
  skip_credentials_validation = true
  max_retries                 = 1
  endpoints {
    guardduty = var.guardduty
    sts       = var.sts
  }
}
