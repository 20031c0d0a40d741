#!/usr/bin/env bash
# The life of everything an account can have, through the AWS CLI as its users
# call it.
set -euo pipefail

gd() { aws guardduty "$@" --output text; }
json() { aws guardduty "$@" --output json; }

as() { # ACCOUNT command...
	AWS_ACCESS_KEY_ID=AKIA$1 AWS_SECRET_ACCESS_KEY=$SECRET "${@:2}"
}

same() {
	if [ "$1" != "$2" ]; then
		printf 'line %s: got %q, want %q\n' "${BASH_LINENO[0]}" "$1" "$2" >&2
		exit 1
	fi
}

refused() { # MESSAGE arguments...
	local out
	if out=$(aws guardduty "${@:2}" 2>&1); then
		printf 'line %s: it was not refused: %s\n' "${BASH_LINENO[0]}" "$out" >&2
		exit 1
	fi
	case $out in
	*"(BadRequestException)"*"operation: $1") ;;
	*)
		printf 'line %s: got %q, want %q\n' "${BASH_LINENO[0]}" "$out" "$1" >&2
		exit 1
		;;
	esac
}

same "$(gd list-detectors)" ""
d=$(gd create-detector --enable --tags team=blue --finding-publishing-frequency ONE_HOUR --query DetectorId)
same "$(gd list-detectors --query DetectorIds)" "$d"
same "$(gd get-detector --detector-id "$d" --query '[Status,FindingPublishingFrequency,Tags.team,DataSources.S3Logs.Status]')" "ENABLED	ONE_HOUR	blue	ENABLED"
same "$(gd update-detector --detector-id "$d" --features Name=S3_DATA_EVENTS,Status=DISABLED)" ""
same "$(gd get-detector --detector-id "$d" --query 'Features[?Name==`S3_DATA_EVENTS`].Status')" DISABLED
refused "The request is rejected because a detector already exists for the current account." create-detector --enable
refused "The request is rejected because the input detectorId is not owned by the current account." get-detector --detector-id f1649fda76364cde9c4d2850835e02c3

for n in one two three; do
	same "$(gd create-filter --detector-id "$d" --name "$n" --rank 9 --action ARCHIVE --finding-criteria '{"Criterion":{"type":{"Eq":["Recon:EC2/Portscan"]}}}')" "$n"
done
same "$(json list-filters --detector-id "$d" --page-size 2 --query 'FilterNames' | tr -d ' \n')" '["one","two","three"]'
same "$(json list-filters --detector-id "$d" --max-items 1 --query 'FilterNames' | tr -d ' \n')" '["one"]'
same "$(gd get-filter --detector-id "$d" --filter-name two --query '[Name,Action,Rank,FindingCriteria.Criterion.type.Equals[0]]')" "two	ARCHIVE	2	Recon:EC2/Portscan"
gd delete-filter --detector-id "$d" --filter-name one

gd create-sample-findings --detector-id "$d" --finding-types Recon:EC2/PortProbeUnprotectedPort
f=$(gd list-findings --detector-id "$d" --query FindingIds)
same "$(gd get-findings --detector-id "$d" --finding-ids "$f" --query 'Findings[].[Type,AccountId,Service.Count,Service.Archived]')" "Recon:EC2/PortProbeUnprotectedPort	$ADMIN	1	False"
gd archive-findings --detector-id "$d" --finding-ids "$f"
same "$(gd list-findings --detector-id "$d" --query FindingIds --finding-criteria '{"Criterion":{"service.archived":{"Eq":["false"]}}}')" ""
same "$(gd get-findings-statistics --detector-id "$d" --group-by FINDING_TYPE --query 'FindingStatistics.GroupedByFindingType[].TotalFindings')" 1

location=https://s3.amazonaws.com/$BUCKET/trusted.txt
s=$(gd create-ip-set --detector-id "$d" --name office --format TXT --location "$location" --activate --tags a=b --query IpSetId)
same "$(gd get-ip-set --detector-id "$d" --ip-set-id "$s" --query '[Name,Format,Location,Tags.a]')" "office	TXT	$location	b"
gd update-ip-set --detector-id "$d" --ip-set-id "$s" --no-activate
gd delete-ip-set --detector-id "$d" --ip-set-id "$s"
same "$(gd get-ip-set --detector-id "$d" --ip-set-id "$s" --query Status)" DELETED
refused "The request is rejected since no such resource found." delete-ip-set --detector-id "$d" --ip-set-id "$s"

theirs=$(as "$OTHER" gd create-detector --enable --query DetectorId)
same "$(gd create-members --detector-id "$d" --account-details "AccountId=$OTHER,Email=security@example.com" --query UnprocessedAccounts)" ""
same "$(gd invite-members --detector-id "$d" --account-ids "$OTHER" --query UnprocessedAccounts)" ""
invitation=$(as "$OTHER" gd list-invitations --query 'Invitations[0].InvitationId')
as "$OTHER" gd accept-administrator-invitation --detector-id "$theirs" --administrator-id "$ADMIN" --invitation-id "$invitation"
same "$(gd list-members --detector-id "$d" --query 'Members[].[AccountId,RelationshipStatus]')" "$OTHER	Enabled"
refused "The request is rejected because the current account cannot delete detector while it has invited or associated members." delete-detector --detector-id "$d"
as "$OTHER" gd disassociate-from-administrator-account --detector-id "$theirs"
gd delete-members --detector-id "$d" --account-ids "$OTHER" --query UnprocessedAccounts

arn=arn:aws:guardduty:$AWS_REGION:$ADMIN:detector/$d
gd tag-resource --resource-arn "$arn" --tags stage=test
gd untag-resource --resource-arn "$arn" --tag-keys team
same "$(json list-tags-for-resource --resource-arn "$arn" --query Tags | tr -d ' \n')" '{"stage":"test"}'

gd delete-detector --detector-id "$d"
as "$OTHER" gd delete-detector --detector-id "$theirs"
same "$(gd list-detectors --query DetectorIds)" ""
