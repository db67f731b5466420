package config

// CheckBytes returns the problems of a file's form, for fuzzing without a disk.
func CheckBytes(path string, data []byte) []Problem {
	_, problems := parseFile(path, data)
	return problems
}
