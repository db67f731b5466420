package config

// Flag is what a command line needs to offer a setting.
type Flag struct {
	Name        string // without dashes before it
	Key         string // of the setting
	Variable    string // environment variable
	Help        string
	Default     string
	Placeholder string // what stands for the value in help texts
	Bool        bool   // may be given without a value, which means true
}

// Flags returns one flag for each setting, in the order of the table. A command line registers them as plain strings and hands
// those that were given to Load: it must not fill in the defaults itself, because a flag goes before variables and the file.
func Flags() []Flag {
	table := Settings()
	flags := make([]Flag, len(table))
	for i, s := range table {
		help := s.Doc
		if allowed := s.Allowed(); allowed != "" {
			help += " (" + allowed + ")"
		}
		flags[i] = Flag{
			Name: s.Flag(), Key: s.Key, Variable: s.Variable(), Help: help, Default: s.Default,
			Placeholder: placeholder(s.Kind), Bool: s.Kind == KindBool,
		}
	}
	return flags
}

func placeholder(kind Kind) string {
	switch kind {
	case KindAddress:
		return "HOST:PORT"
	case KindBytes:
		return "BYTES"
	case KindDuration:
		return "DURATION"
	case KindFile:
		return "FILE"
	case KindFolder:
		return "DIR"
	case KindList:
		return "A,B"
	case KindNumber:
		return "N"
	case KindStore:
		return "ENGINE:PLACE"
	case KindURL:
		return "URL"
	}
	return "VALUE"
}
