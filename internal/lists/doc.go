// Package lists reads the files that IP sets, threat intel sets and entity sets
// name, and keeps them for detection, which so never needs the network.
//
// It exists so that the API can answer at once while a list is fetched, and so
// that an activation that was under way when the server stopped is taken up
// again. A Worker activates lists; Active says which lists count for an account.
//
// It imports buckets, event, fault, intel, store and the AWS SDK's S3 client.
package lists
