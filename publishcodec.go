package guildhall

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
)

const publishVersion = 1

// AppendPublish appends the encoded form: a version byte, object, ring, epoch, the record with its length, and the
// ephemeral event with its length.
func AppendPublish(b []byte, p *Publish) []byte {
	b = append(b, publishVersion)
	b = appendObject(b, p.Object)
	b = binary.AppendUvarint(b, p.Ring)
	b = binary.AppendUvarint(b, p.Epoch)
	b = appendBytes(b, p.Record)
	if p.Ephemeral == nil {
		return append(b, 0)
	}
	b = append(b, 1)
	return appendEvent(b, p.Ephemeral)
}

// DecodePublish reads what AppendPublish wrote.
func DecodePublish(b []byte) (*Publish, error) {
	d := decoder{b: b}
	if v := d.byte(); d.err == nil && v != publishVersion {
		return nil, fmt.Errorf("%w: publish version %d", ErrRecord, v)
	}
	p := &Publish{Object: d.object(), Ring: d.uvarint(), Epoch: d.uvarint(), Record: d.bytes()}
	if d.byte() == 1 {
		p.Ephemeral = d.event()
	}
	return p, d.err
}

func (d *decoder) event() *Event {
	e := &Event{Type: d.text()}
	if audience := d.bytes(); d.err == nil {
		if err := json.Unmarshal(audience, &e.Audience); err != nil {
			d.err = fmt.Errorf("%w: audience: %w", ErrRecord, err)
		}
	}
	e.Data = d.bytes()
	return e
}
