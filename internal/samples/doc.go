// Package samples makes up a finding of every type that GuardDuty has, for
// CreateSampleFindings. It exists so that what a sample looks like is data: a
// type that detectors raise is shown from its own declaration, and the types
// that picket can't detect are declared here and nowhere else.
//
// A sample is put together from parts, the JSON files beside the code. All
// names, addresses and numbers in them are placeholders, those that the real
// service uses; only the sentences are picket's.
//
// It imports detect, finding and jsonview.
package samples
