package guildhall

import "encoding/json"

// Keys of rows are bytes, which JSON's strings would damage: they go as base64.
type rowJSON struct {
	Table  Table  `json:"table"`
	Part   []byte `json:"part"`
	Sort   []byte `json:"sort,omitempty"`
	Value  []byte `json:"value,omitempty"`
	Delete bool   `json:"delete,omitempty"`
}

// MarshalJSON writes keys and value as base64.
func (r Row) MarshalJSON() ([]byte, error) {
	return json.Marshal(rowJSON{r.Table, []byte(r.Part), []byte(r.Sort), r.Value, r.Delete})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (r *Row) UnmarshalJSON(b []byte) error {
	var j rowJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*r = Row{j.Table, string(j.Part), string(j.Sort), j.Value, j.Delete}
	return nil
}

// MarshalJSON writes the keys as base64.
func (k RowKey) MarshalJSON() ([]byte, error) {
	return json.Marshal(rowJSON{Table: k.Table, Part: []byte(k.Part), Sort: []byte(k.Sort)})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (k *RowKey) UnmarshalJSON(b []byte) error {
	var j rowJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*k = RowKey{j.Table, string(j.Part), string(j.Sort)}
	return nil
}
