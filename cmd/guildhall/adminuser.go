package main

import (
	"context"
	"flag"

	"guildhall/api"
)

func adminUserReset() adminCommand {
	return adminCommand{
		name: "reset", summary: "Gives a person a new password, takes the second factor away and ends all logins.", args: []string{"USER"},
		flags: passwordFlag,
		ask: func(f *flag.FlagSet, args []string) (string, any, error) {
			password, err := readPassword(f)
			return "reset", passwordOf{userName(args[0]), password}, err
		},
	}
}

func adminUserRename() adminCommand {
	return adminCommand{
		name: "rename", summary: "Changes a user's name. Others can take the old one.", args: []string{"USER", "NAME"},
		ask: func(_ *flag.FlagSet, args []string) (string, any, error) {
			return "rename", nameOf{userName(args[0]), args[1]}, nil
		},
	}
}

func adminUserExport() adminCommand {
	return adminCommand{
		name: "export", summary: "Prints what is kept of a user, as JSON.", args: []string{"USER"}, json: true,
		ask: func(_ *flag.FlagSet, args []string) (string, any, error) {
			return "export", userOf{userName(args[0])}, nil
		},
	}
}

func adminUserDelete() adminCommand {
	return adminCommand{
		name: "delete", summary: "Deletes a user for ever. Messages stay, by \"Deleted User\".", args: []string{"USER"},
		flags: func(f *flag.FlagSet) { f.Bool("yes", false, "it is meant") },
		ask: func(f *flag.FlagSet, args []string) (string, any, error) {
			if !value[bool](f, "yes") {
				return "", nil, usagef("admin user delete: there is no way back; say --yes if it is meant")
			}
			return "delete", userOf{userName(args[0])}, nil
		},
	}
}

type userOf struct {
	User userName `json:"user"`
}

type nameOf struct {
	User userName `json:"user"`
	Name string   `json:"name"`
}

func (o *operations) resetUser(ctx context.Context, p passwordOf) (named, error) {
	u, err := o.find(ctx, p.User)
	if err != nil {
		return named{}, err
	}
	return named{u.ID, u.Username}, o.operator.ResetUser(ctx, u.ID, p.Password)
}

func (o *operations) renameUser(ctx context.Context, n nameOf) (named, error) {
	u, err := o.find(ctx, n.User)
	if err != nil {
		return named{}, err
	}
	name, err := o.operator.Rename(ctx, u, n.Name)
	return named{u.ID, name}, err
}

func (o *operations) exportUser(ctx context.Context, u userOf) (*api.Export, error) {
	found, err := o.find(ctx, u.User)
	if err != nil {
		return nil, err
	}
	return o.operator.Export(ctx, found.ID)
}

func (o *operations) deleteUser(ctx context.Context, u userOf) (named, error) {
	found, err := o.find(ctx, u.User)
	if err != nil {
		return named{}, err
	}
	return named{found.ID, found.Username}, o.operator.DeleteUser(ctx, found.ID)
}
