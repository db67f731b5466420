// Package bus is the contract by which owners send publishes to the nodes that follow their objects. Publishes may be
// lost: whoever needs them all notices by position and asks. Local is the implementation inside one process.
package bus

// Bus sends bytes to nodes. Safe for several goroutines.
type Bus interface {
	// Publish never blocks: what a node's bounded queue can't take is dropped and counted. message is not kept.
	Publish(node string, message []byte)
	// Subscribe has receive called with each message to the node, one at a time and in the order of each sender, until
	// stop is called; stop returns after the last call has. The message is receive's to keep.
	Subscribe(node string, receive func(message []byte)) (stop func())
}
