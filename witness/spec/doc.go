// Package spec holds answers of the REST API against Discord's own OpenAPI document, for tests. README.md says where the
// document is from, amendments.json where it is not followed.
package spec
