package gateway

import (
	"runtime"
	"sync"

	"github.com/klauspost/compress/zstd"
)

const (
	// zstdWindow is what the stream's header announces: how much a client keeps of it. It bounds a block too, so that a
	// smaller one would not hold the blocks that the encoder makes. RFC 8878 §3.1.1.1.2, §3.1.1.2.3
	zstdWindow = 128 << 10
	// zstdBlockMax is the longest raw block.
	zstdBlockMax = zstdWindow
	// zstdMin is the size below which compressing makes a context-free text longer or hardly shorter.
	zstdMin = 80
	// zstdBlockHeader is the length of a block's header. RFC 8878 §3.1.1.2
	zstdBlockHeader = 3
)

// ZstdHeader opens a zstd-stream, once per socket: one frame that never ends, without checksum or size, with a window of
// zstdWindow. A frame for each message breaks discord.py and hikari.
// RFC 8878 §3.1.1
const ZstdHeader = "\x28\xb5\x2f\xfd\x00\x38"

// Types of blocks. RFC 8878 §3.1.1.2.2
const zstdRLE = 1

// ZstdBlocks makes zstd blocks that refer to nothing before them, so that the same bytes are valid in every socket's
// zstd-stream and no socket needs an encoder of its own, which is half a megabyte at least. Its zero value is ready. Safe
// for several goroutines.
//
// That the blocks stand alone rests on the encoder, which starts each frame without tables of an earlier one and repeats
// no offset before the block itself has set it: the module's version is pinned, and tests put blocks behind others.
type ZstdBlocks struct {
	make    sync.Once
	encoder *zstd.Encoder // written under make; bounds by itself how many encode at the same time
}

// Compress makes one message's blocks.
func (z *ZstdBlocks) Compress(text []byte) []byte {
	if len(text) < zstdMin {
		return AppendRawBlocks(nil, text)
	}
	z.make.Do(z.newEncoder)
	return blocksOf(z.encoder.EncodeAll(text, nil))
}

func (z *ZstdBlocks) newEncoder() {
	var err error
	z.encoder, err = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(zstdWindow),
		zstd.WithEncoderCRC(false), zstd.WithEncoderConcurrency(runtime.GOMAXPROCS(0)), zstd.WithLowerEncoderMem(true))
	if err != nil {
		panic("gateway: the options are constants: " + err.Error())
	}
}

// blocksOf takes the blocks out of a frame without checksum, and has none of them be the last.
func blocksOf(frame []byte) []byte {
	var h zstd.Header
	if err := h.Decode(frame); err != nil {
		panic("gateway: the encoder's own frame: " + err.Error())
	}
	blocks := frame[h.HeaderSize:]
	for at := 0; at < len(blocks); {
		header := uint32(blocks[at]) | uint32(blocks[at+1])<<8 | uint32(blocks[at+2])<<16
		blocks[at] &^= 1 // whether it is the last
		size := int(header >> 3)
		if header>>1&3 == zstdRLE {
			size = 1
		}
		at += zstdBlockHeader + size
	}
	return blocks
}

// AppendRawBlocks appends a text as it is. Clients decode each block when they have all of it, so nothing is flushed.
func AppendRawBlocks(dst, text []byte) []byte {
	for len(text) > 0 {
		n := min(len(text), zstdBlockMax)
		dst = append(dst, byte(n<<3), byte(n>>5), byte(n>>13))
		dst = append(dst, text[:n]...)
		text = text[n:]
	}
	return dst
}
