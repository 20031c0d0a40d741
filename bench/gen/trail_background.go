package main

import (
	"fmt"
	"time"
)

var userAgents = []string{
	"aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOARCH#amd64 md/GOOS#linux api/sts#1.30.3",
	"Boto3/1.34.131 md/Botocore#1.34.131 ua/2.0 os/linux#5.10.219-208.866.amzn2.x86_64 md/arch#x86_64 lang/python#3.11.9 md/pyimpl#CPython cfg/retry-mode#legacy Botocore/1.34.131",
	"aws-cli/2.17.11 md/awscrt#0.20.11 ua/2.0 os/linux#6.1.94-99.176.amzn2023.x86_64 md/arch#x86_64 lang/python#3.11.8 md/pyimpl#CPython exec-env/CloudShell cfg/retry-mode#standard md/installer#exe md/prompt#off md/command#ec2.describe-instances",
	"APN/1.0 HashiCorp/1.0 Terraform/1.8.5 (+https://www.terraform.io) terraform-provider-aws/5.57.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.30.1 os/linux lang/go#1.22.4 md/GOOS#linux md/GOARCH#amd64 api/iam#1.34.1",
	"aws-sdk-java/2.26.12 Linux/5.10.219-208.866.amzn2.x86_64 OpenJDK_64-Bit_Server_VM/17.0.11+9-LTS Java/17.0.11 vendor/Amazon.com_Inc. io/sync http/Apache cfg/retry-mode/legacy",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
	"amazon-vpc-cni-k8s/v1.18.2 (linux/amd64) aws-sdk-go/1.51.32 (go1.22.3; linux; amd64)",
	"karpenter.sh-v0.37.0 aws-sdk-go/1.54.6 (go1.22.4; linux; amd64)",
}

// ctTmpl is one kind of ordinary call and how often it is made.
type ctTmpl struct {
	weight    int
	source    string
	name      string
	readOnly  bool
	byService string // caller when an AWS service makes the call half of the time
	fill      func(r *rng, a *account, e *ctRec)
}

func kmsFill(r *rng, a *account, e *ctRec) {
	k := pickSkew(r, a.keys)
	bk := pickSkew(r, a.buckets)
	e.req = fmt.Sprintf(`{"encryptionContext":{"aws:s3:arn":"arn:aws:s3:::%s/%s/%s"},"encryptionAlgorithm":"SYMMETRIC_DEFAULT","keyId":"arn:aws:kms:%s:%s:key/%s"}`, bk, pick(r, words), r.hex(24), e.region, a.id, k)
	e.resources = fmt.Sprintf(`[{"accountId":"%s","type":"AWS::KMS::Key","ARN":"arn:aws:kms:%s:%s:key/%s"}]`, a.id, e.region, a.id, k)
}

// noDetail is a call without parameters.
func noDetail(*rng, *account, *ctRec) {}

func describe(filter string) func(*rng, *account, *ctRec) {
	return func(r *rng, a *account, e *ctRec) {
		e.req = fmt.Sprintf(`{"maxResults":%d,"filterSet":{"items":[{"name":"%s","valueSet":{"items":[{"value":"%s"}]}},{"name":"tag:kubernetes.io/cluster/%s","valueSet":{"items":[{"value":"owned"}]}}]}}`, 100*r.between(1, 10), filter, pick(r, words)+"-"+r.hex(8), a.cluster)
	}
}

func field(key string) func(*rng, *account, *ctRec) {
	return func(r *rng, _ *account, e *ctRec) {
		e.req = fmt.Sprintf(`{"%s":"%s-%s"}`, key, pick(r, words), pick(r, words))
	}
}

var ctTmpls = []ctTmpl{
	{160, "sts", "AssumeRole", true, "ec2", func(r *rng, a *account, e *ctRec) {
		role := pickSkew(r, a.roles)
		s := pick(r, words) + "-" + r.hex(12)
		k := "ASIA" + r.str(b32Digits, 16)
		e.req = fmt.Sprintf(`{"roleArn":"arn:aws:iam::%s:role/%s","roleSessionName":"%s","durationSeconds":3600}`, a.id, role.name, s)
		e.resp = fmt.Sprintf(`{"credentials":{"accessKeyId":"%s","sessionToken":"%s","expiration":"%s"},"assumedRoleUser":{"assumedRoleId":"%s:%s","arn":"arn:aws:sts::%s:assumed-role/%s/%s"}}`, k, "IQoJb3JpZ2luX2VjE"+r.str(b64Digits, 320), time.UnixMilli(e.t+3600000).UTC().Format("Jan 2, 2006, 3:04:05 PM"), role.id, s, a.id, role.name, s)
		e.resources = fmt.Sprintf(`[{"accountId":"%s","type":"AWS::IAM::Role","ARN":"arn:aws:iam::%s:role/%s"}]`, a.id, a.id, role.name)
		e.sharedID = r.uuid()
	}},
	{40, "sts", "GetCallerIdentity", true, "", noDetail},
	{70, "ec2", "DescribeInstances", true, "autoscaling", describe("instance-state-name")},
	{30, "ec2", "DescribeNetworkInterfaces", true, "elasticloadbalancing", describe("network-interface-id")},
	{25, "ec2", "DescribeSecurityGroups", true, "", describe("vpc-id")},
	{20, "ec2", "DescribeSubnets", true, "", describe("subnet-id")},
	{20, "ec2", "DescribeVolumes", true, "", describe("attachment.instance-id")},
	{15, "ec2", "DescribeInstanceStatus", true, "autoscaling", describe("instance-status.status")},
	{15, "ec2", "CreateTags", false, "", func(r *rng, a *account, e *ctRec) {
		e.req = fmt.Sprintf(`{"resourcesSet":{"items":[{"resourceId":"i-0%s"}]},"tagSet":{"items":[{"key":"Name","value":"%s-%s"},{"key":"team","value":"%s"},{"key":"env","value":"prod"}]}}`, r.hex(16), pick(r, words), pick(r, words), pick(r, words))
		e.resp = fmt.Sprintf(`{"requestId":"%s","_return":true}`, r.uuid())
	}},
	{6, "ec2", "RunInstances", false, "autoscaling", func(r *rng, a *account, e *ctRec) {
		id, eni, ip := "i-0"+r.hex(16), "eni-0"+r.hex(16), fmt.Sprintf("%s.%d.%d", a.nets[0].prefix, r.between(1, 3), r.between(10, 250))
		n := &a.nets[0]
		sub := pick(r, n.inst).subnet
		e.req = fmt.Sprintf(`{"instancesSet":{"items":[{"imageId":"ami-0%s","minCount":1,"maxCount":1}]},"instanceType":"m6i.large","blockDeviceMapping":{},"availabilityZone":"%sa","tenancy":"default","monitoring":{"enabled":false},"disableApiTermination":false,"disableApiStop":false,"clientToken":"fleet-%s","networkInterfaceSet":{"items":[{"deviceIndex":0,"subnetId":"%s","deleteOnTermination":true,"associatePublicIpAddress":false,"groupSet":{"items":[{"groupId":"sg-0%s"}]}}]},"ebsOptimized":false,"launchTemplate":{"launchTemplateId":"lt-0%s","version":"%d"}}`, r.hex(16), e.region, r.uuid(), sub, r.hex(16), r.hex(16), r.between(1, 40))
		e.resp = fmt.Sprintf(`{"requestId":"%s","reservationId":"r-0%s","ownerId":"%s","groupSet":{},"instancesSet":{"items":[{"instanceId":"%s","imageId":"ami-0%s","bootMode":"uefi-preferred","currentInstanceBootMode":"uefi","instanceState":{"code":0,"name":"pending"},"privateDnsName":"ip-%s.ec2.internal","amiLaunchIndex":0,"productCodes":{},"instanceType":"m6i.large","launchTime":%d,"placement":{"availabilityZone":"%sa","tenancy":"default"},"monitoring":{"state":"disabled"},"subnetId":"%s","vpcId":"%s","privateIpAddress":"%s","stateReason":{"code":"pending","message":"pending"},"architecture":"x86_64","rootDeviceType":"ebs","rootDeviceName":"/dev/xvda","blockDeviceMapping":{},"virtualizationType":"hvm","hypervisor":"xen","tagSet":{"items":[{"key":"aws:autoscaling:groupName","value":"%s-asg"}]},"groupSet":{"items":[{"groupId":"sg-0%s","groupName":"default"}]},"sourceDestCheck":true,"networkInterfaceSet":{"items":[{"networkInterfaceId":"%s","subnetId":"%s","vpcId":"%s","ownerId":"%s","status":"in-use","macAddress":"0a:%s:%s:%s:%s:%s","privateIpAddress":"%s","sourceDestCheck":true,"interfaceType":"interface"}]},"ebsOptimized":false,"enaSupport":true,"cpuOptions":{"coreCount":1,"threadsPerCore":2},"capacityReservationSpecification":{"capacityReservationPreference":"open"},"enclaveOptions":{"enabled":false},"metadataOptions":{"state":"pending","httpTokens":"required","httpPutResponseHopLimit":2,"httpEndpoint":"enabled","httpProtocolIpv4":"enabled","httpProtocolIpv6":"disabled","instanceMetadataTags":"disabled"},"maintenanceOptions":{"autoRecovery":"default"},"privateDnsNameOptions":{"hostnameType":"ip-name","enableResourceNameDnsARecord":false,"enableResourceNameDnsAAAARecord":false}}]},"requesterId":"%s"}`,
			r.uuid(), r.hex(16), a.id, id, r.hex(16), ip, e.t, e.region, sub, n.vpc, ip, pick(r, words), r.hex(16), eni, sub, n.vpc, a.id, r.hex(2), r.hex(2), r.hex(2), r.hex(2), r.hex(2), ip, a.id)
	}},
	{60, "kms", "Decrypt", true, "s3", kmsFill},
	{40, "kms", "GenerateDataKey", true, "s3", kmsFill},
	{35, "logs", "CreateLogStream", false, "", func(r *rng, _ *account, e *ctRec) {
		e.req = fmt.Sprintf(`{"logGroupName":"/aws/lambda/%s-%s","logStreamName":"2026/03/02/[$LATEST]%s"}`, pick(r, words), pick(r, words), r.hex(32))
	}},
	{30, "ssm", "UpdateInstanceInformation", false, "", func(r *rng, a *account, e *ctRec) {
		e.req = fmt.Sprintf(`{"instanceId":"%s","agentStatus":"Active","agentVersion":"3.3.551.0","platformType":"Linux","platformName":"Amazon Linux","platformVersion":"2023","iPAddress":"%s.1.%d","computerName":"ip-10-0-1-%d.ec2.internal","agentName":"amazon-ssm-agent","availabilityZone":"%sa","availabilityZoneId":"use1-az1","sSMConnectionChannel":"ssmmessages"}`, pick(r, a.nets[0].inst).id, a.nets[0].prefix, r.between(10, 250), r.between(10, 250), e.region)
	}},
	{20, "monitoring", "DescribeAlarms", true, "", field("alarmNamePrefix")},
	{25, "dynamodb", "DescribeTable", true, "", func(r *rng, a *account, e *ctRec) {
		t := pick(r, words) + "-table"
		e.req = `{"tableName":"` + t + `"}`
		e.resources = fmt.Sprintf(`[{"accountId":"%s","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:%s:%s:table/%s"}]`, a.id, e.region, a.id, t)
	}},
	{12, "iam", "GetRole", true, "", field("roleName")},
	{10, "iam", "ListAttachedRolePolicies", true, "", field("roleName")},
	{6, "iam", "ListUsers", true, "", noDetail},
	{4, "iam", "GetAccountPasswordPolicy", true, "", noDetail},
	{18, "s3", "GetBucketAcl", true, "cloudtrail", func(r *rng, a *account, e *ctRec) {
		bk := pickSkew(r, a.buckets)
		e.req = fmt.Sprintf(`{"bucketName":"%s","Host":"%s.s3.%s.amazonaws.com","acl":""}`, bk, bk, e.region)
		e.extra = fmt.Sprintf(`{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"%s=","bytesTransferredOut":%d}`, r.str(b64Digits, 75), r.between(400, 900))
		e.resources = fmt.Sprintf(`[{"accountId":"%s","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::%s"}]`, a.id, bk)
	}},
	{12, "s3", "GetBucketLocation", true, "", func(r *rng, a *account, e *ctRec) {
		bk := pickSkew(r, a.buckets)
		e.req = fmt.Sprintf(`{"bucketName":"%s","location":"","Host":"s3.%s.amazonaws.com"}`, bk, e.region)
		e.resources = fmt.Sprintf(`[{"accountId":"%s","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::%s"}]`, a.id, bk)
	}},
	{20, "lambda", "GetFunction20150331v2", true, "", field("functionName")},
	{22, "elasticloadbalancing", "DescribeTargetHealth", true, "", func(r *rng, a *account, e *ctRec) {
		e.req = fmt.Sprintf(`{"targetGroupArn":"arn:aws:elasticloadbalancing:%s:%s:targetgroup/k8s-%s-%s/%s"}`, e.region, a.id, pick(r, words), r.hex(10), r.hex(16))
	}},
	{22, "autoscaling", "DescribeAutoScalingGroups", true, "", field("autoScalingGroupName")},
	{18, "ecr", "BatchGetImage", true, "", func(r *rng, a *account, e *ctRec) {
		repo := pick(r, words) + "/" + pick(r, words)
		e.req = fmt.Sprintf(`{"registryId":"%s","repositoryName":"%s","imageIds":[{"imageTag":"v1.%d.%d"}],"acceptedMediaTypes":["application/vnd.oci.image.manifest.v1+json","application/vnd.oci.image.index.v1+json","application/vnd.docker.distribution.manifest.v2+json"]}`, a.id, repo, r.n(30), r.n(90))
		e.resources = fmt.Sprintf(`[{"accountId":"%s","ARN":"arn:aws:ecr:%s:%s:repository/%s"}]`, a.id, e.region, a.id, repo)
	}},
	{14, "secretsmanager", "GetSecretValue", true, "", field("secretId")},
	{10, "cloudformation", "DescribeStacks", true, "", field("stackName")},
	{14, "eks", "DescribeCluster", true, "", field("name")},
	{8, "config", "PutEvaluations", false, "config", func(r *rng, a *account, e *ctRec) {
		e.req = fmt.Sprintf(`{"evaluations":[{"complianceResourceType":"AWS::EC2::SecurityGroup","complianceResourceId":"sg-0%s","complianceType":"COMPLIANT","orderingTimestamp":"%s"}],"resultToken":"%s","testMode":false}`, r.hex(16), stampS(e.t), r.str(b64Digits, 200))
	}},
	{3, "signin", "ConsoleLogin", false, "", noDetail},
}

var ctTotal = func() (n int) {
	for _, t := range ctTmpls {
		n += t.weight
	}
	return n
}()

// tls13 takes the service and the region.
const tls13 = `{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"%s.%s.amazonaws.com"}`

// consoleLogin is a sign-in with a password and MFA.
func consoleLogin(a *account, u *user, t int64, ip string, ok bool) *ctRec {
	e := &ctRec{t: t, ident: fmt.Sprintf(`{"type":"IAMUser","principalId":"%s","arn":"arn:aws:iam::%s:user/%s","accountId":"%s","userName":"%s"}`, u.id, a.id, u.name, a.id, u.name),
		source: "signin", name: "ConsoleLogin", region: "us-east-1", ip: ip, ua: userAgents[5], eventType: "AwsConsoleSignIn", account: a.id,
		resp:  `{"ConsoleLogin":"Success"}`,
		extra: `{"LoginTo":"https://console.aws.amazon.com/console/home?hashArgs=%23&isauthcode=true&state=hashArgsFromTB_us-east-1","MobileVersion":"No","MFAUsed":"Yes"}`,
		tls:   `{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"signin.aws.amazon.com"}`}
	if !ok {
		e.resp, e.errMsg, e.errCode = `{"ConsoleLogin":"Failure"}`, "Failed authentication", "Failure"
	}
	return e
}

// apiCall is an ordinary call by one of the account's own identities.
func apiCall(r *rng, a *account, t int64, source, name string, readOnly bool) *ctRec {
	e := &ctRec{t: t, source: source, name: name, readOnly: readOnly, region: a.region, account: a.id}
	e.tls = fmt.Sprintf(tls13, source, a.region)
	switch x := r.f(); {
	case x < 0.12:
		e.ident = identUser(a, &a.users[r.skew(len(a.users))])
		e.ip, e.ua = pick(r, a.office), userAgents[2+r.n(4)]
	case x < 0.55: // an instance: its address inside the VPC or its own public one
		in := &a.nets[0].inst[r.skew(len(a.nets[0].inst))]
		e.ident = identInstance(a, in, t)
		e.ip, e.ua = in.pub, pickSkew(r, userAgents)
	default:
		role := &a.roles[r.skew(len(a.roles))]
		e.ident = identRole(a, session{role: role.name, roleID: role.id, name: pick(r, words) + "-" + r.hex(12), key: "ASIA" + r.str(b32Digits, 16), t: t, federated: r.p(0.4)})
		e.ip, e.ua = pick(r, a.nets[0].inst).pub, pickSkew(r, userAgents)
	}
	return e
}

// pickTemplate draws a call by weight.
func pickTemplate(r *rng) *ctTmpl {
	x := r.n(ctTotal)
	for i := range ctTmpls {
		if x < ctTmpls[i].weight {
			return &ctTmpls[i]
		}
		x -= ctTmpls[i].weight
	}
	return nil // not reached: x is below the sum of the weights
}

func ctBackground(r *rng, _ *world, a *account, t int64, b []byte) ([]byte, int) {
	m := pickTemplate(r)
	if m.name == "ConsoleLogin" {
		return consoleLogin(a, &a.users[r.skew(len(a.users))], t, pick(r, a.office), r.p(0.95)).appendTo(b, r), 1
	}
	e := apiCall(r, a, t, m.source, m.name, m.readOnly)
	if m.byService != "" && r.p(0.5) {
		s := m.byService + ".amazonaws.com"
		e.ident, e.ip, e.ua, e.tls = identService(m.byService), s, s, ""
	}
	m.fill(r, a, e)
	if r.p(0.03) {
		deny(e, pick(r, a.roles).name)
	}
	return e.appendTo(b, r), 1
}

// deny turns a call into a refused one.
func deny(e *ctRec, role string) {
	e.errCode, e.resp = "AccessDenied", ""
	e.errMsg = fmt.Sprintf("User: arn:aws:sts::%s:assumed-role/%s/session is not authorized to perform: %s:%s because no identity-based policy allows the %s:%s action", e.account, role, e.source, e.name, e.source, e.name)
}
