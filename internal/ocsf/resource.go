package ocsf

import (
	"slices"

	"picket/finding"
)

// resources describes what f is about, the thing of its resource type first.
// Types are CloudFormation's where it has one.
func resources(f *finding.Finding) []*Resource {
	r := &f.Resource
	list := []*Resource{instance(r.InstanceDetails)}
	for i := range r.S3BucketDetails {
		list = append(list, bucket(&r.S3BucketDetails[i]))
	}
	list = append(list, cluster(r.EksClusterDetails))
	if k := r.KubernetesDetails; k != nil {
		list = append(list, workload(k.KubernetesWorkloadDetails))
	}
	list = append(list, function(r.LambdaDetails))
	if key := accessKey(r.AccessKeyDetails); r.ResourceType == finding.ResourceAccessKey {
		list = append([]*Resource{key}, list...)
	} else {
		list = append(list, key)
	}
	list = slices.DeleteFunc(list, func(r *Resource) bool { return r == nil || r.UID == "" && r.Name == "" })
	for _, r := range list {
		r.Region, r.CloudPartition = Text(f.Region), Text(f.Partition)
	}
	return list
}

// instance describes an instance by its id or, where the log does not say it,
// its interface by what is known of that.
func instance(d *finding.InstanceDetails) *Resource {
	if d == nil {
		return nil
	}
	r := &Resource{UID: Text(d.InstanceID), Type: "AWS::EC2::Instance", Data: d}
	for _, t := range d.Tags {
		r.Labels = append(r.Labels, Text(t.Key+":"+t.Value))
		if t.Key == "Name" {
			r.Name = Text(t.Value)
		}
	}
	if d.InstanceID == "" && len(d.NetworkInterfaces) > 0 {
		nic := &d.NetworkInterfaces[0]
		r.Type, r.UID, r.Name = "AWS::EC2::NetworkInterface", Text(nic.NetworkInterfaceID), Text(nic.PrivateIPAddress)
	}
	return r
}

func bucket(d *finding.S3BucketDetail) *Resource {
	r := &Resource{UID: Text(d.ARN), Name: Text(d.Name), Type: "AWS::S3::Bucket", Data: d}
	if d.Owner != nil && d.Owner.ID != "" {
		r.Owner = &User{UID: Text(d.Owner.ID)}
	}
	return r
}

func cluster(d *finding.EksClusterDetails) *Resource {
	if d == nil {
		return nil
	}
	return &Resource{UID: Text(d.ARN), Name: Text(d.Name), Type: "AWS::EKS::Cluster", Data: d}
}

func workload(d *finding.KubernetesWorkloadDetails) *Resource {
	if d == nil {
		return nil
	}
	return &Resource{UID: Text(d.UID), Name: Text(d.Name), Type: Text(d.Type), Namespace: Text(d.Namespace), Data: d}
}

func function(d *finding.LambdaDetails) *Resource {
	if d == nil {
		return nil
	}
	return &Resource{UID: Text(d.FunctionARN), Name: Text(d.FunctionName), Type: "AWS::Lambda::Function", Data: d}
}

// accessKey describes the credential behind a call or, where the call was made
// without one, the identity.
func accessKey(d *finding.AccessKeyDetails) *Resource {
	if d == nil {
		return nil
	}
	r := &Resource{UID: Text(d.AccessKeyID), Name: Text(d.UserName), Type: "AWS::IAM::AccessKey", Owner: user(d), Data: d}
	if d.AccessKeyID == "" {
		r.UID, r.Type = Text(d.PrincipalID), principalType(d.UserType)
	}
	return r
}

// principalType names the kind of resource an identity without a key is;
// CloudTrail's own word where CloudFormation has none.
func principalType(userType string) Text {
	switch userType {
	case "IAMUser":
		return "AWS::IAM::User"
	case "Role", "AssumedRole":
		return "AWS::IAM::Role"
	}
	return Text(userType)
}
