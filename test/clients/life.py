"""The life of everything an account can have, through boto3 as its users call it."""

import os
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError


def client(account):
    return boto3.client(
        "guardduty",
        aws_access_key_id="AKIA" + account,
        aws_secret_access_key=os.environ["SECRET"],
        config=Config(retries={"total_max_attempts": 1}),
    )


ADMIN, MEMBER, OTHER, BUCKET = (os.environ[n] for n in ("ADMIN", "MEMBER", "OTHER", "BUCKET"))
admin, member, other = client(ADMIN), client(MEMBER), client(OTHER)
LOCATION = f"https://s3.amazonaws.com/{BUCKET}/trusted.txt"


def same(got, want):
    if got != want:
        raise AssertionError(f"got {got!r}\nwant {want!r}")


def refused(call, code, message, **arguments):
    try:
        call(**arguments)
    except ClientError as e:
        same((e.response["Error"]["Code"], e.response["Error"]["Message"]), (code, message))
        same(e.response["ResponseMetadata"]["HTTPStatusCode"], 400)
        return
    raise AssertionError("it was not refused")


def without_metadata(answer):
    answer.pop("ResponseMetadata")
    return answer


def pages(paginated, key, size, **arguments):
    """All items of a paginator, of which every page but the last must be full."""
    found = [p[key] for p in paginated.paginate(PaginationConfig={"PageSize": size}, **arguments)]
    same([len(p) for p in found[:-1]], [size] * (len(found) - 1))
    return [item for page in found for item in page]


def detectors():
    same(admin.list_detectors()["DetectorIds"], [])
    d = admin.create_detector(Enable=True, Tags={"team": "blue"}, FindingPublishingFrequency="ONE_HOUR")["DetectorId"]
    got = admin.get_detector(DetectorId=d)
    same((got["Status"], got["FindingPublishingFrequency"], got["Tags"]), ("ENABLED", "ONE_HOUR", {"team": "blue"}))
    same(got["DataSources"]["CloudTrail"], {"Status": "ENABLED"})
    same(sorted(f["Name"] for f in got["Features"])[:2], ["AI_ANALYST", "AI_PROTECTION"])
    refused(
        admin.create_detector,
        "BadRequestException",
        "The request is rejected because a detector already exists for the current account.",
        Enable=True,
    )
    same(without_metadata(admin.update_detector(DetectorId=d, Enable=False)), {})
    same(admin.get_detector(DetectorId=d)["Status"], "DISABLED")
    admin.update_detector(DetectorId=d, Enable=True, Features=[{"Name": "S3_DATA_EVENTS", "Status": "DISABLED"}])
    features = {f["Name"]: f["Status"] for f in admin.get_detector(DetectorId=d)["Features"]}
    same((features["S3_DATA_EVENTS"], features["EKS_AUDIT_LOGS"]), ("DISABLED", "ENABLED"))
    refused(
        other.get_detector,
        "BadRequestException",
        "The request is rejected because the input detectorId is not owned by the current account.",
        DetectorId=d,
    )
    return d


def filters(d):
    names = [f"filter-{i}" for i in range(7)]
    for n in names:
        same(admin.create_filter(DetectorId=d, Name=n, FindingCriteria={"Criterion": {"severity": {"GreaterThanOrEqual": 7}}}, Rank=100)["Name"], n)
    same(pages(admin.get_paginator("list_filters"), "FilterNames", 3, DetectorId=d), names)
    got = without_metadata(admin.get_filter(DetectorId=d, FilterName="filter-3"))
    same((got["Name"], got["Action"], got["Rank"], got.get("Tags")), ("filter-3", "NOOP", 4, {}))
    same(got["FindingCriteria"]["Criterion"]["severity"], {"Gte": 7, "GreaterThanOrEqual": 7})
    same(admin.update_filter(DetectorId=d, FilterName="filter-3", Description="now first", Rank=1, Action="ARCHIVE")["Name"], "filter-3")
    same(admin.list_filters(DetectorId=d)["FilterNames"][:2], ["filter-3", "filter-0"])
    for n in names:
        admin.delete_filter(DetectorId=d, FilterName=n)
    same(admin.list_filters(DetectorId=d)["FilterNames"], [])
    refused(
        admin.get_filter,
        "BadRequestException",
        "The request is rejected since no such resource found.",
        DetectorId=d,
        FilterName="filter-0",
    )


def findings(d):
    types = ["Recon:EC2/PortProbeUnprotectedPort", "UnauthorizedAccess:IAMUser/ConsoleLoginSuccess.B"]
    admin.create_sample_findings(DetectorId=d, FindingTypes=types)
    ids = pages(admin.get_paginator("list_findings"), "FindingIds", 1, DetectorId=d)
    same(len(ids), 2)
    got = admin.get_findings(DetectorId=d, FindingIds=ids, SortCriteria={"AttributeName": "type", "OrderBy": "ASC"})["Findings"]
    same(sorted(f["Type"] for f in got), types)
    for f in got:
        same((f["AccountId"], f["Service"]["DetectorId"], f["Service"]["Archived"], f["Service"]["Count"]), (ADMIN, d, False, 1))
        same(f["Title"].startswith("[SAMPLE]") or "sample" in str(f["Service"]["AdditionalInfo"]), True)
    first = [f["Id"] for f in got if f["Type"] == types[0]]
    criteria = {"Criterion": {"type": {"Equals": [types[0]]}}}
    same(admin.list_findings(DetectorId=d, FindingCriteria=criteria)["FindingIds"], first)
    admin.archive_findings(DetectorId=d, FindingIds=first)
    current = {"Criterion": {"service.archived": {"Eq": ["false"]}}}
    same(admin.list_findings(DetectorId=d, FindingCriteria=current)["FindingIds"], [i for i in ids if i not in first])
    admin.unarchive_findings(DetectorId=d, FindingIds=first)
    admin.update_findings_feedback(DetectorId=d, FindingIds=first, Feedback="USEFUL", Comments="thanks")
    same(admin.get_findings(DetectorId=d, FindingIds=first)["Findings"][0]["Service"]["UserFeedback"], "USEFUL")
    counts = admin.get_findings_statistics(DetectorId=d, FindingStatisticTypes=["COUNT_BY_SEVERITY"])["FindingStatistics"]["CountBySeverity"]
    same(sum(counts.values()), 2)
    grouped = admin.get_findings_statistics(DetectorId=d, GroupBy="FINDING_TYPE")["FindingStatistics"]["GroupedByFindingType"]
    same(sorted((g["FindingType"], g["TotalFindings"]) for g in grouped), [(t, 1) for t in types])


def lists(d):
    ip = admin.create_ip_set(DetectorId=d, Name="office", Format="TXT", Location=LOCATION, Activate=True, Tags={"a": "b"})["IpSetId"]
    got = without_metadata(admin.get_ip_set(DetectorId=d, IpSetId=ip))
    same((got["Name"], got["Format"], got["Location"], got["Tags"]), ("office", "TXT", LOCATION, {"a": "b"}))
    if got["Status"] not in ("ACTIVATING", "ACTIVE"):
        raise AssertionError(got)
    admin.update_ip_set(DetectorId=d, IpSetId=ip, Name="offices", Activate=False)
    same(admin.get_ip_set(DetectorId=d, IpSetId=ip)["Name"], "offices")
    same(admin.list_ip_sets(DetectorId=d)["IpSetIds"], [ip])
    threat = [
        admin.create_threat_intel_set(DetectorId=d, Name=f"bad {i}", Format="TXT", Location=LOCATION, Activate=False)["ThreatIntelSetId"] for i in range(3)
    ]
    same(sorted(pages(admin.get_paginator("list_threat_intel_sets"), "ThreatIntelSetIds", 2, DetectorId=d)), sorted(threat))
    trusted = admin.create_trusted_entity_set(DetectorId=d, Name="ours", Format="TXT", Location=LOCATION, Activate=False)["TrustedEntitySetId"]
    got = admin.get_trusted_entity_set(DetectorId=d, TrustedEntitySetId=trusted)
    same((got["Name"], got["Status"], got["CreatedAt"] == got["UpdatedAt"]), ("ours", "INACTIVE", True))
    entity = admin.create_threat_entity_set(DetectorId=d, Name="theirs", Format="TXT", Location=LOCATION, Activate=False)["ThreatEntitySetId"]
    same(admin.list_threat_entity_sets(DetectorId=d)["ThreatEntitySetIds"], [entity])
    admin.delete_ip_set(DetectorId=d, IpSetId=ip)
    for t in threat:
        admin.delete_threat_intel_set(DetectorId=d, ThreatIntelSetId=t)
    admin.delete_trusted_entity_set(DetectorId=d, TrustedEntitySetId=trusted)
    admin.delete_threat_entity_set(DetectorId=d, ThreatEntitySetId=entity)
    refused(
        admin.delete_ip_set,
        "BadRequestException",
        "The request is rejected since no such resource found.",
        DetectorId=d,
        IpSetId=ip,
    )


def destinations(d):
    properties = {"DestinationArn": "arn:aws:s3:::" + BUCKET, "KmsKeyArn": f"arn:aws:kms:{admin.meta.region_name}:{ADMIN}:key/11111111-1111-4111-8111-111111111111"}
    p = admin.create_publishing_destination(DetectorId=d, DestinationType="S3", DestinationProperties=properties)["DestinationId"]
    got = admin.describe_publishing_destination(DetectorId=d, DestinationId=p)
    same((got["DestinationId"], got["DestinationType"], got["DestinationProperties"]), (p, "S3", properties))
    same(admin.list_publishing_destinations(DetectorId=d)["Destinations"], [{"DestinationId": p, "DestinationType": "S3", "Status": got["Status"]}])
    admin.delete_publishing_destination(DetectorId=d, DestinationId=p)
    same(admin.list_publishing_destinations(DetectorId=d)["Destinations"], [])


def members(d):
    theirs = other.create_detector(Enable=True)["DetectorId"]
    same(admin.create_members(DetectorId=d, AccountDetails=[{"AccountId": OTHER, "Email": "security@example.com"}])["UnprocessedAccounts"], [])
    same(admin.invite_members(DetectorId=d, AccountIds=[OTHER], DisableEmailNotification=True)["UnprocessedAccounts"], [])
    same(other.get_invitations_count()["InvitationsCount"], 1)
    invitation = other.list_invitations()["Invitations"][0]
    same((invitation["AccountId"], invitation["RelationshipStatus"]), (ADMIN, "Invited"))
    other.accept_administrator_invitation(DetectorId=theirs, AdministratorId=ADMIN, InvitationId=invitation["InvitationId"])
    m = admin.get_members(DetectorId=d, AccountIds=[OTHER])["Members"][0]
    same((m["AccountId"], m["Email"], m["RelationshipStatus"], m["MasterId"], m["AdministratorId"]), (OTHER, "security@example.com", "Enabled", ADMIN, ADMIN))
    same(other.get_administrator_account(DetectorId=theirs)["Administrator"]["AccountId"], ADMIN)
    refused(
        admin.delete_detector,
        "BadRequestException",
        "The request is rejected because the current account cannot delete detector while it has invited or associated members.",
        DetectorId=d,
    )
    same(admin.stop_monitoring_members(DetectorId=d, AccountIds=[OTHER])["UnprocessedAccounts"], [])
    same(admin.list_members(DetectorId=d)["Members"][0]["RelationshipStatus"], "Disabled")
    same(admin.start_monitoring_members(DetectorId=d, AccountIds=[OTHER])["UnprocessedAccounts"], [])
    same(admin.disassociate_members(DetectorId=d, AccountIds=[OTHER])["UnprocessedAccounts"], [])
    same(admin.delete_members(DetectorId=d, AccountIds=[OTHER])["UnprocessedAccounts"], [])
    same(pages(admin.get_paginator("list_members"), "Members", 5, DetectorId=d, OnlyAssociated="false"), [])
    other.delete_detector(DetectorId=theirs)


def organization(d):
    admin.enable_organization_admin_account(AdminAccountId=MEMBER)
    same(admin.list_organization_admin_accounts()["AdminAccounts"], [{"AdminAccountId": MEMBER, "AdminStatus": "ENABLED"}])
    theirs = member.list_detectors()["DetectorIds"][0]
    member.update_organization_configuration(
        DetectorId=theirs, AutoEnableOrganizationMembers="NEW", Features=[{"Name": "S3_DATA_EVENTS", "AutoEnable": "NEW"}]
    )
    got = member.describe_organization_configuration(DetectorId=theirs)
    same((got["AutoEnable"], got["AutoEnableOrganizationMembers"], got["MemberAccountLimitReached"]), (True, "NEW", False))
    same({f["Name"]: f["AutoEnable"] for f in got["Features"]}["S3_DATA_EVENTS"], "NEW")
    admin.disable_organization_admin_account(AdminAccountId=MEMBER)
    same(admin.list_organization_admin_accounts()["AdminAccounts"], [])
    member.delete_detector(DetectorId=theirs)


def plans():
    p = admin.create_malware_protection_plan(
        Role=f"arn:aws:iam::{ADMIN}:role/scanner",
        ProtectedResource={"S3Bucket": {"BucketName": BUCKET, "ObjectPrefixes": ["in/"]}},
        Actions={"Tagging": {"Status": "ENABLED"}},
    )["MalwareProtectionPlanId"]
    got = admin.get_malware_protection_plan(MalwareProtectionPlanId=p)
    same((got["ProtectedResource"]["S3Bucket"], got["Actions"]), ({"BucketName": BUCKET, "ObjectPrefixes": ["in/"]}, {"Tagging": {"Status": "ENABLED"}}))
    same(admin.list_malware_protection_plans()["MalwareProtectionPlans"], [{"MalwareProtectionPlanId": p}])
    admin.delete_malware_protection_plan(MalwareProtectionPlanId=p)
    try:
        admin.get_malware_protection_plan(MalwareProtectionPlanId=p)
    except admin.exceptions.ResourceNotFoundException as e:
        same(e.response["ResponseMetadata"]["HTTPStatusCode"], 404)
    else:
        raise AssertionError("the plan is still there")


def others(d):
    same(admin.list_coverage(DetectorId=d)["Resources"], [])
    same(admin.describe_malware_scans(DetectorId=d)["Scans"], [])
    same(admin.get_malware_scan_settings(DetectorId=d)["EbsSnapshotPreservation"], "NO_RETENTION")
    usage = admin.get_usage_statistics(DetectorId=d, UsageStatisticType="SUM_BY_ACCOUNT", UsageCriteria={"DataSources": ["CLOUD_TRAIL"]})
    same(list(usage["UsageStatistics"]), ["SumByAccount"])
    arn = f"arn:aws:guardduty:{admin.meta.region_name}:{ADMIN}:detector/{d}"
    admin.tag_resource(ResourceArn=arn, Tags={"stage": "test"})
    admin.untag_resource(ResourceArn=arn, TagKeys=["team"])
    same(admin.list_tags_for_resource(ResourceArn=arn)["Tags"], {"stage": "test"})


def main():
    d = detectors()
    for part in (filters, findings, lists, destinations, members, organization, others):
        part(d)
    plans()
    admin.delete_detector(DetectorId=d)
    for c in (admin, member, other):
        same(c.list_detectors()["DetectorIds"], [])


if __name__ == "__main__":
    sys.exit(main())
