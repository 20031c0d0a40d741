package samples

import "fmt"

// sequences are the types about attacks that several signals tell of.
func sequences() family {
	return family{name: "AttackSequence", needs: "CORRELATION", kinds: []kind{
		attack("AttackSequence:EC2/CompromisedInstanceGroup", "a group of instances", instanceGroups()...),
		attack("AttackSequence:ECS/CompromisedCluster", "the ECS cluster ecs-demo-cluster", taskCluster("FARGATE"), taskCluster("EC2")),
		attack("AttackSequence:EKS/CompromisedCluster", "the Kubernetes cluster eks-demo-cluster", kubernetesCluster()),
		attack("AttackSequence:IAM/CompromisedCredentials", "the credentials of IAMUser/john_doe", credentials()...),
		attack("AttackSequence:S3/CompromisedData", "data in S3 buckets of IAMUser/john_doe", bucketData()),
	}}
}

// attack is a kind with a sample for each sequence.
func attack(name, what string, ss ...*sequence) kind {
	k := kind{
		name: name, severity: 9,
		title: "Several signals together point to an attack on " + what + ".",
		text:  "Signals of several stages of an attack were seen in a row: " + what + " may be in other hands.",
	}
	for i, s := range ss {
		s.UID = id(name, i)
		s.Description = fmt.Sprintf("%d signals in a row point to an attack on %s.", len(s.Signals), what)
		k.samples = append(k.samples, s.look("AttackSequence", "Correlation"))
	}
	return k
}

var (
	miner = actor{ID: "process:ca123456fcff297714ba6a31b9796530e1d4c1fa3f4c90f52e406c66b2045d88",
		Process: &process{"xmrig", "/usr/share/xmrig", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}}
	fetcher = actor{ID: "process:12345b6a6d84bd52a9258fc1845ef42409b026142052cdf2cec57d71631f033e",
		Process: &process{"curl", "/usr/bin/curl", "1d23e456593eef5c1d3678519833304fb7faacbae88a5b7fe0497a09666bfe8f"}}
	toucher = actor{ID: "process:d12ebe3fb45d67fa890aec1f9a234e567890c080b0d6e6206c6bcvddec5760fd",
		Process: &process{"touch", "/usr/bin/touch", "b12d345e678901d637364f8d9d64a44d3882ed7982ee2177f390f19abf8541d3"}}
	john = actor{ID: "ASIAIOSFODNN7EXAMPLE", User: &user{"john_doe", "ASIAIOSFODNN7EXAMPLE", "IAMUser", "ASIAIOSFODNN7EXAMPLE", nil},
		Session: &session{"ENABLED", seen, ""}}
	johnsKey = subject{UID: "ASIAIOSFODNN7EXAMPLE", ResourceType: "ACCESS_KEY",
		Data: map[string]any{"accessKey": map[string]any{"principalId": "AIDA3UBBJ2K3TVEXAMPLE", "userName": "ASIAIOSFODNN7EXAMPLE", "userType": "IAMUser"}}}
	instanceIDs = []string{"i-0d5364d29fd4c8abe", "i-1d5364d29fd4c8abc", "i-2d5364d29fd4c8abc", "i-3d5364d29fd4c8abc", "i-4d5364d29fd4c8abc"}
)

func caller() endpoint {
	return endpoint{ID: "10.0.0.1::INTERNET:INBOUND:SOURCE", IP: "10.0.0.1", Port: new(int), Location: &location{"New York", "US", 40.7123, -74.0068},
		AutonomousSystem: &autonomousSystem{"ReservedASN", 64496}, Connection: &direction{"INBOUND"}}
}

// amazonTesting is an indicator with the names of two lists.
func amazonTesting(key string) indicator { return indicator{key, []string{"Amazon", "Testing"}} }

func domain(name string) endpoint { return endpoint{ID: name, Domain: name} }

// instanceGroups are instances that belong together by one thing or another.
func instanceGroups() []*sequence {
	var out []*sequence
	for _, g := range []struct{ kind, member, name string }{
		{"AUTOSCALING_AUTO_SCALING_GROUP", "autoscalingAutoScalingGroup", "sample-asg-name"},
		{"EC2_LAUNCH_TEMPLATE", "ec2LaunchTemplate", "lt-1234567890abcdef0"},
		{"EC2_IMAGE", "ec2Image", "ami-1234567890abcdef0"},
		{"EC2_VPC", "ec2Vpc", "vpc-1234567890abcdef0"},
		{"CLOUDFORMATION_STACK", "cloudformationStack", "sample-stack-name"},
		{"IAM_INSTANCE_PROFILE", "iamInstanceProfile", "sample-instance-profile"},
	} {
		data := map[string]any{"ec2InstanceUids": instanceIDs}
		if g.kind == "EC2_LAUNCH_TEMPLATE" {
			data["version"] = "1"
		}
		s := &sequence{
			Actors:    []actor{miner, fetcher},
			Resources: []subject{{UID: g.name, Name: g.name, ResourceType: g.kind, Data: map[string]any{g.member: data}}},
			Endpoints: []endpoint{domain("guarddutyblackholeactivity.com"), domain("guarddutydroppointactivity.com")},
		}
		for _, i := range instanceIDs {
			s.Resources = append(s.Resources, instanceSubject(i))
		}
		bad := indicator{"MALICIOUS_DOMAIN", []string{"Amazon", "TestDomain"}}
		s.add("Trojan:EC2/BlackholeTraffic!DNS", 5, "An instance looked up a black-holed domain.", "Command and Control", "T1071.004 - Application Layer Protocol: DNS", bad)
		s.add("Trojan:EC2/DropPoint!DNS", 5, "An instance looked up a drop point.", "Exfiltration", "T1041 - Exfiltration over C2 Channel", bad)
		s.add("Impact:EC2/AbusedDomainRequest.Reputation", 5, "An instance looked up an abused domain.", "Impact", "T1496 - Resource Hijacking", amazonTesting("MALICIOUS_DOMAIN"))
		s.count(9)
		out = append(out, s)
	}
	return out
}

func instanceSubject(id string) subject {
	return subject{UID: id, Name: id, ResourceType: "EC2_INSTANCE", Data: map[string]any{"ec2Instance": map[string]any{
		"availabilityZone": "us-east-1b", "imageDescription": "sample description", "instanceState": "running", "instanceType": "t3.small",
		"outpostArn": "arn:aws:outposts:us-east-1:123456789012:outpost/outpost-id", "platform": "sampleplatform",
		"productCodes":            []map[string]string{{"productCodeId": "ami-0c3c12345c123fed2", "productCodeType": "marketplace"}},
		"ec2NetworkInterfaceUids": []string{"1.2.4.3", "eni-00aaa0a0aa0aa00aa"},
	}}}
}

func container() subject {
	return subject{UID: "1023da123cb7b123a4fa12345e4bd12e8fbb12ade123a12346a0fc412edc7d52", AccountID: "111122223333", ResourceType: "CONTAINER", Region: "us-east-1",
		CloudPartition: "aws", Data: map[string]any{"container": map[string]any{
			"image": "demo-container-image1", "imageUid": "sha256:123c01295d103fecb5dd10160078935c3ee94308a14e85360c1d5c025196b140"}}}
}

// taskCluster is an ECS cluster that mines.
func taskCluster(launch string) *sequence {
	cluster := map[string]any{"status": "ACTIVE"}
	if launch == "EC2" {
		cluster["ec2InstanceUids"] = instanceIDs
	}
	here := subject{AccountID: "111122223333", Region: "us-east-1", CloudPartition: "aws"}
	c, task := here, here
	c.UID, c.Name, c.ResourceType, c.Data = "arn:aws:ecs:us-east-1:111122223333:cluster/ecs-demo-cluster", "ecs-demo-cluster", "ECS_CLUSTER", map[string]any{"ecsCluster": cluster}
	c.Tags = []tag{{"aws:cloudformation:stack-id", "arn:aws:cloudformation:us-east-1:111122223333:stack/Cluster-stack-name/1d123e12-4fa6-11ef-83f7-025eb6277b11"},
		{"aws:cloudformation:stack-name", "Cluster-stack-name"}, {"aws:cloudformation:logical-id", "defaultC974F9E3"}}
	task.UID, task.ResourceType = "arn:aws:ecs:us-east-1:111122223333:task/default/90c3276442cc40b4bc1d22938ccffd1d", "ECS_TASK"
	task.Data = map[string]any{"ecsTask": map[string]any{"createdAt": seen, "taskDefinitionArn": "arn:aws:ecs:us-east-1:111122223333:task-definition/demo",
		"launchType": launch, "containerUids": []string{"container:" + container().UID}}}
	s := &sequence{Actors: []actor{miner, fetcher, toucher}, Resources: []subject{container(), c, task}, Endpoints: []endpoint{caller()}}
	if launch == "EC2" {
		s.mine(indicator{"CRYPTOMINING_DOMAIN", []string{"crypto.guarddutyc2activityb.com"}})
	}
	s.add("CryptoCurrency:Runtime/BitcoinTool.B", 8, "A process is in contact with an address of a cryptocurrency.", "Impact", "T1496 - Resource Hijacking",
		indicator{"CRYPTOMINING_IP", []string{"1.2.3.4"}})
	s.add("Backdoor:Runtime/C&CActivity.B", 8, "A process is in contact with a command-and-control server.", "Command and Control", "T1071 - Application Layer Protocol",
		amazonTesting("MALICIOUS_IP"))
	if launch != "EC2" {
		s.add("Execution:Runtime/NewLibraryLoaded", 5, "A container loaded a new library.", "Execution", "T1129 - Shared Modules")
	}
	return s
}

// mine adds the signals of a miner that runs.
func (s *sequence) mine(more ...indicator) {
	s.add("CryptoCurrency:Runtime/BitcoinTool.B!DNS", 8, "A process looked up a domain of a cryptocurrency.", "Impact", "T1496 - Resource Hijacking", more...).Count = 4
	s.add("Impact:Runtime/CryptoMinerExecuted", 8, "A miner was started.", "Impact", "T1496 - Resource Hijacking")
}

// kubernetesCluster is an EKS cluster that mines.
func kubernetesCluster() *sequence {
	const name = "arn:aws:eks:us-east-1:111122223333:cluster/eks-demo-cluster"
	s := &sequence{
		Actors: []actor{{ID: "user:KubernetesUser:ASIAIOSFODNN7EXAMPLE", User: &user{"demo-user", "ASIAIOSFODNN7EXAMPLE", "KubernetesUser", "ASIAIOSFODNN7EXAMPLE", nil}}, miner},
		Resources: []subject{
			{UID: name, Name: "eks-demo-cluster", AccountID: "111122223333", ResourceType: "EKS_CLUSTER", Region: "us-east-1", CloudPartition: "aws",
				Data: map[string]any{"eksCluster": map[string]any{"arn": name, "createdAt": seen, "status": "ACTIVE", "vpcId": "vpc-1234567890abcdef0", "ec2InstanceUids": instanceIDs}}},
			{UID: "kubernetesWorkload:demo", Name: "demo", ResourceType: "KUBERNETES_WORKLOAD",
				Data: map[string]any{"kubernetesWorkload": map[string]any{"type": "PODS", "namespace": "default", "containerUids": []string{container().UID}}}},
			container(), johnsKey,
		},
		Endpoints: []endpoint{caller()},
	}
	s.mine()
	s.add("Execution:Kubernetes/MaliciousFile", 8, "A scan found a malicious file.", "Execution", "T1204.002 - User Execution: Malicious File")
	s.add("PrivilegeEscalation:Kubernetes/PrivilegedContainer", 5, "A privileged container was started.", "Privilege Escalation", "T1543 - Create or Modify System Process: Container Service")
	s.indicate(torExit)
	return s
}
