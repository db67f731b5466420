package main

// descriptorLimit is 0: handles have no limit that matters here.
func descriptorLimit() uint64 { return 0 }
