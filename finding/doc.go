// Package finding says what picket reports: the declaration of a finding type,
// the hit a detector raises, and the finding a user is told, whose JSON is
// GuardDuty's. It exists so that detection, the API, exports and reports share
// one model and one encoder. It imports event and the standard library.
package finding
