package e2e

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"

	"picket/test/internal/s3server"
)

const (
	noList       = "The request is rejected since no such resource found."
	beyondQuota  = "The request is rejected because it’s an attempt to create resources beyond the current AWS account limits."
	badLocation  = "The request is rejected because the parameter ipSetLocation has an invalid value."
	badOwner     = "The request failed because the 'accountId' was formatted incorrectly."
	unreadable   = "The request is rejected because the caller is not authorized to call this API."
	membersLists = "The request is rejected. Member accounts cannot manage IPSets or ThreatIntelSets."
	membersElse  = "The request is rejected because member accounts cannot manage specified resources or properties."

	badRequest = "BadRequestException"
	asServers  = "InternalServerErrorException" // with the status of a client's error, as recorded
)

// A list is what all kinds of lists tell.
type list struct {
	name, format, location, status, owner, details string
	tags                                           map[string]string
	created, updated                               *time.Time
}

// A change is what all kinds of lists can be created with and updated by.
type change struct {
	name, format, location, owner, token *string
	activate                             *bool
	tags                                 map[string]string
}

// A kind is the five operations of one kind of lists.
type kind struct {
	word, param string // in ARNs and in messages
	most        int
	entities    bool
	class       string // of what is refused as if it were the server's fault
	create      func(ctx context.Context, c *client, detector string, in change) (string, error)
	get         func(ctx context.Context, c *client, detector, id string) (list, error)
	list        func(ctx context.Context, c *client, detector string, most *int32, token *string) ([]string, *string, error)
	update      func(ctx context.Context, c *client, detector, id string, in change) error
	delete      func(ctx context.Context, c *client, detector, id string) error
}

var listKinds = []kind{ipSet, threatIntelSet, threatEntitySet, trustedEntitySet}

// good makes the input of a list that is not activated.
func good(name string) change {
	return change{name: &name, format: aws.String("TXT"), location: aws.String("https://s3.amazonaws.com/some-bucket/" + name + ".txt"), activate: aws.Bool(false)}
}

func eachKind(t *testing.T, f func(t *testing.T, w *world, k kind)) {
	t.Parallel()
	for _, k := range listKinds {
		t.Run(k.word, func(t *testing.T) {
			each(t, func(t *testing.T, w *world) { f(t, w, k) })
		})
	}
}

func (k kind) made(t *testing.T, c *client, detector string, in change) string {
	t.Helper()
	id, err := k.create(t.Context(), c, detector, in)
	if err != nil {
		t.Fatal(err)
	}
	if len(id) != 32 {
		t.Errorf("id %q", id)
	}
	return id
}

func (k kind) got(t *testing.T, c *client, detector, id string) list {
	t.Helper()
	l, err := k.get(t.Context(), c, detector, id)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// settled waits until a list is not on its way.
func (k kind) settled(t *testing.T, c *client, detector, id string) list {
	t.Helper()
	for range 300 {
		if l := k.got(t, c, detector, id); l.status != "ACTIVATING" {
			return l
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("the list stays ACTIVATING")
	return list{}
}

// bucket makes a bucket of the world's own.
func (w *world) bucket(t *testing.T, objects map[string]string) string {
	t.Helper()
	name := "bucket-" + w.region
	s3server.Bucket(t, s3Client, name, objects)
	return name
}

func TestListLifeCycle(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		d, ctx := w.admin.detector(t), t.Context()
		in := good("one list")
		in.owner, in.tags = aws.String("123456789012"), map[string]string{"team": "blue"}
		id := k.made(t, w.admin, d, in)
		l := k.got(t, w.admin, d, id)
		if l.name != "one list" || l.format != "TXT" || l.location != *in.location || l.status != "INACTIVE" || l.owner != "123456789012" ||
			l.tags["team"] != "blue" || len(l.tags) != 1 || l.details != "" {
			t.Errorf("created: %+v", l)
		}
		if k.entities && (l.created == nil || l.updated == nil || time.Since(*l.created).Abs() > time.Minute || l.updated.Before(*l.created)) {
			t.Errorf("created %v, updated %v", l.created, l.updated)
		}
		if ids, next, err := k.list(ctx, w.admin, d, nil, nil); err != nil || !slices.Equal(ids, []string{id}) || next != nil {
			t.Errorf("listed %v, next %v, %v", ids, next, err)
		}

		if err := k.update(ctx, w.admin, d, id, change{}); err != nil {
			t.Error("nothing to change:", err)
		}
		if got := k.got(t, w.admin, d, id); got.name != l.name || got.location != l.location || got.owner != l.owner || got.status != l.status {
			t.Errorf("after no change: %+v", got)
		}
		if err := k.update(ctx, w.admin, d, id, change{name: aws.String("  other _ -  ")}); err != nil {
			t.Error(err)
		}
		if err := k.update(ctx, w.admin, d, id, change{location: aws.String("s3://bucket/key"), owner: aws.String("000000000000"), activate: aws.Bool(false)}); err != nil {
			t.Error(err)
		}
		if got := k.got(t, w.admin, d, id); got.name != "  other _ -  " || got.location != "s3://bucket/key" || got.owner != "000000000000" || got.status != "INACTIVE" || got.tags["team"] != "blue" {
			t.Errorf("updated: %+v", got)
		}

		if err := k.delete(ctx, w.admin, d, id); err != nil {
			t.Error(err)
		}
		if got := k.got(t, w.admin, d, id); got.status != "DELETED" || len(got.tags) != 0 || got.name != "  other _ -  " {
			t.Errorf("deleted: %+v", got)
		}
		if ids, _, err := k.list(ctx, w.admin, d, nil, nil); err != nil || len(ids) != 0 {
			t.Errorf("listed after deletion: %v, %v", ids, err)
		}
		refused(t, k.delete(ctx, w.admin, d, id), badRequest, noList)
		refused(t, k.update(ctx, w.admin, d, id, change{}), badRequest, noList)
		k.made(t, w.admin, d, good("again")) // the quota is free
	})
}

func TestListRefusals(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		d, ctx := w.admin.detector(t), t.Context()
		create := func(alter func(*change)) error {
			in := good("x")
			alter(&in)
			_, err := k.create(ctx, w.admin, d, in)
			return err
		}
		for _, name := range []string{"", "a!b", "a.b", "é", strings.Repeat("x", 301)} {
			refused(t, create(func(in *change) { in.name = &name }), badRequest,
				"The request is rejected because the parameter "+k.param+"Name has an invalid value.")
		}
		for _, location := range []string{"", "not-a-location", "s3://bucket", "https://example.com/list.txt", "file:///etc/passwd", "s3://b/" + strings.Repeat("x", 300)} {
			refused(t, create(func(in *change) { in.location = &location }), badRequest, badLocation)
		}
		for _, owner := range []string{"123", "12345678901x", ""} {
			refused(t, create(func(in *change) { in.owner = &owner }), badRequest, badOwner)
		}
		refused(t, create(func(in *change) { in.format = aws.String("INVALID") }), badRequest, "The request is rejected because the JSON could not be processed.")
		refused(t, create(func(in *change) { in.tags = map[string]string{"aws:x": "y"} }), badRequest,
			"Invalid tag key. Customers cannot set tag keys starting with aws: (case insensitive)")
		refused(t, create(func(in *change) { in.token = aws.String(strings.Repeat("x", 65)) }), badRequest, outOfRange)
		_, err := k.create(ctx, w.other, d, good("x"))
		refused(t, err, badRequest, notOwned)
		if ids, _, err := k.list(ctx, w.admin, d, nil, nil); err != nil || len(ids) != 0 {
			t.Fatalf("a refused list exists: %v, %v", ids, err)
		}

		id := k.made(t, w.admin, d, good("x"))
		for _, name := range []string{"", "a!b"} {
			refused(t, k.update(ctx, w.admin, d, id, change{name: &name}), k.class, outOfRange)
		}
		refused(t, k.update(ctx, w.admin, d, id, change{location: aws.String("not-a-location"), name: aws.String("new")}), badRequest, badLocation)
		refused(t, k.update(ctx, w.admin, d, id, change{owner: aws.String("123")}), badRequest, badOwner)
		if l := k.got(t, w.admin, d, id); l.name != "x" || l.location != *good("x").location || l.owner != "" {
			t.Errorf("a refused update left %+v", l)
		}
		malformed := "The request is rejected because an invalid " + k.param + "Id is specified."
		for bad, message := range map[string]string{unknownID: noList, "xyz": malformed, strings.ToUpper(id): malformed} {
			_, err := k.get(ctx, w.admin, d, bad)
			refused(t, err, badRequest, message)
			refused(t, k.update(ctx, w.admin, d, bad, change{}), badRequest, message)
			refused(t, k.delete(ctx, w.admin, d, bad), badRequest, message)
		}
		stranger := w.other.detector(t)
		_, err = k.get(ctx, w.other, stranger, id)
		refused(t, err, badRequest, noList)
		_, err = k.get(ctx, w.other, d, id)
		refused(t, err, badRequest, notOwned)
		refused(t, k.update(ctx, w.other, d, id, change{}), badRequest, notOwned)
		refused(t, k.delete(ctx, w.other, stranger, id), badRequest, noList)
		_, _, err = k.list(ctx, w.other, d, nil, nil)
		refused(t, err, badRequest, notOwned)
	})
}

func TestListQuotaTokensAndPages(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		d, ctx := w.admin.detector(t), t.Context()
		first := good("list-0")
		first.token, first.tags = aws.String("token"), map[string]string{"a": "1"}
		ids := []string{k.made(t, w.admin, d, first)}
		for i := 1; i < k.most; i++ {
			in := good(fmt.Sprintf("list-%d", i))
			in.token = first.token // another name: another list
			ids = append(ids, k.made(t, w.admin, d, in))
		}
		_, err := k.create(ctx, w.admin, d, good("one too many"))
		refused(t, err, k.class, beyondQuota)
		repeat := first
		repeat.location, repeat.tags = aws.String("s3://other/key"), map[string]string{"b": "2"}
		if id := k.made(t, w.admin, d, repeat); id != ids[0] {
			t.Errorf("the token gave %s, want %s", id, ids[0])
		}
		if l := k.got(t, w.admin, d, ids[0]); l.location != *first.location || l.tags["a"] != "1" || len(l.tags) != 1 {
			t.Errorf("the token changed the list to %+v", l)
		}

		slices.Sort(ids)
		var paged []string
		var token *string
		for range k.most {
			page, next, err := k.list(ctx, w.admin, d, aws.Int32(1), token)
			if err != nil || len(page) != 1 {
				t.Fatal(page, err)
			}
			if paged, token = append(paged, page...), next; token == nil {
				break
			}
			if *token != page[0] {
				t.Errorf("token %s, last id %s", *token, page[0])
			}
		}
		if !slices.Equal(paged, ids) || token != nil {
			t.Errorf("pages give %v and the token %v, want %v", paged, token, ids)
		}
		if all, next, err := k.list(ctx, w.admin, d, aws.Int32(50), nil); err != nil || !slices.Equal(all, ids) || next != nil {
			t.Errorf("one page gives %v, %v, %v", all, next, err)
		}
		for _, n := range []int32{0, 51, -1} {
			_, _, err := k.list(ctx, w.admin, d, &n, nil)
			refused(t, err, badRequest, "The request is rejected because the parameter maxResults is out-of-bounds.")
		}
		_, _, err = k.list(ctx, w.admin, d, nil, aws.String("not-a-token"))
		refused(t, err, k.class, outOfRange)

		if err := k.delete(ctx, w.admin, d, paged[0]); err != nil {
			t.Fatal(err)
		}
		if k.most > 1 {
			in := good(k.got(t, w.admin, d, paged[1]).name)
			_, err := k.create(ctx, w.admin, d, in)
			if k.entities && err != nil {
				t.Error("entity sets may share a name:", err)
			} else if !k.entities {
				refused(t, err, badRequest, "The request is rejected because the parameter "+k.param+"Name has an invalid value.")
				refused(t, k.update(ctx, w.admin, d, paged[2], change{name: in.name}), k.class, outOfRange)
			}
		}
	})
}

func TestListTags(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		d, ctx := w.admin.detector(t), t.Context()
		id := k.made(t, w.admin, d, good("x"))
		arn := aws.String("arn:aws:guardduty:" + w.region + ":" + w.admin.Account + ":detector/" + d + "/" + k.word + "/" + id)
		if _, err := w.admin.TagResource(ctx, &guardduty.TagResourceInput{ResourceArn: arn, Tags: map[string]string{"a": "1", "b": ""}}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.admin.UntagResource(ctx, &guardduty.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"a"}}); err != nil {
			t.Fatal(err)
		}
		out, err := w.admin.ListTagsForResource(ctx, &guardduty.ListTagsForResourceInput{ResourceArn: arn})
		if err != nil {
			t.Fatal(err)
		}
		if v, ok := out.Tags["b"]; !ok || v != "" || len(out.Tags) != 1 || len(k.got(t, w.admin, d, id).tags) != 1 {
			t.Errorf("tags %v", out.Tags)
		}
		missing := strings.Replace(*arn, id, unknownID, 1)
		_, err = w.admin.ListTagsForResource(ctx, &guardduty.ListTagsForResourceInput{ResourceArn: &missing})
		refused(t, err, badRequest, noList)
	})
}

const stix = `<stix:STIX_Package xmlns:stix="s" xmlns:cybox="c" xmlns:AddressObject="a"><stix:Observables><cybox:Observable><cybox:Object>` +
	`<cybox:Properties category="ipv4-addr"><AddressObject:Address_Value>198.51.100.7</AddressObject:Address_Value></cybox:Properties>` +
	`</cybox:Object></cybox:Observable></stix:Observables></stix:STIX_Package>`

// TestListActivation reads lists of the forms of the user guide from S3.
func TestListActivation(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		d, ctx := w.admin.detector(t), t.Context()
		files := map[string]string{
			"TXT":         "192.0.2.0/24\n198.51.100.1\r\n",
			"STIX":        stix,
			"OTX_CSV":     "Indicator type, Indicator, Description\nCIDR, 192.0.2.0/24, example\nIPv4, 198.51.100.1, example\n",
			"ALIEN_VAULT": "198.51.100.1#4#2#Malicious Host#US##0.0,0.0#3\n",
			"PROOF_POINT": "ip, category, score, first_seen, last_seen, ports (|)\n198.51.100.1, 1, 100, 2000-01-01, 2000-01-01,\n",
			"FIRE_EYE": "reportId,title,threatScape,audience,intelligenceType,publishDate,reportLink,webLink,emailIdentifier,senderAddress,senderName,sourceDomain,sourceIp,subject,recipient,emailLanguage,fileName,fileSize,fuzzyHash,fileIdentifier,md5,sha1,sha256,description,fileType,packer,userAgent,registry,fileCompilationDateTime,filePath,asn,cidr,domain,domainTimeOfLookup,networkIdentifier,ip,port,protocol,registrantEmail,registrantName,networkType,url,malwareFamily,malwareFamilyId,actor,actorId,observationTime\n" +
				"01-00000001,Example,Test,Operational,threat,1494944400,https://www.example.com/r,https://www.example.com/r,,,,,,,,,,,,,,,,,,,,,,,,192.0.2.0/24,,,Related,,,,,,network,,Ursnif,21a14673,,,1494944400\n",
		}
		objects := map[string]string{"empty": "", "page.html": "<html>\n<body>\nnothing\n</body>\n</html>\n", "large": strings.Repeat("x", 35<<20+1)}
		long := &strings.Builder{}
		for i := range 2001 {
			fmt.Fprintf(long, "198.51.%d.%d\n", i/256, i%256)
		}
		objects["2001"] = long.String()
		for format, text := range files {
			objects["lists/"+format] = text
		}
		bucket := w.bucket(t, objects)
		at := func(key string) *string { return aws.String("s3://" + bucket + "/" + key) }
		activated := func(format string, location *string) list {
			in := good("x")
			in.format, in.location, in.activate = &format, location, aws.Bool(true)
			id := k.made(t, w.admin, d, in)
			l := k.settled(t, w.admin, d, id)
			if err := k.delete(ctx, w.admin, d, id); err != nil {
				t.Error(err)
			}
			return l
		}
		for format := range files {
			if l := activated(format, at("lists/"+format)); l.status != "ACTIVE" || l.details != "" || l.format != format {
				t.Errorf("%s: %+v", format, l)
			}
		}
		for _, form := range []string{"https://s3.amazonaws.com/%s/lists/TXT", "https://s3-eu-west-1.amazonaws.com/%s/lists/TXT",
			"https://s3.eu-west-1.amazonaws.com/%s/lists/TXT", "http://%s.s3.amazonaws.com/lists/TXT", "https://%s.s3.eu-west-1.amazonaws.com/lists/TXT"} {
			if l := activated("TXT", aws.String(fmt.Sprintf(form, bucket))); l.status != "ACTIVE" {
				t.Errorf("%s: %+v", form, l)
			}
		}
		bad := map[string]string{"empty": "TXT", "page.html": "TXT", "large": "TXT", "lists/TXT": "STIX", "missing": "TXT"}
		if k.most == 1 || k.entities {
			bad["2001"] = "TXT" // an IP set has 2,000 entries at most, an entity set 1,000
		}
		for key, format := range bad {
			if l := activated(format, at(key)); l.status != "ERROR" || k.entities != (l.details != "") {
				t.Errorf("%s as %s: %+v", key, format, l)
			}
		}
	})
}

func TestListReactivation(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		d, ctx := w.admin.detector(t), t.Context()
		bucket := w.bucket(t, map[string]string{"list": "198.51.100.1\n"})
		in := good("x")
		in.location, in.activate = aws.String("s3://"+bucket+"/list"), aws.Bool(true)
		id := k.made(t, w.admin, d, in)
		update := func(c change) error { return k.update(ctx, w.admin, d, id, c) }
		status := func(step, want string) {
			t.Helper()
			if l := k.settled(t, w.admin, d, id); l.status != want {
				t.Errorf("%s: %+v, want %s", step, l, want)
			}
		}
		status("created", "ACTIVE")
		if err := update(change{name: aws.String("y"), location: aws.String("s3://" + bucket + "/other")}); err != nil {
			t.Error(err)
		}
		status("moved", "ACTIVE") // it is read only when it is activated
		refused(t, update(change{activate: aws.Bool(true)}), k.class, unreadable)
		status("activated where nothing is", "ERROR")
		if l := k.got(t, w.admin, d, id); l.location != "s3://"+bucket+"/other" || l.name != "y" {
			t.Errorf("attempted values are lost: %+v", l)
		}
		refused(t, update(change{activate: aws.Bool(true), location: aws.String("s3://no-" + bucket + "/list")}), k.class, unreadable)
		if err := update(change{activate: aws.Bool(true), location: aws.String("s3://" + bucket + "/list")}); err != nil {
			t.Error(err)
		}
		status("activated", "ACTIVE")
		if err := update(change{activate: aws.Bool(false)}); err != nil {
			t.Error(err)
		}
		status("deactivated", "INACTIVE")
		s3server.Put(t, s3Client, bucket, "list", "<html>\n<p>\n</p>\n</html>\n")
		if err := update(change{activate: aws.Bool(true)}); err != nil {
			t.Error("a file that is no list is no error of the call:", err)
		}
		status("activated with a file that is no list", "ERROR")
	})
}

// TestMembersHaveTheirAdministratorsLists is the user guide's page on accounts.
func TestMembersHaveTheirAdministratorsLists(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		d, m, ctx := w.admin.detector(t), w.member.detector(t), t.Context()
		own := k.made(t, w.member, m, good("own"))
		id := k.made(t, w.admin, d, good("x"))
		if _, err := w.admin.CreateMembers(ctx, &guardduty.CreateMembersInput{DetectorId: &d,
			AccountDetails: []types.AccountDetail{{AccountId: &w.member.Account, Email: aws.String("m@example.com")}}}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.admin.InviteMembers(ctx, &guardduty.InviteMembersInput{DetectorId: &d, AccountIds: []string{w.member.Account}}); err != nil {
			t.Fatal(err)
		}
		invitations, err := w.member.ListInvitations(ctx, &guardduty.ListInvitationsInput{})
		if err != nil || len(invitations.Invitations) != 1 {
			t.Fatal(invitations, err)
		}
		if _, err := w.member.AcceptAdministratorInvitation(ctx, &guardduty.AcceptAdministratorInvitationInput{DetectorId: &m,
			AdministratorId: &w.admin.Account, InvitationId: invitations.Invitations[0].InvitationId}); err != nil {
			t.Fatal(err)
		}
		if ids, _, err := k.list(ctx, w.member, m, nil, nil); err != nil || !slices.Equal(ids, []string{id}) {
			t.Errorf("a member's lists are %v, want its administrator's %s; %v", ids, id, err)
		}
		if l := k.got(t, w.member, m, id); l.name != "x" {
			t.Errorf("a member reads %+v", l)
		}
		message := membersLists
		if k.entities {
			message = membersElse
		}
		_, err = k.create(ctx, w.member, m, good("y"))
		refused(t, err, badRequest, message)
		for _, id := range []string{own, id} {
			refused(t, k.update(ctx, w.member, m, id, change{}), badRequest, message)
			refused(t, k.delete(ctx, w.member, m, id), badRequest, message)
		}
	})
}
