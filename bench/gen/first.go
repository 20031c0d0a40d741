package main

import "slices"

// firstScenario is a scenario of the first edition and the logs it goes into.
type firstScenario struct {
	logs string
	scenario
}

// firstScenarios are the scenarios whose random streams are numbered by their
// position here. New scenarios go into the later lists, which go by name.
var firstScenarios = slices.Concat(
	inLog("flow", firstFlow),
	inLog("dns", firstDNS),
	inLog("cloudtrail", firstTrail),
	inLog("s3data", firstS3),
	inLog("k8s", firstK8s),
)

func inLog(logs string, ss []scenario) []firstScenario {
	out := make([]firstScenario, 0, len(ss))
	for _, s := range ss {
		out = append(out, firstScenario{logs, s})
	}
	return out
}
