// Package api is the role that speaks REST: it authenticates, checks the form of what is asked, counts it against the
// limits, sends each change to the owner of what it changes, and reads history from the tables. Permissions are the
// owners' business alone.
//
// There is one file per page of Discord's documentation of resources; routes come from the one table in package routes.
package api
