package guildhall

import (
	"cmp"
	"time"
)

// Commands about polls.
const (
	CommandPollVote   = "poll.vote"   // by channel; PollVote → –
	CommandPollExpire = "poll.expire" // by channel; MessageRef; the author, or the system when its time is over → message
)

// Limits of polls. Lengths are in characters.
// discord: resources/poll#poll-create-request-object
const (
	PollAnswersMax   = 10
	PollQuestionMax  = 300
	PollAnswerMax    = 55
	PollHoursDefault = 24
	PollHoursMax     = 32 * 24
)

// Poll is a question with answers to vote for. How often each was chosen stands in it; who chose it stands in
// TableReactions, where an answer's id is the generation: those are small, and generations are snowflakes.
// discord: resources/poll#poll-object
type Poll struct {
	Question         PollMedia    `json:"question"`
	Answers          []PollAnswer `json:"answers"`
	Expiry           Timestamp    `json:"expiry"`
	AllowMultiselect bool         `json:"allow_multiselect"`
	LayoutType       int          `json:"layout_type"`
	Results          PollResults  `json:"results"`
}

// PollMedia is a text, and for an answer an emoji too.
type PollMedia struct {
	Text  string     `json:"text,omitempty"`
	Emoji *PollEmoji `json:"emoji,omitempty"`
}

// PollEmoji names an emoji: a custom one by its id, another by its name.
type PollEmoji struct {
	ID   EmojiID `json:"id"`
	Name string  `json:"name"`
}

// PollAnswer is one answer; ids count from 1.
type PollAnswer struct {
	AnswerID  int       `json:"answer_id"`
	PollMedia PollMedia `json:"poll_media"`
}

// PollResults counts votes. MeVoted is filled in for the reader and never stored as true.
type PollResults struct {
	IsFinalized  bool              `json:"is_finalized"`
	AnswerCounts []PollAnswerCount `json:"answer_counts"`
}

// PollAnswerCount is how many chose one answer.
type PollAnswerCount struct {
	ID      int  `json:"id"`
	Count   int  `json:"count"`
	MeVoted bool `json:"me_voted"`
}

// NewPoll is a poll to be sent. Hours is for how long it is open.
type NewPoll struct {
	Question         PollMedia   `json:"question"`
	Answers          []PollMedia `json:"answers"`
	Hours            int         `json:"hours"`
	AllowMultiselect bool        `json:"allow_multiselect"`
	LayoutType       int         `json:"layout_type"`
}

// PollVote sets which answers the actor chooses; none takes all votes back.
type PollVote struct {
	MessageID MessageID `json:"message_id"`
	AnswerIDs []int     `json:"answer_ids"`
}

// Over tells whether nobody can vote any more.
func (p *Poll) Over(now time.Time) bool { return p.Results.IsFinalized || !now.Before(p.Expiry.Time()) }

// HasAnswer tells whether there is an answer with the id.
func (p *Poll) HasAnswer(id int) bool { return id >= 1 && id <= len(p.Answers) }

// Count is how many chose an answer.
func (p *Poll) Count(id int) int {
	for _, c := range p.Results.AnswerCounts {
		if c.ID == id {
			return c.Count
		}
	}
	return 0
}

// WithVotes is the poll with delta more votes for an answer. The poll itself is not changed.
func (p *Poll) WithVotes(id, delta int) *Poll {
	changed := *p
	changed.Results.AnswerCounts = []PollAnswerCount{}
	for _, a := range p.Answers {
		n := p.Count(a.AnswerID)
		if a.AnswerID == id {
			n += delta
		}
		if n > 0 {
			changed.Results.AnswerCounts = append(changed.Results.AnswerCounts, PollAnswerCount{ID: a.AnswerID, Count: n})
		}
	}
	return &changed
}

// OpenPoll is a poll that has not been ended, so that its owner knows when to.
type OpenPoll struct {
	ChannelID ChannelID `json:"channel_id"`
	MessageID MessageID `json:"message_id"`
	Expiry    Timestamp `json:"expiry"`
}

// openPollMark stands before the message's id in the keys of rows that hold open polls.
const openPollMark = "poll"

// OpenPollRow holds a poll that is open.
func OpenPollRow(o Object, p *OpenPoll) Row {
	return stateRow(o, stateThread, openPollMark+p.MessageID.Key(), p)
}

func openPollKey(id string) (MessageID, bool) {
	const length = len(openPollMark) + 8
	if len(id) != length || id[:len(openPollMark)] != openPollMark {
		return 0, false
	}
	return IDFromKey[messageKind](id[len(openPollMark):]), true
}

// OpenPolls gives the polls that nobody has ended, the oldest first.
func (v GuildView) OpenPolls() []*OpenPoll {
	return sorted(v.s.polls.All(v.staged), func(a, b *OpenPoll) int { return cmp.Compare(a.MessageID, b.MessageID) })
}

// OpenPollCount is how many those are.
func (v GuildView) OpenPollCount() int { return v.s.polls.Len(v.staged) }

// OpenPoll gives what is known of a poll that nobody has ended; nil for others.
func (v GuildView) OpenPoll(id MessageID) *OpenPoll {
	p, _ := v.s.polls.Get(id, v.staged)
	return p
}

// PollVoteKey names the row of one user's vote for one answer.
func PollVoteKey(message MessageID, answer int, user UserID) RowKey {
	return ReactionKey(message, Snowflake(answer), user)
}

// PollVoteRow holds one user's vote for one answer.
func PollVoteRow(message MessageID, answer int, u *User) Row {
	return ReactionRow(message, Snowflake(answer), u)
}

// WithVotes is the message with the reader's own votes marked in its poll. The message itself is not changed.
func (m *Message) WithVotes(voted func(answer int) bool) *Message {
	shown, poll := *m, *m.Poll
	poll.Results.AnswerCounts = make([]PollAnswerCount, len(m.Poll.Results.AnswerCounts))
	for i, c := range m.Poll.Results.AnswerCounts {
		c.MeVoted = voted(c.ID)
		poll.Results.AnswerCounts[i] = c
	}
	shown.Poll = &poll
	return &shown
}
