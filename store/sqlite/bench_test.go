package sqlite_test

import (
	"fmt"
	"testing"

	"guildhall"
	"guildhall/store"
	"guildhall/store/sqlite"
)

// BenchmarkAppend appends batches of messages one after the other; ns/record is what an owner's loop gets to.
func BenchmarkAppend(b *testing.B) {
	for _, memory := range []bool{false, true} {
		for _, batch := range []int{1, 16, 64} {
			b.Run(fmt.Sprintf("memory=%v/batch=%d", memory, batch), func(b *testing.B) {
				db := open(b, sqlite.Config{Dir: b.TempDir(), Memory: memory})
				defer shut(b, db)
				b.ReportAllocs()
				var position, n uint64 = 1, 1
				for b.Loop() {
					b.StopTimer()
					records := messageRecords(guild(1+n%50), position, batch)
					b.StartTimer()
					if err := db.Append(b.Context(), logID(1), n, records); err != nil {
						b.Fatal(err)
					}
					position += uint64(batch)
					n++
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*batch), "ns/record")
			})
		}
	}
}

// BenchmarkAppendAtOnce has 64 logs append batches of one at the same time: the group commit.
func BenchmarkAppendAtOnce(b *testing.B) {
	db := open(b, sqlite.Config{Dir: b.TempDir()})
	defer shut(b, db)
	b.SetParallelism(32)
	logs := make(chan uint64, 1000)
	for i := range uint64(cap(logs)) {
		logs <- i
	}
	b.RunParallel(func(pb *testing.PB) {
		id := <-logs
		for n := uint64(1); pb.Next(); n++ {
			if err := db.Append(b.Context(), logID(id), n, messageRecords(guild(id+1), n, 1)); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	for _, memory := range []bool{false, true} {
		db := open(b, sqlite.Config{Dir: b.TempDir(), Memory: memory})
		for n := range uint64(100) {
			if err := db.Append(b.Context(), logID(1), n+1, messageRecords(guild(1+n%5), 1+n*50, 50)); err != nil {
				b.Fatal(err)
			}
		}
		b.Run(fmt.Sprintf("memory=%v/page of 50", memory), func(b *testing.B) {
			b.ReportAllocs()
			q := store.Query{Table: guildhall.TableMessages, Part: guild(3).Key(), Reverse: true, Limit: 50}
			for b.Loop() {
				if page, err := db.Rows(b.Context(), q); err != nil || len(page) != 50 {
					b.Fatal(len(page), err)
				}
			}
		})
		b.Run(fmt.Sprintf("memory=%v/head", memory), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := db.Head(b.Context(), guild(3)); err != nil {
					b.Fatal(err)
				}
			}
		})
		shut(b, db)
	}
}

func BenchmarkOpen(b *testing.B) {
	for _, memory := range []bool{false, true} {
		b.Run(fmt.Sprintf("memory=%v", memory), func(b *testing.B) {
			for b.Loop() {
				shut(b, open(b, sqlite.Config{Dir: b.TempDir(), Memory: memory}))
			}
		})
	}
}
