package guildhall

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
)

// ErrRecord is returned for bytes that are not an encoded record of a version known here.
var ErrRecord = errors.New("not a record")

const (
	// recordPartsMax bounds each list in a record, so that a damaged length can't ask for all memory.
	recordPartsMax = 1 << 20

	flagReplyIsFirstRow = 1 << 0
)

// AppendRecord appends the record's encoded form: a version byte, then the fields in order, numbers as varints and
// bytes with their length. A reply that repeats the first row's value is not written twice.
func AppendRecord(b []byte, r *Record) []byte {
	if r.encoded != nil {
		return append(b, r.encoded...)
	}
	b = append(b, RecordVersion)
	b = appendObject(b, r.Object)
	b = binary.AppendUvarint(b, r.Position)
	b = binary.AppendUvarint(b, r.Epoch)
	b = binary.BigEndian.AppendUint64(b, uint64(r.Snowflake))
	b = binary.AppendVarint(b, int64(r.At))
	b = append(b, r.RequestID[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(r.Nonce.Author))
	b = binary.BigEndian.AppendUint64(b, uint64(r.Nonce.Channel))
	b = appendBytes(b, r.Nonce.Nonce)
	b = appendObject(b, r.Source.Object)
	b = binary.AppendUvarint(b, r.Source.Position)
	if len(r.Reply) > 0 && len(r.Rows) > 0 && string(r.Reply) == string(r.Rows[0].Value) {
		b = append(b, flagReplyIsFirstRow)
	} else {
		b = append(b, 0)
		b = appendBytes(b, r.Reply)
	}
	b = binary.AppendUvarint(b, uint64(len(r.Rows)))
	for i := range r.Rows {
		b = appendRow(b, &r.Rows[i])
	}
	b = binary.AppendUvarint(b, uint64(len(r.Events)))
	for i := range r.Events {
		b = appendEvent(b, &r.Events[i])
	}
	b = binary.AppendUvarint(b, uint64(len(r.FollowUps)))
	for i := range r.FollowUps {
		f := &r.FollowUps[i]
		b = appendObject(b, f.To)
		b = appendBytes(b, f.Name)
		b = appendBytes(b, f.Body)
	}
	return b
}

func appendRow(b []byte, row *Row) []byte {
	b = append(b, byte(row.Table))
	if row.Delete {
		b = append(b, 1)
	} else {
		b = append(b, 0)
	}
	b = appendBytes(b, row.Part)
	b = appendBytes(b, row.Sort)
	return appendBytes(b, row.Value)
}

func appendEvent(b []byte, e *Event) []byte {
	b = appendBytes(b, e.Type)
	audience, err := json.Marshal(&e.Audience)
	if err != nil {
		panic("guildhall: an audience is plain data: " + err.Error())
	}
	b = appendBytes(b, audience)
	return appendBytes(b, e.Data)
}

func appendObject(b []byte, o Object) []byte {
	b = append(b, byte(o.Kind))
	return binary.BigEndian.AppendUint64(b, uint64(o.ID))
}

func appendBytes[T string | []byte](b []byte, v T) []byte {
	b = binary.AppendUvarint(b, uint64(len(v)))
	return append(b, v...)
}

// DecodeRecord reads one record from the front of b and returns the rest. The record keeps no part of b.
func DecodeRecord(b []byte) (*Record, []byte, error) {
	d := decoder{b: b}
	if v := d.byte(); d.err == nil && v != RecordVersion {
		return nil, nil, fmt.Errorf("%w: version %d", ErrRecord, v)
	}
	r := &Record{Object: d.object(), Position: d.uvarint(), Epoch: d.uvarint(), Snowflake: Snowflake(d.uint64())}
	r.At = Timestamp(d.varint())
	copy(r.RequestID[:], d.take(uint64(len(r.RequestID))))
	r.Nonce = NonceKey{Author: UserID(d.uint64()), Channel: ChannelID(d.uint64()), Nonce: d.text()}
	r.Source = Source{Object: d.object(), Position: d.uvarint()}
	replyIsFirstRow := d.byte() == flagReplyIsFirstRow
	if !replyIsFirstRow {
		r.Reply = d.bytes()
	}
	for range d.count() {
		r.Rows = append(r.Rows, Row{Table: Table(d.byte()), Delete: d.byte() == 1, Part: d.text(), Sort: d.text(), Value: d.bytes()})
	}
	for range d.count() {
		r.Events = append(r.Events, *d.event())
	}
	for range d.count() {
		r.FollowUps = append(r.FollowUps, FollowUp{To: d.object(), Name: d.text(), Body: d.bytes()})
	}
	if replyIsFirstRow && len(r.Rows) > 0 {
		r.Reply = r.Rows[0].Value
	}
	r.size = len(b) - len(d.b)
	if d.err != nil {
		return nil, nil, d.err
	}
	return r, d.b, nil
}

// AppendRecords appends a batch: a count, then the records.
func AppendRecords(b []byte, records []*Record) []byte {
	b = binary.AppendUvarint(b, uint64(len(records)))
	for _, r := range records {
		b = AppendRecord(b, r)
	}
	return b
}

// DecodeRecords reads a batch that fills b.
func DecodeRecords(b []byte) ([]*Record, error) {
	d := decoder{b: b}
	var records []*Record
	for range d.count() {
		r, rest, err := DecodeRecord(d.b)
		if err != nil {
			return nil, err
		}
		d.b = rest
		records = append(records, r)
	}
	if d.err == nil && len(d.b) > 0 {
		d.err = fmt.Errorf("%w: %d bytes after the last", ErrRecord, len(d.b))
	}
	return records, d.err
}

// decoder reads from the front of b; after the first error it yields zero values.
type decoder struct {
	b   []byte
	err error
}

func (d *decoder) take(n uint64) []byte {
	if d.err == nil && n > uint64(len(d.b)) {
		d.err = fmt.Errorf("%w: %d bytes wanted, %d left", ErrRecord, n, len(d.b))
	}
	if d.err != nil {
		return nil
	}
	taken := d.b[:n]
	d.b = d.b[n:]
	return taken
}

func (d *decoder) byte() byte {
	if b := d.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *decoder) uint64() uint64 {
	if b := d.take(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.b)
	return d.number(v, n)
}

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.b)
	return int64(d.number(uint64(v), n))
}

func (d *decoder) number(v uint64, n int) uint64 {
	if d.err == nil && n <= 0 {
		d.err = fmt.Errorf("%w: number cut short", ErrRecord)
	}
	if d.err != nil {
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) bytes() []byte {
	if b := d.take(d.uvarint()); len(b) > 0 {
		return append([]byte(nil), b...)
	}
	return nil
}

func (d *decoder) text() string { return string(d.take(d.uvarint())) }

func (d *decoder) object() Object {
	return Object{Kind: ObjectKind(d.byte()), ID: Snowflake(d.uint64())}
}

// count reads the length of a list; each entry takes at least one byte, so more than what is left is damage.
func (d *decoder) count() uint64 {
	n := d.uvarint()
	if d.err == nil && (n > recordPartsMax || n > uint64(len(d.b))) {
		d.err = fmt.Errorf("%w: list of %d", ErrRecord, n)
	}
	if d.err != nil {
		return 0
	}
	return n
}
