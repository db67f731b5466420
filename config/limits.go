package config

import (
	"errors"
	"fmt"
	"strconv"

	"guildhall"
)

// limitsSection is the table of the settings made from guildhall.LimitTable.
const limitsSection = "limits."

// limitSettings let an operator set each documented limit that is not bound to the form of requests.
func limitSettings() []Setting {
	table := guildhall.LimitTable()
	settings := make([]Setting, len(table))
	for i, entry := range table {
		field := func(c *Config) *int64 { return &c.Limits[i] }
		if entry.Bytes {
			settings[i] = bytesSetting(limitsSection+entry.Key, entry.Default, 1, entry.Max, field, entry.Counts, entry.Why)
			continue
		}
		settings[i] = numberSetting(limitsSection+entry.Key, entry.Default, 1, entry.Max, field, entry.Counts, entry.Why)
	}
	return settings
}

func numberSetting(key string, byDefault, least, most int64, field func(*Config) *int64, doc, why string) Setting {
	text := func(n int64) string { return strconv.FormatInt(n, 10) }
	s := Setting{Key: key, Kind: KindNumber, Default: text(byDefault), Doc: doc, Why: why, Min: text(least), Max: text(most)}
	parse := func(raw string) (int64, error) {
		value, err := strconv.ParseInt(raw, 10, 64)
		switch {
		case errors.Is(err, strconv.ErrRange):
			return 0, fmt.Errorf("%s is too large a number", raw)
		case err != nil:
			return 0, fmt.Errorf("%q is not a whole number", raw)
		}
		return value, checkBounds(raw, value, least, most)
	}
	return newSetting(s, field, parse, func(n int64) any { return text(n) })
}
