// Package crash holds the tests that run the real binary as processes of its own and drive it as clients do, over REST
// and the gateway: what a SIGKILL or a power loss at any moment must not lose, what a disk that is full or fails may break,
// how SIGTERM ends a server, what a randomised run of permission changes may show to whom, which permissions each route
// asks for, what strangers get by ids that are not theirs, what others feel of an attack, what a browser makes of the pages,
// and how fast and small a server is when it starts.
//
// Environment variables set the size of a run: CRASH_KILLS (3), CRASH_POWER_LOSSES (2), CRASH_OPERATIONS (3000),
// HOSTILE_ROUNDS (4) and, to repeat one, CRASH_SEED. CRASH_EXACT=1 holds the figures to their limits as they are promised, which needs an idle
// machine; without it they are ten times as wide.
package crash
