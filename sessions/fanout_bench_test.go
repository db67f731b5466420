package sessions_test

import (
	"fmt"
	"testing"

	"guildhall"
	"guildhall/gateway"
	"guildhall/sessions"
)

// BenchmarkFanOut is one message to sessions of as many members, up to what is given to their sockets.
func BenchmarkFanOut(b *testing.B) {
	for _, members := range []int{10, 1000} {
		b.Run(fmt.Sprint(members), func(b *testing.B) {
			w := newWorld().settle()
			l := limits()
			l.SessionsMax = members
			r := newRig(b, w)
			r.core = sessions.NewCore("n1", l)
			bots := make([]*bot, members)
			for i := range bots {
				user := guildhall.UserID(1000 + i)
				w.commit(guildObject, []guildhall.Row{memberRow(user)})
				w.addUser(user)
				w.list(user, guildID)
			}
			intents := guildhall.IntentGuildMessages | guildhall.IntentMessageContent
			for i := range bots {
				bots[i] = r.login(guildhall.UserID(1000+i), func(id *gateway.Identify) { id.Intents = &intents })
				bots[i].read()
			}
			var frames []sessions.Frame
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				p := w.say(general, "hello")
				b.StartTimer()
				r.core.Publish(r.now, p)
				r.core.Output()
				for _, bot := range bots {
					frames, _ = r.core.Take(r.now, bot.key, frames[:0], 1<<16)
				}
			}
		})
	}
}
