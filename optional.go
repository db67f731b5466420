package guildhall

import "encoding/json"

// Optional is a field of a PATCH body: left out, null, or a value.
type Optional[T any] struct {
	Set   bool
	Null  bool
	Value T
}

// Some is an optional that holds v.
func Some[T any](v T) Optional[T] { return Optional[T]{Set: true, Value: v} }

// IsZero lets omitzero leave the field out.
func (o Optional[T]) IsZero() bool { return !o.Set }

// Pointer gives the value, or nil for null and for left out.
func (o Optional[T]) Pointer() *T {
	if !o.Set || o.Null {
		return nil
	}
	v := o.Value
	return &v
}

// Or gives the value if there is one, else other.
func (o Optional[T]) Or(other T) T {
	if o.Set && !o.Null {
		return o.Value
	}
	return other
}

// MarshalJSON writes the value or null.
func (o Optional[T]) MarshalJSON() ([]byte, error) {
	if !o.Set || o.Null {
		return []byte("null"), nil
	}
	return json.Marshal(o.Value)
}

// UnmarshalJSON is called for fields that are there.
func (o *Optional[T]) UnmarshalJSON(b []byte) error {
	o.Set = true
	if string(b) == "null" {
		o.Null = true
		return nil
	}
	return json.Unmarshal(b, &o.Value)
}
