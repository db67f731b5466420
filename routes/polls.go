package routes

import "time"

func pollRoutes() []Route {
	const one = "/channels/{channel_id}/polls/{message_id}"
	return []Route{
		get("get_answer_voters", one+"/answers/{answer_id}").cost(Moderate).limit("poll-voters", 10, 10*time.Second).each(channel),
		change("poll_expire", post, one+"/expire").limit("poll-expire", 5, 5*time.Second).each(channel),
		// Bots can't vote.
		change("poll_vote", put, one+"/answers/@me").from(People).auth(Person).json().
			limit("poll-vote", 10, 5*time.Second).each(channel),
	}
}
