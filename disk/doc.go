// Package disk watches how much room the data's file systems have, and says what is refused before they are full: files
// first, and everything that is written when the reserve is reached. Reading goes on.
//
// A disk that is full to its last byte is hard to get out of: the log can't be moved into the database, a backup can't be
// made, logs can't be written. The reserve is the room for that. failures F60
package disk
