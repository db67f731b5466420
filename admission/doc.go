// Package admission decides who is let in and how often: it tells whose a token is, and counts what each identity and each
// address asks for against the limits.
package admission
