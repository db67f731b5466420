package guilds

import (
	"maps"
	"slices"
	"testing"

	"guildhall"
)

// TestTablesAreWhole: each command and query of the contract that is a guild's or a user's has a place in a table.
func TestTablesAreWhole(t *testing.T) {
	t.Parallel()
	commands := []string{
		guildhall.CommandGuildCreate, guildhall.CommandChannelCreate, guildhall.CommandChannelModify, guildhall.CommandChannelDelete,
		guildhall.CommandOverwritePut, guildhall.CommandOverwriteDelete, guildhall.CommandRoleCreate, guildhall.CommandRoleModify,
		guildhall.CommandRoleDelete, guildhall.CommandRolePositions, guildhall.CommandMemberAdd, guildhall.CommandMembersAdd, guildhall.CommandMemberRemove,
		guildhall.CommandMemberModify, guildhall.CommandMemberRolePut, guildhall.CommandMemberRoleDelete, guildhall.CommandMemberUser,
		guildhall.CommandMessageCreate, guildhall.CommandMessageEdit, guildhall.CommandMessageDelete, guildhall.CommandReactionPut,
		guildhall.CommandReactionDelete, guildhall.CommandReactionClear, guildhall.CommandReactionClearEmoji,
		guildhall.CommandUserCreate, guildhall.CommandUserModify, guildhall.CommandTokenAdd, guildhall.CommandTokenRemove,
		guildhall.CommandApplicationModify, guildhall.CommandUserGuildJoined, guildhall.CommandUserGuildLeft,
		guildhall.CommandTyping, guildhall.CommandPresence,
		guildhall.CommandGuildModify, guildhall.CommandGuildDelete, guildhall.CommandChannelPositions,
		guildhall.CommandBanAdd, guildhall.CommandBanRemove, guildhall.CommandMemberPrune, guildhall.CommandInviteCreate,
		guildhall.CommandInviteDelete, guildhall.CommandInviteAccept, guildhall.CommandVoiceUpdate, guildhall.CommandVoiceModify, guildhall.CommandVoiceStatus,
		guildhall.CommandEventCreate, guildhall.CommandEventModify, guildhall.CommandEventDelete, guildhall.CommandEventJoin,
		guildhall.CommandEventLeave, guildhall.CommandEventElapse, guildhall.CommandStageCreate, guildhall.CommandStageModify, guildhall.CommandStageDelete, guildhall.CommandIntegrationDelete,
		guildhall.CommandWebhookCreate, guildhall.CommandWebhookModify, guildhall.CommandWebhookDelete, guildhall.CommandWebhookExecute,
		guildhall.CommandWebhookMessageEdit, guildhall.CommandWebhookMessageDelete,
		guildhall.CommandChannelFollow, guildhall.CommandFollowerPut, guildhall.CommandFollowerDelete, guildhall.CommandFollowerTell, guildhall.CommandPublishNext,
		guildhall.CommandThreadArchive, guildhall.CommandPollVote, guildhall.CommandPollExpire, guildhall.CommandMessageUnfurl,
		guildhall.CommandAppCommandPut, guildhall.CommandAppCommandModify, guildhall.CommandAppCommandDelete,
		guildhall.CommandAppCommandsSet, guildhall.CommandAppCommandsGlobal, guildhall.CommandAppCommandPermit,
		guildhall.CommandInteractionMake, guildhall.CommandInteractionSend, guildhall.CommandInteractionExpire,
		guildhall.CommandInteractionAnswer, guildhall.CommandInteractionFollow, guildhall.CommandInteractionEdit,
		guildhall.CommandInteractionDelete,
		guildhall.CommandPinPut, guildhall.CommandPinDelete, guildhall.CommandMessageBulkDelete, guildhall.CommandMessageCrosspost,
		guildhall.CommandThreadCreate, guildhall.CommandThreadMemberPut, guildhall.CommandThreadMemberDelete,
		guildhall.CommandEmojiCreate, guildhall.CommandEmojiModify, guildhall.CommandEmojiDelete,
		guildhall.CommandUserPrivatePut, guildhall.CommandUserPrivateDelete,
		guildhall.CommandApplicationReserve, guildhall.CommandApplicationOwned, guildhall.CommandApplicationGone,
		guildhall.CommandApplicationSecret, guildhall.CommandTokenReset,
		guildhall.CommandOAuth2Code, guildhall.CommandOAuth2Exchange, guildhall.CommandOAuth2Refresh, guildhall.CommandOAuth2Issue,
		guildhall.CommandOAuth2Revoke, guildhall.CommandOAuth2Deauthorize, guildhall.CommandMemberBring, guildhall.CommandBotAdd,
		guildhall.CommandRelationshipPut, guildhall.CommandRelationshipDelete, guildhall.CommandRelationshipFrom,
		guildhall.CommandRelationshipUser, guildhall.CommandNotePut,
		guildhall.CommandMFAEnable, guildhall.CommandMFAUse, guildhall.CommandMFACodes, guildhall.CommandMFADisable, guildhall.CommandUserDelete,
	}
	births := []string{guildhall.CommandGuildCreate, guildhall.CommandUserCreate}
	known := slices.Concat(births, slices.Collect(maps.Keys(guildCommands)), slices.Collect(maps.Keys(userCommands)))
	slices.Sort(known)
	known = slices.Compact(known) // emojis are guilds' and applications'
	slices.Sort(commands)
	if !slices.Equal(known, commands) {
		t.Errorf("commands known: %v\nin the contract: %v", known, commands)
	}
	queries := []string{
		guildhall.QueryGuild, guildhall.QueryGuildPartial, guildhall.QueryChannels, guildhall.QueryChannel, guildhall.QueryRoles,
		guildhall.QueryRole, guildhall.QueryMember, guildhall.QueryMembers, guildhall.QueryMessages, guildhall.QueryUser,
		guildhall.QuerySelf, guildhall.QueryUserGuilds, guildhall.QueryApplication, guildhall.QueryAccount,
		guildhall.QueryAuditLog, guildhall.QueryBanScope, guildhall.QueryBan, guildhall.QueryBans, guildhall.QueryPrune,
		guildhall.QueryInvite, guildhall.QueryInvites, guildhall.QueryInviteSame, guildhall.QueryVanityURL, guildhall.QueryGuildPreview, guildhall.QueryRoleCounts, guildhall.QueryIntegrations,
		guildhall.QueryVoice,
		guildhall.QueryEvents, guildhall.QueryEvent, guildhall.QueryEventUsers, guildhall.QueryStage,
		guildhall.QueryWebhook, guildhall.QueryChannelWebhooks, guildhall.QueryGuildWebhooks, guildhall.QueryUserPrivates,
		guildhall.QueryAppCommands, guildhall.QueryAppCommandsNamed, guildhall.QueryAppCommandPermissions, guildhall.QueryAppCommandIndex,
		guildhall.QueryInteractionMessage,
		guildhall.QueryPins, guildhall.QueryThreads, guildhall.QueryThreadsNamed, guildhall.QueryThreadsArchived, guildhall.QueryThreadMember,
		guildhall.QueryOwnedApplications,
		guildhall.QueryRelationships, guildhall.QueryRequestable, guildhall.QueryNotes,
		guildhall.QueryThreadMembers, guildhall.QueryThreadsSearch,
		guildhall.QueryAcquainted,
		guildhall.QueryEmojis, guildhall.QueryEmoji, guildhall.QueryEmojiUse,
	}
	known = slices.Concat(slices.Collect(maps.Keys(guildQueries)), slices.Collect(maps.Keys(userQueries)))
	slices.Sort(known)
	known = slices.Compact(known)
	slices.Sort(queries)
	if !slices.Equal(known, queries) {
		t.Errorf("queries known: %v\nin the contract: %v", known, queries)
	}
}
