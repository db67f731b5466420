package config_test

import (
	"fmt"

	"guildhall/config"
)

// A command line hands over the flags that were given, and nothing for those that were not.
func ExampleLoad() {
	c, err := config.Load(config.Sources{
		Flags:   map[string]string{"listen": "127.0.0.1:0", "drain-timeout": "1m"},
		Environ: []string{"GUILDHALL_LOG_FORMAT=json"},
	})
	fmt.Println(c.OpsListen, c.DrainTimeout, c.LogFormat, err)

	_, err = config.Load(config.Sources{Flags: map[string]string{"drain-timeout": "1h"}})
	fmt.Println(err)
	// Output:
	// 127.0.0.1:0 1m0s json <nil>
	// --drain-timeout: drain_timeout: 1h is above the maximum (allowed: 1s to 5m): below a second clients are cut off, above five minutes supervisors kill the process first
}
