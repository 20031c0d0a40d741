// Package intake is the one way by which findings get into the store. It exists
// so that whoever makes findings, a detector or a request for samples, need not
// know what the service does with one that arrives: which finding it is counted
// in, whether a filter archives it, what was told before.
//
// An issue is what goes on at one resource; its activity is counted in one
// finding. That lasts until somebody archives the finding, or 90 days pass
// without activity: what comes then opens the next finding. What a filter
// archives on arrival is counted apart from what users see.
//
// It imports awsgen/guardduty, awsrpc, store, fault, finding, event and jsonview of
// the house.
package intake
