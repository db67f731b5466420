// Package openapi holds answers of the REST API against Discord's own OpenAPI document, for tests.
//
// discord.json is specs/openapi.json of the repository discord/discord-api-spec, byte for byte, at commit
// 74fda0fad044407ea280043a03ffc9bc64c4e49e (2026-07-18), under the MIT licence in LICENSE.discord-api-spec. Where document
// and documentation differ, the documentation is followed; exceptions.go lists where.
package openapi
