package audit

import (
	"testing"

	"picket/detect"
	"picket/detecttest"
)

func TestMaliciousCaller(t *testing.T) {
	detecttest.Run(t, MaliciousCaller, "testdata/malicious-caller.txtar")
}
func TestCustomCaller(t *testing.T) { detecttest.Run(t, CustomCaller, "testdata/custom-caller.txtar") }
func TestTorCaller(t *testing.T)    { detecttest.Run(t, TorCaller, "testdata/tor-caller.txtar") }
func TestAnonymousAccess(t *testing.T) {
	detecttest.Run(t, AnonymousAccess, "testdata/anonymous-access.txtar")
}
func TestExecInKubeSystem(t *testing.T) {
	detecttest.Run(t, ExecInKubeSystem, "testdata/exec-kube-system.txtar")
}
func TestPrivilegedContainer(t *testing.T) {
	detecttest.Run(t, PrivilegedContainer, "testdata/privileged-container.txtar")
}
func TestSensitiveMount(t *testing.T) {
	detecttest.Run(t, SensitiveMount, "testdata/sensitive-mount.txtar")
}
func TestAnonymousGrant(t *testing.T) {
	detecttest.Run(t, AnonymousGrant, "testdata/anonymous-grant.txtar")
}
func TestAdminDefaultAccount(t *testing.T) {
	detecttest.Run(t, AdminDefaultAccount, "testdata/admin-default-account.txtar")
}
func TestExposedDashboard(t *testing.T) {
	detecttest.Run(t, ExposedDashboard, "testdata/exposed-dashboard.txtar")
}
func TestExposedKubeflow(t *testing.T) {
	detecttest.Run(t, ExposedKubeflow, "testdata/exposed-kubeflow.txtar")
}

func TestDeclarations(t *testing.T) {
	if err := detect.Validate(All); err != nil {
		t.Error(err)
	}
	types := 0
	for _, d := range All {
		types += len(d.Findings)
	}
	if types != 27 {
		t.Errorf("%d finding types declared, the user guide has 27 for audit logs", types)
	}
}
