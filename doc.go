// Package guildhall holds the words that every other package speaks: snowflakes and typed ids, guilds, channels,
// members, roles and messages as Discord documents them, permissions and intents, and the record by which one change
// is committed, moved and delivered.
//
// It imports the standard library only, does no I/O and reads no clock.
package guildhall
