package guilds

// pure core

import (
	"slices"

	"guildhall"
)

// allowAttachments refuses files where the sender may not send any, and more than a message can have.
func (r *request) allowAttachments(files []guildhall.Attachment, p guildhall.Permissions) error {
	switch {
	case len(files) == 0:
		return nil
	case !p.Has(guildhall.PermissionAttachFiles):
		return guildhall.ErrMissingPermissions
	}
	return r.limits.Fit(guildhall.LimitAttachments, len(files))
}

// editAttachments keeps those of a message's files that the edit names, and adds the new ones.
// discord: resources/message#edit-message
func (r *request) editAttachments(m *guildhall.Message, f *guildhall.EditMessage, p guildhall.Permissions) error {
	if !f.Keep.Set && len(f.Attachments) == 0 {
		return nil
	}
	if err := r.allowAttachments(f.Attachments, p); err != nil {
		return err
	}
	list := slices.Clone(m.Attachments)
	if f.Keep.Set {
		list = keepAttachments(m.Attachments, f.Keep.Or(nil))
	}
	list = append(slices.Clone(list), f.Attachments...)
	if err := r.limits.Fit(guildhall.LimitAttachments, len(list)); err != nil {
		return err
	}
	if sameJSON(list, m.Attachments) {
		return nil
	}
	now := guildhall.TimestampOf(r.now)
	m.Attachments, m.EditedTimestamp = list, &now
	return nil
}

// keepAttachments gives those that are named, in the message's order. Ids of others are passed over.
func keepAttachments(have []guildhall.Attachment, keep []guildhall.KeepAttachment) []guildhall.Attachment {
	kept := []guildhall.Attachment{}
	for _, a := range have {
		i := slices.IndexFunc(keep, func(k guildhall.KeepAttachment) bool { return k.ID == a.ID })
		if i < 0 {
			continue
		}
		if keep[i].Description.Set {
			a.Description = keep[i].Description.Pointer()
		}
		kept = append(kept, a)
	}
	return kept
}
