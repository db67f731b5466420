package api

// ReplacePasswords calls work in the place of making a hash, which then is none's.
func (a *API) ReplacePasswords(work func()) {
	a.operator.passwords.derive = func(_, _ []byte, _, _ uint32, _ uint8, keyLen uint32) []byte {
		work()
		return make([]byte, keyLen)
	}
}

// WatchPasswords calls seen with what each password's hash is made with, before it is made.
func (a *API) WatchPasswords(seen func(password string, time, memory uint32, threads uint8, keyLen uint32)) {
	p := a.operator.passwords
	derive := p.derive
	p.derive = func(password, salt []byte, time, memory uint32, threads uint8, keyLen uint32) []byte {
		seen(string(password), time, memory, threads, keyLen)
		return derive(password, salt, time, memory, threads, keyLen)
	}
}
