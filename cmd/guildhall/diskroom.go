package main

import (
	"os"

	"github.com/prometheus/client_golang/prometheus"

	"guildhall/disk"
)

// watchDisk begins to look at the disks of the data and of the store, which may be another.
func (s *server) watchDisk(metrics prometheus.Registerer) error {
	if s.config.Dev {
		return nil
	}
	folders := []string{s.config.Data}
	if s.config.Store.Dir != s.config.Data {
		folders = append(folders, s.config.Store.Dir)
	}
	err := os.MkdirAll(s.config.Data, 0o700) // the store makes its own folder only
	if err == nil {
		s.disk, err = disk.New(disk.Config{Folders: folders, Reserve: s.config.DiskReserve, Log: s.log, Metrics: metrics})
	}
	return err
}

// refuseWrites is asked for each write.
func (s *server) refuseWrites() error {
	if s.disk == nil {
		return nil
	}
	return s.disk.RefuseWrites()
}

// full tells that nothing would be taken.
func (s *server) full() bool { return s.disk != nil && s.disk.Level() >= disk.ReadOnly }
