package guilds

import (
	"fmt"
	"runtime"
	"testing"

	"guildhall"
)

// BenchmarkArchivedThread reports what an archived thread costs its owner in memory. docs/decisions/011-archived-threads.md
func BenchmarkArchivedThread(b *testing.B) {
	for _, members := range []int{1, 5, 50} {
		b.Run(fmt.Sprintf("members=%d", members), func(b *testing.B) {
			for b.Loop() {
				h := newHall(b)
				const n = 5000
				before := heapBytes()
				for i := range n {
					h.archived(guildhall.ChannelID(1<<40+i), members)
				}
				b.ReportMetric(float64(heapBytes()-before)/n, "B/thread")
				runtime.KeepAlive(h)
			}
		})
	}
}

func heapBytes() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// archived puts one archived thread with members and a last message into the hall.
func (h *hall) archived(id guildhall.ChannelID, members int) {
	h.t.Helper()
	now := guildhall.TimestampOf(h.now)
	t := guildhall.Thread{
		ID: id, Type: guildhall.ChannelPublicThread, GuildID: h.id, ParentID: h.general, OwnerID: plainID, Name: fmt.Sprintf("about topic %d", id),
		Metadata: guildhall.ThreadMetadata{Archived: true, AutoArchive: 1440, ArchiveTimestamp: now, CreateTimestamp: now},
	}
	list := make([]guildhall.ThreadMember, members)
	for i := range list {
		list[i] = guildhall.ThreadMember{ID: id, UserID: guildhall.UserID(i+1) << 22, JoinTimestamp: now}
	}
	for _, row := range []guildhall.Row{
		guildhall.ThreadRow(h.id, &t), guildhall.ThreadMembersRow(h.id, id, list), guildhall.LastMessageRow(h.id, id, guildhall.MessageID(id)+1),
	} {
		if err := h.state.apply(&row, guildhall.Install); err != nil {
			h.t.Fatalf("archived thread: %v", err)
		}
	}
}
