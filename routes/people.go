package routes

import "time"

// authRoutes sign people in and out.
func authRoutes() []Route {
	// Passwords cost memory and time by design; tries are limited per account and address beside these.
	password := func(r Route) Route {
		return r.from(People).auth(Nobody).json().cost(Expensive).limit("auth", 20, 10*time.Second)
	}
	return []Route{
		password(change("auth_setup", post, "/auth/setup")),
		password(change("auth_login", post, "/auth/login")).rank(Connecting),
		password(change("auth_mfa_totp", post, "/auth/mfa/totp")).rank(Connecting),
		change("auth_logout", post, "/auth/logout").from(People).auth(Person),
		password(change("auth_register", post, "/auth/register")).limit("auth-register", 10, 10*time.Minute),
	}
}

// accountRoutes are what people do with their own accounts.
func accountRoutes() []Route {
	own := func(r Route) Route { return r.from(People).auth(Person) }
	// Each checks a password.
	confirmed := func(r Route) Route { return own(r).json().cost(Expensive).limit("account", 10, 10*time.Second) }
	const totp = "/users/@me/mfa/totp"
	return []Route{
		own(get("list_my_sign_ins", "/auth/sessions")),
		own(change("delete_my_sign_ins", remove, "/auth/sessions")),
		own(change("delete_my_sign_in", remove, "/auth/sessions/{session_hash}")),
		confirmed(change("update_my_password", post, "/auth/password")),
		confirmed(change("create_my_mfa_secret", post, totp)),
		confirmed(change("enable_my_mfa", post, totp+"/enable")),
		confirmed(change("disable_my_mfa", post, totp+"/disable")),
		confirmed(change("replace_my_mfa_codes", post, "/users/@me/mfa/codes")),
		own(get("export_my_user", "/users/@me/export")).cost(Expensive).limit("export", 3, time.Minute),
		confirmed(change("delete_my_user", post, "/users/@me/delete")),
	}
}

// relationshipRoutes are what people have to do with each other.
func relationshipRoutes() []Route {
	own := func(r Route, bucket string) Route {
		return r.from(People).auth(Person).limit(bucket, 20, 10*time.Second)
	}
	const all, notes = "/users/@me/relationships", "/users/@me/notes"
	return []Route{
		own(get("list_my_relationships", all), "relationship-list"),
		own(change("create_my_relationship", post, all).json(), "relationship"),
		own(change("put_my_relationship", put, all+"/{user_id}").json(), "relationship"),
		own(change("delete_my_relationship", remove, all+"/{user_id}"), "relationship"),
		own(get("list_my_notes", notes), "note-list"),
		own(get("get_my_note", notes+"/{user_id}"), "note-list"),
		own(change("put_my_note", put, notes+"/{user_id}").json(), "note"),
	}
}

// ownApplicationRoutes are what people do with applications of their own; the bot itself may do the two that Discord's
// document has.
func ownApplicationRoutes() []Route {
	own := func(r Route, bucket string) Route {
		return r.from(People).auth(Person).cost(Expensive).limit(bucket, 10, 10*time.Second)
	}
	const all, one = "/applications", "/applications/{application_id}"
	return []Route{
		// One question for each application.
		own(get("list_applications", all), "application-list"),
		own(change("create_application", post, all).json(), "application-create"),
		get("get_application", one).limit("application-get", 10, 10*time.Second),
		change("update_application", patch, one).image().cost(Expensive).limit("application-modify", 10, time.Minute),
		// These ask for more than a sign-in, in the body, which is why the deletion isn't a DELETE.
		own(change("delete_application", post, one+"/delete").maybe(), "application-create"),
		own(change("reset_bot_token", post, one+"/bot/reset").maybe(), "application-reset"),
		own(change("reset_client_secret", post, one+"/reset").maybe(), "application-reset"),
	}
}

// oauth2Routes are those of applications that act for users, and of users who let them.
func oauth2Routes() []Route {
	const authorize = "/oauth2/authorize"
	person := func(r Route, bucket string) Route {
		return r.from(People).auth(Person).cost(Expensive).limit(bucket, 20, 10*time.Second)
	}
	// The client shows who it is in the body or by HTTP Basic.
	client := func(r Route) Route {
		return r.from(DiscordPages).auth(Nobody).body(Form, jsonBytes).limit("oauth2-token", 50, 10*time.Second)
	}
	return []Route{
		// One question to each guild's owner.
		person(get("check_oauth2_authorization", authorize), "oauth2-check"),
		person(change("create_oauth2_authorization", post, authorize).json(), "oauth2-authorize"),
		client(change("create_oauth2_token", post, "/oauth2/token")),
		client(change("revoke_oauth2_token", post, "/oauth2/token/revoke")),
		get("get_my_oauth2_authorization", "/oauth2/@me").scope(AnyScope),
		get("get_openid_connect_userinfo", "/oauth2/userinfo").scope("openid"),
		get("get_public_keys", "/oauth2/keys").auth(Nobody).static().rank(Extra),
		person(get("list_my_oauth2_tokens", "/oauth2/tokens"), "oauth2-list"),
		person(change("delete_my_oauth2_token", remove, "/oauth2/tokens/{application_id}"), "oauth2-list"),
	}
}
