package faultfs

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// Export copies what programs see into a folder of the machine's, to be looked at without the mount.
func (d *Disk) Export(dir string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return export(d.root, dir)
}

func export(from *inode, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	for _, name := range sortedNames(from.entries) {
		i, path := from.entries[name], filepath.Join(dir, name)
		if i.folder() {
			if err := export(i, path); err != nil {
				return err
			}
			continue
		}
		if err := os.WriteFile(path, i.data, 0o600); err != nil {
			return fmt.Errorf("export: %w", err)
		}
	}
	return nil
}

func sortedNames(entries map[string]*inode) []string { return slices.Sorted(maps.Keys(entries)) }
