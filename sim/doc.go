// Package sim runs the pure cores of owners and sessions nodes against a simulated store and network, in virtual time,
// and judges all that they did. One seed decides a run to the letter.
//
// A run has a quiet setup, a load under the faults that the seed draws, and a healing, after which everything must be
// as protocol §9 says.
package sim
