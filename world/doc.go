// Package world reads the file that says which people, bots and guilds a development server starts with, and turns it
// into commands. The same file always gives the same ids and tokens.
package world
