package dns

import (
	"testing"

	"picket/detect"
	"picket/detecttest"
)

func TestListedDomain(t *testing.T) {
	detecttest.Run(t, ListedDomain, "testdata/listed-domain.txtar")
}
func TestCustomDomain(t *testing.T) {
	detecttest.Run(t, CustomDomain, "testdata/custom-domain.txtar")
}
func TestReputation(t *testing.T) { detecttest.Run(t, Reputation, "testdata/domain-reputation.txtar") }
func TestGeneratedDomains(t *testing.T) {
	detecttest.Run(t, GeneratedDomains, "testdata/generated-domains.txtar")
}
func TestExfiltration(t *testing.T) {
	detecttest.Run(t, Exfiltration, "testdata/data-exfiltration.txtar")
}
func TestMetadataRebind(t *testing.T) {
	detecttest.Run(t, MetadataRebind, "testdata/metadata-rebind.txtar")
}

func TestDeclarations(t *testing.T) {
	if err := detect.Validate(All); err != nil {
		t.Error(err)
	}
	types := 0
	for _, d := range All {
		types += len(d.Findings)
	}
	if types != 15 {
		t.Errorf("%d finding types declared, want the 15 about DNS queries", types)
	}
}
