// Package sweep removes the blobs that nothing names any more: files of deleted messages, pictures that were replaced, what an
// upload that came to nothing has left.
package sweep
