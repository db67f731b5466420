// Package coverage says which of Discord's operations and gateway events a real client library has used against Guildhall:
// measured by witness/run, kept in coverage.json, shown in docs/libraries.md and held to a threshold by its test.
package coverage
