// Package unfurl finds the links in a message and makes embeds of what lies there, within bounds of bytes and time.
package unfurl
