// Package audit holds the detectors over Kubernetes audit events: who calls the
// API server and from where, what is run with the node's powers, and which
// grants and services open the cluster. It exists so that each of these can be
// read, tuned and tested by itself. It imports detect, event, finding, jsonview
// and the standard library.
package audit

import (
	"strings"

	"picket/detect"
	"picket/event"
	"picket/finding"
)

// All lists the detectors of this package.
var All = []*detect.Detector{
	MaliciousCaller,
	CustomCaller,
	TorCaller,
	AnonymousAccess,
	ExecInKubeSystem,
	PrivilegedContainer,
	SensitiveMount,
	AnonymousGrant,
	AdminDefaultAccount,
	ExposedDashboard,
	ExposedKubeflow,
}

// declare fills in what all types of this package have in common.
func declare(t finding.Type) *finding.Type {
	t.Sources = []finding.Source{finding.EKSAuditLogs}
	t.Resource = finding.ResourceCluster
	t.Role = finding.RoleTarget
	return &t
}

// managed reports whether AWS itself or a node's kubelet made the request: the
// add-on manager and its like, and the mirror pods of what already runs on a node.
func managed(a *event.Audit) bool {
	return strings.HasPrefix(a.User, "eks:") || strings.HasPrefix(a.User, "system:node:")
}
