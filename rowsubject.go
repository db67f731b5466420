package guildhall

// RowSubject says what a row is about, for those who follow an object without deciding on it. At most one field is set.
type RowSubject struct {
	Guild    bool
	Role     RoleID
	Channel  ChannelID
	Member   UserID
	Token    string
	GuildRef GuildID
	// ThreadMembers is the thread whose list of members it is.
	ThreadMembers ChannelID
	// PrivateRef is an entry of a user's list of private channels.
	PrivateRef ChannelID
}

// Subject names what the row is about; nothing for rows that are no part of a guild's or a user's own state.
func (r *Row) Subject() RowSubject {
	switch {
	case r.Table == TableMembers:
		return RowSubject{Member: IDFromKey[userKind](r.Sort)}
	case r.Table != TableState || r.Sort == "":
		return RowSubject{}
	}
	id := r.Sort[1:]
	switch r.Sort[0] {
	case stateGuild:
		return RowSubject{Guild: true}
	case stateRole:
		return RowSubject{Role: IDFromKey[roleKind](id)}
	case stateChannel:
		return RowSubject{Channel: IDFromKey[channelKind](id)}
	case stateThread:
		if key, members := cutMark(id); members {
			return RowSubject{ThreadMembers: IDFromKey[channelKind](key)}
		}
		return RowSubject{}
	case stateToken:
		return RowSubject{Token: id}
	case statePrivate:
		return RowSubject{PrivateRef: IDFromKey[channelKind](id)} // 0 for a private channel's own row
	case stateGuildRef:
		return RowSubject{GuildRef: IDFromKey[guildKind](id)}
	}
	return RowSubject{}
}
