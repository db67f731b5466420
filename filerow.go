package guildhall

// fileSort marks the rows that tell where a file is shown.
const fileSort = "file"

// FileRow tells which row holds the message that a file belongs to: a file is found by its id alone.
func FileRow(file Snowflake, holder RowKey) Row {
	key := FileKey(file)
	value := append([]byte{byte(holder.Table), byte(len(holder.Part))}, holder.Part+holder.Sort...)
	return Row{Table: key.Table, Part: key.Part, Sort: key.Sort, Value: value}
}

// FileKey names the row that FileRow makes.
func FileKey(file Snowflake) RowKey { return RowKey{TableAside, file.Key(), fileSort} }

// FileHolder reads what FileRow holds.
func FileHolder(value []byte) (holder RowKey, ok bool) {
	if len(value) < 2 || len(value) < 2+int(value[1]) {
		return holder, false
	}
	part := value[2 : 2+int(value[1])]
	return RowKey{Table(value[0]), string(part), string(value[2+len(part):])}, true
}

// Files are those that a message brought along, in what it forwards too. A published one shows its source's.
func (m *Message) Files() []Attachment {
	if m.Flags&MessageIsCrosspost != 0 {
		return nil
	}
	files := append([]Attachment{}, m.Attachments...)
	for _, s := range m.MessageSnapshots {
		files = append(files, s.Message.Attachments...)
	}
	return files
}

// PlaceKey names the row that PlaceRow makes.
func PlaceKey(channel ChannelID) RowKey { return RowKey{TablePlaces, channel.Key(), ""} }
