// Package conformance holds the suites that every implementation of a contract passes, and the plain models they are
// judged by. A bug found in one implementation becomes a case here, for all of them.
package conformance
