package ocsf

import "strings"

// tactics gives the MITRE ATT&CK tactic (numbers: ATT&CK for Enterprise) of the
// threat purposes that GuardDuty takes from there, by name and meaning (user
// guide, finding format). Purposes such as Recon, Trojan or UnauthorizedAccess
// are GuardDuty's own; they are left out, since no one tactic is certain.
var tactics = map[string]Tactic{
	"CredentialAccess":    {"TA0006", "Credential Access"},
	"DefenseEvasion":      {"TA0005", "Defense Evasion"},
	"Discovery":           {"TA0007", "Discovery"},
	"Execution":           {"TA0002", "Execution"},
	"Exfiltration":        {"TA0010", "Exfiltration"},
	"Impact":              {"TA0040", "Impact"},
	"InitialAccess":       {"TA0001", "Initial Access"},
	"LateralMovement":     {"TA0008", "Lateral Movement"},
	"Persistence":         {"TA0003", "Persistence"},
	"PrivilegeEscalation": {"TA0004", "Privilege Escalation"},
	"ResourceDevelopment": {"TA0042", "Resource Development"},
}

// attacks places a finding type in ATT&CK by the threat purpose its name
// begins with.
func attacks(typ string) []Attack {
	purpose, _, _ := strings.Cut(typ, ":")
	if t, ok := tactics[purpose]; ok {
		return []Attack{{t}}
	}
	return nil
}
