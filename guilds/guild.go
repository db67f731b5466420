package guilds

// pure core

import (
	"fmt"
	"time"

	"guildhall"
)

// snapshotMembersMax is up to how many members a snapshot holds all of them: well above 250, the highest
// large_threshold, up to which GUILD_CREATE shows all.
const snapshotMembersMax = 1000

// guild is what commands do to a guild and what queries see of it.
type guild struct {
	id    guildhall.GuildID
	state guildhall.GuildState
	order memberOrder

	// Soft state: it is not logged and starts empty with each owner.

	// presences holds who is there; never more than there are members.
	presences map[guildhall.UserID]guildhall.Presence
	// completed are the autocompletes answered last; swept is when interactions that are over were looked for.
	completed []guildhall.Snowflake
	swept     time.Time
	// awaited holds those of users whose join is not committed yet: nobody may see that they come.
	awaited map[guildhall.UserID]guildhall.Presence
	slow    slowmode
	agenda  agenda
	late    deadlines
	// empty is since when nobody is in the channels of active events.
	empty map[guildhall.Snowflake]time.Time
	seen  attendance
}

// guildCommand says how a command is decided: with which rows beside the resident state, and by whom.
type guildCommand struct {
	decide     func(*guild, *request) (*draft, error)
	needs      func(*guild, *request) []guildhall.RowKey
	systemOnly bool
}

// change makes a guildCommand of a method that takes the command's body.
func change[B any](decide func(*guild, *request, B) (*draft, error)) guildCommand {
	return guildCommand{decide: func(g *guild, r *request) (*draft, error) {
		b, err := body[B](r.cmd)
		if err != nil {
			return nil, err
		}
		return decide(g, r, b)
	}}
}

// reading adds what rows the command needs.
func (c guildCommand) reading(needs func(*guild, *request) []guildhall.RowKey) guildCommand {
	c.needs = needs
	return c
}

// bySystem refuses the command to everyone else.
func (c guildCommand) bySystem() guildCommand {
	c.systemOnly = true
	return c
}

// none is the body of commands that have none.
type none struct{}

// guildCommands are all commands of a guild but its birth.
var guildCommands = map[string]guildCommand{
	guildhall.CommandBanAdd:               change((*guild).ban).reading((*guild).bannedMessages),
	guildhall.CommandBanRemove:            change((*guild).unban),
	guildhall.CommandMemberPrune:          change((*guild).prune),
	guildhall.CommandInviteCreate:         change((*guild).createInvite),
	guildhall.CommandInviteDelete:         change((*guild).deleteInvite),
	guildhall.CommandInviteAccept:         change((*guild).acceptInvite).bySystem(),
	guildhall.CommandVoiceUpdate:          change((*guild).updateVoice),
	guildhall.CommandVoiceModify:          change((*guild).modifyVoice),
	guildhall.CommandVoiceStatus:          change((*guild).setVoiceStatus),
	guildhall.CommandEventCreate:          change((*guild).createEvent),
	guildhall.CommandEventModify:          change((*guild).modifyEvent),
	guildhall.CommandEventDelete:          change((*guild).deleteEvent),
	guildhall.CommandEventJoin:            change((*guild).joinEvent),
	guildhall.CommandEventLeave:           change((*guild).leaveEvent),
	guildhall.CommandEventElapse:          change((*guild).elapseEvent).bySystem(),
	guildhall.CommandStageCreate:          change((*guild).createStage),
	guildhall.CommandStageModify:          change((*guild).modifyStage),
	guildhall.CommandStageDelete:          change((*guild).deleteStage),
	guildhall.CommandIntegrationDelete:    change((*guild).deleteIntegration),
	guildhall.CommandGuildModify:          change((*guild).modify),
	guildhall.CommandGuildDelete:          change((*guild).delete),
	guildhall.CommandChannelPositions:     change((*guild).moveChannels),
	guildhall.CommandChannelCreate:        change((*guild).createChannel),
	guildhall.CommandChannelModify:        change((*guild).modifyChannel),
	guildhall.CommandChannelDelete:        change((*guild).deleteChannel),
	guildhall.CommandOverwritePut:         change((*guild).putOverwrite),
	guildhall.CommandOverwriteDelete:      change((*guild).deleteOverwrite),
	guildhall.CommandRoleCreate:           change((*guild).createRole),
	guildhall.CommandRoleModify:           change((*guild).modifyRole),
	guildhall.CommandRoleDelete:           change((*guild).deleteRole),
	guildhall.CommandRolePositions:        change((*guild).moveRoles),
	guildhall.CommandMemberAdd:            change((*guild).addMember).bySystem(),
	guildhall.CommandMembersAdd:           change((*guild).addMembers).bySystem(),
	guildhall.CommandMemberBring:          change((*guild).bringMember),
	guildhall.CommandBotAdd:               change((*guild).addBot),
	guildhall.CommandMemberRemove:         change((*guild).removeMember),
	guildhall.CommandMemberModify:         change((*guild).modifyMember),
	guildhall.CommandMemberRolePut:        change((*guild).putMemberRole),
	guildhall.CommandMemberRoleDelete:     change((*guild).deleteMemberRole),
	guildhall.CommandMemberUser:           change((*guild).replaceUser).bySystem(),
	guildhall.CommandMessageCreate:        change((*guild).createMessage).reading((*guild).referenced),
	guildhall.CommandMessageEdit:          change((*guild).editMessage).reading((*guild).edited),
	guildhall.CommandMessageDelete:        change((*guild).deleteMessage).reading((*guild).deleted),
	guildhall.CommandMessageUnfurl:        change((*guild).unfurlMessage).reading((*guild).unfurled).bySystem(),
	guildhall.CommandReactionPut:          change((*guild).putReaction).reading((*guild).reacted),
	guildhall.CommandReactionDelete:       change((*guild).deleteReaction).reading((*guild).reacted),
	guildhall.CommandReactionClear:        change((*guild).clearReactions).reading((*guild).reacted),
	guildhall.CommandReactionClearEmoji:   change((*guild).clearEmoji).reading((*guild).reacted),
	guildhall.CommandTyping:               change((*guild).typing),
	guildhall.CommandWebhookCreate:        change((*guild).createWebhook),
	guildhall.CommandWebhookModify:        change((*guild).modifyWebhook),
	guildhall.CommandWebhookDelete:        change((*guild).deleteWebhook),
	guildhall.CommandWebhookExecute:       change((*guild).executeWebhook).reading((*guild).referenced),
	guildhall.CommandWebhookMessageEdit:   change((*guild).editWebhookMessage).reading((*guild).edited),
	guildhall.CommandWebhookMessageDelete: change((*guild).deleteWebhookMessage).reading((*guild).deleted),
	guildhall.CommandEmojiCreate:          change((*guild).createEmoji),
	guildhall.CommandEmojiModify:          change((*guild).modifyEmoji),
	guildhall.CommandEmojiDelete:          change((*guild).deleteEmoji),
	guildhall.CommandPresence:             change((*guild).presence).bySystem(),
	guildhall.CommandChannelFollow:        change((*guild).followChannel),
	guildhall.CommandFollowerPut:          change((*guild).putFollower).bySystem(),
	guildhall.CommandFollowerDelete:       change((*guild).deleteFollowers).bySystem(),
	guildhall.CommandFollowerTell:         change((*guild).tellFollower).reading((*guild).published).bySystem(),
	guildhall.CommandPublishNext:          change((*guild).publishNext).reading((*guild).publishing).bySystem(),
	guildhall.CommandThreadArchive:        change((*guild).archiveThread).bySystem(),
	guildhall.CommandPollVote:             change((*guild).vote).reading((*guild).voted),
	guildhall.CommandPollExpire:           change((*guild).expirePoll).reading((*guild).expired),
	guildhall.CommandPinPut:               change((*guild).putPin).reading((*guild).deleted),
	guildhall.CommandPinDelete:            change((*guild).deletePin).reading((*guild).deleted),
	guildhall.CommandMessageBulkDelete:    change((*guild).bulkDelete).reading((*guild).bulkDeleted),
	guildhall.CommandMessageCrosspost:     change((*guild).crosspost).reading((*guild).deleted),
	guildhall.CommandThreadCreate:         change((*guild).createThread).reading((*guild).begun),
	guildhall.CommandThreadMemberPut:      change((*guild).putThreadMember),
	guildhall.CommandThreadMemberDelete:   change((*guild).deleteThreadMember),

	guildhall.CommandAppCommandPut:     change((*guild).putAppCommand),
	guildhall.CommandAppCommandModify:  change((*guild).modifyAppCommand),
	guildhall.CommandAppCommandDelete:  change((*guild).deleteAppCommand),
	guildhall.CommandAppCommandsSet:    change((*guild).setAppCommands),
	guildhall.CommandAppCommandsGlobal: change((*guild).globalAppCommands).bySystem(),
	guildhall.CommandAppCommandPermit:  change((*guild).permitAppCommand),

	guildhall.CommandInteractionMake:   change((*guild).makeInteraction).reading((*guild).interacting),
	guildhall.CommandInteractionSend:   change((*guild).sendInteraction).bySystem(),
	guildhall.CommandInteractionExpire: change((*guild).expireInteraction).bySystem(),
	guildhall.CommandInteractionAnswer: change((*guild).answerInteraction).reading((*guild).answering).bySystem(),
	guildhall.CommandInteractionFollow: change((*guild).followInteraction).reading((*guild).answering).bySystem(),
	guildhall.CommandInteractionEdit:   change((*guild).editInteraction).reading((*guild).editing).bySystem(),
	guildhall.CommandInteractionDelete: change((*guild).deleteInteraction).reading((*guild).editing).bySystem(),
}

// guildQueries are all queries of a guild.
var guildQueries = map[string]func(*guild, *request) (any, error){
	guildhall.QueryGuild:           (*guild).queryGuild,
	guildhall.QueryGuildPartial:    (*guild).queryPartial,
	guildhall.QueryChannels:        (*guild).queryChannels,
	guildhall.QueryChannel:         (*guild).queryChannel,
	guildhall.QueryRoles:           (*guild).queryRoles,
	guildhall.QueryRole:            (*guild).queryRole,
	guildhall.QueryMember:          (*guild).queryMember,
	guildhall.QueryMembers:         (*guild).queryMembers,
	guildhall.QueryMessages:        (*guild).queryMessages,
	guildhall.QueryWebhook:         (*guild).queryWebhook,
	guildhall.QueryChannelWebhooks: (*guild).queryChannelWebhooks,
	guildhall.QueryGuildWebhooks:   (*guild).queryGuildWebhooks,
	guildhall.QueryEmojis:          (*guild).queryEmojis,
	guildhall.QueryEmoji:           (*guild).queryEmoji,
	guildhall.QueryEmojiUse:        (*guild).queryEmojiUse,
	guildhall.QueryBanScope:        (*guild).queryBanScope,
	guildhall.QueryBan:             (*guild).queryBan,
	guildhall.QueryBans:            (*guild).queryBans,
	guildhall.QueryPrune:           (*guild).queryPrune,
	guildhall.QueryInvite:          (*guild).queryInvite,
	guildhall.QueryInvites:         (*guild).queryInvites,
	guildhall.QueryInviteSame:      (*guild).querySameInvite,
	guildhall.QueryVanityURL:       (*guild).queryVanityURL,
	guildhall.QueryGuildPreview:    (*guild).queryPreview,
	guildhall.QueryRoleCounts:      (*guild).queryRoleCounts,
	guildhall.QueryIntegrations:    (*guild).queryIntegrations,
	guildhall.QueryVoice:           (*guild).queryVoice,
	guildhall.QueryEvents:          (*guild).queryEvents,
	guildhall.QueryEvent:           (*guild).queryEvent,
	guildhall.QueryEventUsers:      (*guild).queryEventUsers,
	guildhall.QueryStage:           (*guild).queryStage,
	guildhall.QueryAuditLog:        (*guild).queryAuditLog,
	guildhall.QueryPins:            (*guild).queryPins,
	guildhall.QueryThreads:         (*guild).queryThreads,
	guildhall.QueryThreadsNamed:    (*guild).queryThreadsNamed,
	guildhall.QueryThreadsArchived: (*guild).queryArchivedThreads,
	guildhall.QueryThreadMember:    (*guild).queryThreadMember,
	guildhall.QueryThreadsSearch:   (*guild).queryThreadsSearch,
	guildhall.QueryThreadMembers:   (*guild).queryThreadMembers,

	guildhall.QueryAppCommands:           (*guild).queryAppCommands,
	guildhall.QueryAppCommandsNamed:      (*guild).queryAppCommandsNamed,
	guildhall.QueryAppCommandPermissions: (*guild).queryAppCommandPermissions,
	guildhall.QueryAppCommandIndex:       (*guild).queryAppCommandIndex,
	guildhall.QueryInteractionMessage:    (*guild).queryInteractionMessage,
}

func (g *guild) request(env *env, cmd *guildhall.Command, view guildhall.GuildView) *request {
	return &request{env: env, cmd: cmd, actor: cmd.Actor, view: view}
}

func (g *guild) needs(env *env, cmd *guildhall.Command) []guildhall.RowKey {
	if cmd.Name == guildhall.QueryInteractionMessage {
		return g.editing(g.request(env, cmd, g.state.Committed()))
	}
	c, ok := guildCommands[cmd.Name]
	if !ok || c.needs == nil {
		return nil
	}
	return c.needs(g, g.request(env, cmd, g.state.Proposed()))
}

// decide changes nothing but soft state: presences, for which there is no record.
func (g *guild) decide(env *env, cmd *guildhall.Command) (*draft, error) {
	r := g.request(env, cmd, g.state.Proposed())
	if cmd.Name == guildhall.CommandGuildCreate {
		b, err := body[guildhall.CreateGuild](cmd)
		if err != nil {
			return nil, err
		}
		return g.create(r, b)
	}
	c, ok := guildCommands[cmd.Name]
	private := privateCommands[cmd.Name] != nil
	if !ok && !private {
		return nil, guildhall.ErrInternal.Because(fmt.Errorf("guild command %q is not known", cmd.Name))
	}
	if err := r.admit(); err != nil {
		return nil, err
	}
	if !ok {
		return nil, r.notPrivate()
	}
	if c.systemOnly && !r.system() {
		return nil, guildhall.ErrMissingAccess
	}
	g.slow.now = r.now
	if g.seen.watch(r.now); r.self() != nil {
		g.seen.saw(r.actor, r.now)
	}
	return c.decide(g, r)
}

func (g *guild) query(env *env, cmd *guildhall.Command) (any, error) {
	q, ok := guildQueries[cmd.Name]
	if !ok {
		return nil, guildhall.ErrInternal.Because(fmt.Errorf("guild query %q is not known", cmd.Name))
	}
	r := g.request(env, cmd, g.state.Committed())
	if err := r.admit(); err != nil {
		return nil, err
	}
	return q(g, r)
}

func (g *guild) apply(row *guildhall.Row, phase guildhall.Phase) error {
	if row.Table == guildhall.TableMembers && phase != guildhall.Stage {
		return g.applyMember(row, phase)
	}
	if row.Table == guildhall.TableMessages && phase != guildhall.Commit {
		return g.noteMessage(row)
	}
	of := row.Timed()
	known := g.state.Proposed().Thread(of.Thread) != nil
	if err := g.state.Apply(row, phase); err != nil {
		return err
	}
	if phase != guildhall.Stage {
		g.noteDue(of)
	} else if t := g.state.Proposed().Thread(of.Thread); t != nil && !known {
		g.noteThread(t)
	}
	return nil
}

// applyMember also keeps what hangs on who is a member.
func (g *guild) applyMember(row *guildhall.Row, phase guildhall.Phase) error {
	id := userOfKey(row.Sort)
	before := g.state.Committed().Member(id) != nil
	if err := g.state.Apply(row, phase); err != nil {
		return err
	}
	after := g.state.Committed().Member(id) != nil
	if before != after {
		g.order.changed()
	}
	if p, awaited := g.awaited[id]; awaited && after {
		delete(g.awaited, id)
		g.keepPresence(p)
	}
	if !after {
		delete(g.presences, id)
		g.seen.forget(id)
	}
	return nil
}

func (g *guild) snapshot(users []guildhall.UserID) *guildhall.Snapshot {
	v := g.state.Committed()
	s := &guildhall.Snapshot{MemberCount: v.MemberCount(), Whole: v.MemberCount() <= snapshotMembersMax}
	var keep func(*guildhall.Member) bool
	if !s.Whole {
		wanted := make(map[guildhall.UserID]bool, len(users))
		for _, u := range users {
			wanted[u] = true
		}
		keep = func(m *guildhall.Member) bool {
			_, there := g.presences[m.User.ID]
			return there || wanted[m.User.ID] || v.Voice(m.User.ID) != nil
		}
	}
	s.Rows = g.state.Rows(keep)
	s.Presences = g.presencesOf(nil)
	return s
}

func (g *guild) exists() bool { return g.state.Committed().Guild() != nil }

func userOfKey(key string) guildhall.UserID {
	return guildhall.UserID(guildhall.IDFromKey[struct{}](key))
}
