package finding

import (
	"fmt"
	"strconv"
	"strings"
)

// Fill replaces the {placeholders} of a type's title or text with what the
// finding says. A placeholder with nothing behind it becomes "unknown".
func Fill(text string, f *Finding, info Info) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, after, ok := strings.Cut(rest, "}")
		if !ok {
			b.WriteString("{" + rest)
			return b.String()
		}
		v := placeholder(name, f, info)
		if v == "" {
			v = "unknown"
		}
		b.WriteString(v)
		text = after
	}
}

// Placeholders are the names that Fill knows.
var Placeholders = []string{"account", "api", "attacker", "bucket", "cluster", "container", "count", "domain", "hostPath", "imagePrefix", "instanceId",
	"k8sUser", "localIp", "localPort", "pod", "port", "protocol", "remoteAccountId", "remoteIp", "remotePort", "resource", "role", "threatListName",
	"trailArn", "userName", "userType", "verb", "victim", "workload"}

func placeholder(name string, f *Finding, info Info) string {
	a := &f.Service.Action
	switch name {
	case "account":
		return f.AccountID
	case "count":
		return strconv.Itoa(f.Service.Count)
	case "instanceId":
		return instanceName(&f.Resource)
	case "remoteIp":
		return a.Remote().Address()
	case "attacker", "victim":
		return party(name, f)
	case "threatListName", "resource", "role", "hostPath":
		if v := info.Get(name); v != nil {
			return fmt.Sprint(v)
		}
		return ""
	}
	switch {
	case a.NetworkConnectionAction != nil:
		return networkPlaceholder(name, a.NetworkConnectionAction)
	case a.DNSRequestAction != nil && name == "domain":
		return a.DNSRequestAction.Domain
	case a.PortProbeAction != nil && len(a.PortProbeAction.PortProbeDetails) > 0:
		if name == "localPort" || name == "port" {
			return strconv.Itoa(a.PortProbeAction.PortProbeDetails[0].LocalPortDetails.Port)
		}
	case a.AwsAPICallAction != nil:
		return apiPlaceholder(name, f)
	case a.KubernetesAPICallAction != nil:
		return kubernetesPlaceholder(name, f)
	}
	return ""
}

// instanceName is the instance's id, else what else identifies it.
func instanceName(r *Resource) string {
	d := r.InstanceDetails
	switch {
	case d == nil:
		return ""
	case d.InstanceID != "":
		return d.InstanceID
	case len(d.NetworkInterfaces) == 0:
		return ""
	case d.NetworkInterfaces[0].NetworkInterfaceID != "":
		return d.NetworkInterfaces[0].NetworkInterfaceID
	}
	return d.NetworkInterfaces[0].PrivateIPAddress
}

func party(name string, f *Finding) string {
	own := instanceName(&f.Resource)
	other := f.Service.Action.Remote().Address()
	if (f.Service.ResourceRole == RoleActor) == (name == "attacker") {
		return own
	}
	return other
}

func networkPlaceholder(name string, n *NetworkConnectionAction) string {
	switch name {
	case "remotePort", "port":
		return strconv.Itoa(n.RemotePortDetails.Port)
	case "localPort":
		return strconv.Itoa(n.LocalPortDetails.Port)
	case "protocol":
		return n.Protocol
	case "localIp":
		if n.LocalIPDetails.IPAddressV4 != "" {
			return n.LocalIPDetails.IPAddressV4
		}
		return n.LocalIPDetails.IPAddressV6
	}
	return ""
}

func apiPlaceholder(name string, f *Finding) string {
	call := f.Service.Action.AwsAPICallAction
	switch name {
	case "api":
		return call.API
	case "bucket":
		if b := f.Resource.S3BucketDetails; len(b) > 0 {
			return b[0].Name
		}
	case "trailArn":
		return call.AffectedResources["AWS::CloudTrail::Trail"]
	case "remoteAccountId":
		if call.RemoteAccountDetails != nil {
			return call.RemoteAccountDetails.AccountID
		}
	case "userName":
		if f.Resource.AccessKeyDetails != nil {
			return f.Resource.AccessKeyDetails.UserName
		}
	case "userType":
		if f.Resource.AccessKeyDetails != nil {
			return f.Resource.AccessKeyDetails.UserType
		}
	}
	return ""
}

func kubernetesPlaceholder(name string, f *Finding) string {
	k := f.Resource.KubernetesDetails
	call := f.Service.Action.KubernetesAPICallAction
	switch {
	case name == "verb":
		return call.Verb
	case name == "cluster" && f.Resource.EksClusterDetails != nil:
		return f.Resource.EksClusterDetails.Name
	case k == nil:
		return ""
	case name == "k8sUser" && k.KubernetesUserDetails != nil:
		return k.KubernetesUserDetails.Username
	case name == "workload" && k.KubernetesWorkloadDetails != nil:
		return k.KubernetesWorkloadDetails.Name
	case name == "pod":
		return call.ResourceName
	case k.KubernetesWorkloadDetails == nil || len(k.KubernetesWorkloadDetails.Containers) == 0:
		return ""
	}
	for _, c := range k.KubernetesWorkloadDetails.Containers {
		if c.SecurityContext == nil || !c.SecurityContext.Privileged {
			continue
		}
		switch name {
		case "container":
			return c.Name
		case "imagePrefix":
			if c.ImagePrefix == "" {
				return c.Image
			}
			return c.ImagePrefix
		}
	}
	return ""
}
