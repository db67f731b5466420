// Command run lets real client libraries judge a guildhall binary: it installs
// the pinned libraries under build/witness, starts a fresh
// `guildhall serve --dev --json` for each witness, and prints what each of
// their checks said. It exits 1 if any failed.
//
//	go build -o build/guildhall ./cmd/guildhall && go run ./witness/run
package main
