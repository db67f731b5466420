// Package faultfs is a disk for tests that can lose power, fail and fill up: a file system over FUSE that holds apart what
// programs see and what the medium has.
//
// What is written lies in a cache until its file is synced, and what happens to a name until its folder is. Disk.PowerLoss
// forgets the cache: nothing, a part of it in order, or any sectors and names of it survive, as chance has it, so that
// writes are torn and come out of order. That is more than most file systems do to a program and nothing that POSIX or a
// disk's write cache forbids. In particular a file that was synced is gone if the folder that names it was not.
//
// A sync that fails loses what it should have written, for ever: programs go on seeing it, and the next sync succeeds. That
// is what Linux does (PostgreSQL's "fsyncgate" of 2018), and why a sync that failed must not be tried again.
//
// The file system is served by the process that tests, so that this process must not start others while it has a file of
// the mount open itself: the child's closing of it could wait for a goroutine that waits for the child.
package faultfs
