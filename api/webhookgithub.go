package api

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// githubEvent is what of GitHub's events is told in a channel.
// discord: resources/webhook#execute-githubcompatible-webhook
type githubEvent struct {
	Action     string         `json:"action"`
	Ref        string         `json:"ref"`
	RefType    string         `json:"ref_type"`
	Forced     bool           `json:"forced"`
	Compare    string         `json:"compare"`
	Sender     githubUser     `json:"sender"`
	Repository githubRepo     `json:"repository"`
	Forkee     *githubRepo    `json:"forkee"`
	Member     *githubUser    `json:"member"`
	Commits    []githubCommit `json:"commits"`
	Issue      *githubIssue   `json:"issue"`
	Pull       *githubIssue   `json:"pull_request"`
	Discussion *githubIssue   `json:"discussion"`
	Comment    *githubText    `json:"comment"`
	Answer     *githubText    `json:"answer"`
	Review     *githubText    `json:"review"`
	Release    *githubRelease `json:"release"`
	CheckRun   *githubCheck   `json:"check_run"`
	CheckSuite *githubCheck   `json:"check_suite"`
}

type githubUser struct {
	Login     string `json:"login"`
	HTMLURL   string `json:"html_url"`
	AvatarURL string `json:"avatar_url"`
}

type githubRepo struct {
	Name     string `json:"name"`
	FullName string `json:"full_name"`
	HTMLURL  string `json:"html_url"`
}

type githubCommit struct {
	ID      string `json:"id"`
	URL     string `json:"url"`
	Message string `json:"message"`
	Author  struct {
		Username string `json:"username"`
		Name     string `json:"name"`
	} `json:"author"`
}

// githubIssue is an issue, a pull request or a discussion.
type githubIssue struct {
	Number  int    `json:"number"`
	Title   string `json:"title"`
	Body    string `json:"body"`
	HTMLURL string `json:"html_url"`
}

// githubText is a comment, an answer or a review.
type githubText struct {
	Body     string `json:"body"`
	HTMLURL  string `json:"html_url"`
	CommitID string `json:"commit_id"`
	State    string `json:"state"`
}

type githubRelease struct {
	TagName string `json:"tag_name"`
	Name    string `json:"name"`
	Body    string `json:"body"`
	HTMLURL string `json:"html_url"`
}

// githubCheck is a run or a suite of checks.
type githubCheck struct {
	Name       string `json:"name"`
	Conclusion string `json:"conclusion"`
	HTMLURL    string `json:"html_url"`
	HeadBranch string `json:"head_branch"`
	HeadSHA    string `json:"head_sha"`
}

const (
	// githubCommits are told of one push, githubText of what somebody wrote.
	githubCommits = 5
	githubTextMax = 500
	githubLineMax = 72

	githubGood, githubBad, githubNew, githubPlain = 0x2EA043, 0xCF222E, 0x8250DF, 0x57606A
)

// executeGithubWebhook tells of an event of GitHub's. Events that nobody is told of are accepted.
func (a *API) executeGithubWebhook(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	var event githubEvent
	if err := json.Unmarshal(r.body, &event); err != nil {
		f.fail("DICT_TYPE_CONVERT", "Could not interpret the event as one of GitHub's.")
		return nil, f.err()
	}
	told := event.embed(r.http.Header.Get("X-GitHub-Event"))
	if told == nil {
		return nil, nil
	}
	told.Title, told.Description = cut(told.Title, embedTitleMax), cut(told.Description, embedDescriptionMax)
	if login := event.Sender.Login; login != "" {
		told.Author = &embedPart{Name: cut(login, embedAuthorMax), URL: event.Sender.HTMLURL, IconURL: event.Sender.AvatarURL}
	}
	fields := map[string]json.RawMessage{
		"username": mustJSON("GitHub"), "embeds": mustJSON([]*embed{told}),
	}
	_, err = a.sendAsWebhook(ctx, r, newForm(fields))
	return nil, err
}

// cut keeps a text to so many characters.
func cut(s string, most int) string {
	s = strings.TrimSpace(s)
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}

// embed tells of an event; nil where there is nothing to tell.
func (e *githubEvent) embed(name string) *embed {
	in := "[" + e.Repository.FullName + "] "
	made := func(color int, title, url, text string) *embed {
		return &embed{Title: in + title, URL: url, Description: cut(text, githubTextMax), Color: &color}
	}
	switch {
	case name == "push":
		return e.push(in)
	case (name == "create" || name == "delete") && e.RefType != "":
		return made(githubPlain, fmt.Sprintf("%s %sd: %s", e.RefType, name, e.Ref), e.Repository.HTMLURL, "")
	case name == "fork" && e.Forkee != nil:
		return made(githubPlain, "Fork created: "+e.Forkee.FullName, e.Forkee.HTMLURL, "")
	case name == "watch" || name == "star" && e.Action == "created":
		return made(githubPlain, "New star added", e.Repository.HTMLURL, "")
	case name == "public":
		return made(githubPlain, "Now open source", e.Repository.HTMLURL, "")
	case name == "member" && e.Member != nil:
		return made(githubPlain, "Collaborator "+e.Action+": "+e.Member.Login, e.Member.HTMLURL, "")
	case name == "release" && e.Release != nil && e.Action == "published":
		title := e.Release.Name
		if title == "" {
			title = e.Release.TagName
		}
		return made(githubNew, "New release published: "+title, e.Release.HTMLURL, e.Release.Body)
	case name == "commit_comment" && e.Comment != nil:
		return made(githubPlain, "New comment on commit "+short(e.Comment.CommitID), e.Comment.HTMLURL, e.Comment.Body)
	case e.CheckRun != nil:
		return e.CheckRun.embed(made)
	case e.CheckSuite != nil:
		return e.CheckSuite.embed(made)
	}
	return e.talk(name, made)
}

// talk tells of issues, pull requests and discussions, and of what is said about them.
func (e *githubEvent) talk(name string, made func(color int, title, url, text string) *embed) *embed {
	about, what := e.Issue, "issue"
	switch {
	case e.Pull != nil:
		about, what = e.Pull, "pull request"
	case e.Discussion != nil:
		about, what = e.Discussion, "discussion"
	case about == nil:
		return nil
	}
	number := fmt.Sprintf("#%d: %s", about.Number, about.Title)
	said := e.Comment
	if e.Answer != nil {
		said = e.Answer
	}
	switch {
	case e.Review != nil && name == "pull_request_review" && e.Action == "submitted":
		return made(githubPlain, "Pull request review "+e.Review.State+": "+number, e.Review.HTMLURL, e.Review.Body)
	case e.Review != nil:
		return nil
	case e.Answer != nil && e.Action == "answered":
		return made(githubGood, "Answered "+what+" "+number, said.HTMLURL, said.Body)
	case said != nil && e.Action == "created":
		return made(githubPlain, "New comment on "+what+" "+number, said.HTMLURL, said.Body)
	case said != nil:
		return nil
	}
	colors := map[string]int{"opened": githubGood, "reopened": githubGood, "created": githubGood, "closed": githubBad}
	color, told := colors[e.Action]
	if !told {
		return nil
	}
	text := ""
	if e.Action == "opened" || e.Action == "created" {
		text = about.Body
	}
	return made(color, strings.ToUpper(what[:1])+what[1:]+" "+e.Action+": "+number, about.HTMLURL, text)
}

// push tells of the newest commits.
func (e *githubEvent) push(in string) *embed {
	branch := strings.TrimPrefix(e.Ref, "refs/heads/")
	color := githubPlain
	if e.Forced {
		return &embed{Title: in + "Branch " + branch + " was force-pushed", URL: e.Compare, Color: &color}
	}
	if len(e.Commits) == 0 {
		return nil
	}
	noun := "new commits"
	if len(e.Commits) == 1 {
		noun = "new commit"
	}
	told := &embed{
		Title: fmt.Sprintf("[%s:%s] %d %s", e.Repository.Name, branch, len(e.Commits), noun), URL: e.Compare, Color: &color,
	}
	var lines []string
	for _, c := range e.Commits[max(0, len(e.Commits)-githubCommits):] {
		first, _, _ := strings.Cut(c.Message, "\n")
		by := c.Author.Username
		if by == "" {
			by = c.Author.Name
		}
		lines = append(lines, fmt.Sprintf("[`%s`](%s) %s - %s", short(c.ID), c.URL, cut(first, githubLineMax), by))
	}
	told.Description = strings.Join(lines, "\n")
	return told
}

func (c *githubCheck) embed(made func(color int, title, url, text string) *embed) *embed {
	colors := map[string]int{"success": githubGood, "failure": githubBad, "timed_out": githubBad}
	color, told := colors[c.Conclusion]
	if !told {
		return nil
	}
	name := c.Name
	if name == "" {
		name = "Checks"
	}
	return made(color, name+" "+strings.ReplaceAll(c.Conclusion, "_", " ")+" on "+cut(c.HeadBranch+" "+short(c.HeadSHA), githubLineMax), c.HTMLURL, "")
}

// short is how a commit is named among people.
func short(id string) string { return id[:min(len(id), 7)] }
