package api

import (
	"context"
	"encoding/json"

	"guildhall"
)

const votersDefault = 25

// poll reads a poll to be sent; nil where there is none.
// discord: resources/poll#poll-create-request-object
func (f *form) poll() *guildhall.NewPoll {
	inner := f.object("poll")
	if inner == nil {
		return nil
	}
	inner.required("question", "answers")
	p := &guildhall.NewPoll{
		Hours:            inner.integer("duration", 1, guildhall.PollHoursMax).Or(guildhall.PollHoursDefault),
		AllowMultiselect: inner.boolean("allow_multiselect").Value, LayoutType: inner.choice("layout_type", 1).Or(1),
	}
	if q := inner.object("question"); q != nil {
		q.requiredText("text")
		p.Question.Text = q.text("text", 1, guildhall.PollQuestionMax).Value
	}
	answers, _ := inner.objects("answers", guildhall.PollAnswersMax)
	if inner.has("answers") && len(answers) == 0 {
		inner.length(0, 1, guildhall.PollAnswersMax, "answers")
	}
	for _, answer := range answers {
		answer.required("poll_media")
		if media := answer.object("poll_media"); media != nil {
			p.Answers = append(p.Answers, media.pollMedia())
		}
	}
	return p
}

// pollMedia reads what an answer shows.
// discord: resources/poll#poll-media-object
func (f *form) pollMedia() guildhall.PollMedia {
	m := guildhall.PollMedia{Text: f.text("text", 0, guildhall.PollAnswerMax).Value}
	if e := f.object("emoji"); e != nil {
		m.Emoji = &guildhall.PollEmoji{ID: guildhall.EmojiID(e.id("id").Value), Name: e.text("name", 0, emojiNameMax).Value}
		if m.Emoji.ID == 0 && m.Emoji.Name == "" {
			e.required("name")
		}
	}
	if m.Text == "" && m.Emoji == nil {
		f.required("text")
	}
	return m
}

// pollVote sets which answers a person chooses.
// docs/reference/people-api.md
func (a *API) pollVote(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	f.required("answer_ids")
	vote := guildhall.PollVote{
		MessageID: r.message(), AnswerIDs: f.integers("answer_ids", 1, guildhall.PollAnswersMax, guildhall.PollAnswersMax),
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	return a.reachSilently(ctx, r, r.onChannel(guildhall.CommandPollVote, vote))
}

// pollExpire ends a poll before its time.
// discord: resources/poll#end-poll
func (a *API) pollExpire(ctx context.Context, r *request) (any, error) {
	body, err := a.messageCommand(ctx, r, r.onChannel(guildhall.CommandPollExpire, guildhall.MessageRef{ID: r.message()}))
	return a.readable(r, body, err)
}

// getAnswerVoters pages through the users who chose an answer, by id.
// discord: resources/poll#get-answer-voters
func (a *API) getAnswerVoters(ctx context.Context, r *request) (any, error) {
	q := r.query()
	limit, after := q.integer("limit", 1, pageMax).Or(votersDefault), q.cursor("after")
	if err := q.err(); err != nil {
		return nil, err
	}
	row, _, err := a.messageRow(ctx, r)
	if err != nil {
		return nil, err
	}
	m, err := guildhall.DecodeMessage(row.Value)
	if err != nil {
		return nil, err
	}
	answer := int(min(r.ids["answer_id"], guildhall.PollAnswersMax+1))
	if m.Poll == nil || !m.Poll.HasAnswer(answer) {
		return nil, guildhall.ErrUnknownMessage
	}
	s := span{table: guildhall.TableReactions, part: guildhall.ReactionPart(m.ID, guildhall.Snowflake(answer)), limit: limit}
	if after.Set {
		s.after = after.Value.Key()
	}
	pages, v, err := a.pages(ctx, r, s)
	if err != nil {
		return nil, err
	}
	if !v.history {
		return nil, guildhall.ErrMissingAccess
	}
	users := []json.RawMessage{}
	for _, row := range pages[0] {
		users = append(users, row.Value)
	}
	return map[string]any{"users": users}, nil
}

// showVotes marks which answers the reader has chosen.
func (a *API) showVotes(ctx context.Context, v *view, r *request, m *guildhall.Message) (*guildhall.Message, error) {
	mine := map[int]bool{}
	for _, c := range m.Poll.Results.AnswerCounts {
		voted, err := a.isThere(ctx, v, guildhall.PollVoteKey(m.ID, c.ID, r.who.User))
		if err != nil {
			return nil, err
		}
		mine[c.ID] = voted
	}
	return m.WithVotes(func(answer int) bool { return mine[answer] }), nil
}
