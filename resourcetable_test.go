package guildhall_test

// resource is something that a stranger can send or hold.
type resource struct {
	// of is what is bounded. limit is how much, in which {package.constant} stands for the value in the source, with bytes: before
	// it where it counts bytes, and {setting:key} for a setting and its default.
	of, limit string
	// over is what happens to what is more.
	over string
	// tests are those that go over it.
	tests []string
}

// resources are the bounds beside those of limits.md, in groups.
func resources() []resourceGroup {
	return []resourceGroup{
		{"Connections", connectionResources()},
		{"Bodies of requests", bodyResources()},
		{"Rates", rateResources()},
		{"Passwords and tokens", secretResources()},
		{"The gateway", gatewayResources()},
		{"Pictures and files", pictureResources()},
		{"Calls to elsewhere", outboundResources()},
		{"Behind the API", ownerResources()},
	}
}

type resourceGroup struct {
	title string
	rows  []resource
}

func connectionResources() []resource {
	return []resource{
		{"connections of one address (an IPv6 /64)", "{setting:connections_per_address}", "closed before it is read", []string{"cmd/guildhall.TestConnectionsPerAddress"}},
		{"gateway sockets of one address", "{setting:connections_per_address}", "429 with Retry-After", []string{"sessions.TestSocketsPerAddress"}},
		{"gateway sockets in all", "{sessions.socketsDefault}", "503 with Retry-After", []string{"sessions.TestBoundsAndUpgrade"}},
		{"time for a request's header", "{cmd/guildhall.headerTimeout}", "closed", []string{"cmd/guildhall.TestSlowHeadersAreCut", "cmd/guildhall.TestServerTimes"}},
		{"bytes of a request's header", "{bytes:cmd/guildhall.headerBytesMax}", "431, closed", []string{"cmd/guildhall.TestMalformedRequests"}},
		{"time for a whole request to come", "{cmd/guildhall.readTimeout}", "closed", []string{"cmd/guildhall.TestServerTimes"}},
		{"time between requests of a connection", "{cmd/guildhall.idleTimeout}", "closed", []string{"cmd/guildhall.TestServerTimes"}},
	}
}

func bodyResources() []resource {
	return []resource{
		{"JSON", "{bytes:routes.jsonBytes}", "413", []string{"api.TestBodies", "api.TestBodiesWithoutEnd"}},
		{"JSON with a picture", "{bytes:routes.imageBytes}", "413", []string{"cmd/guildhall.TestLargeBodies"}},
		{"multipart with files", "{bytes:routes.filesBytes}", "413", []string{"cmd/guildhall.TestLargeBodies"}},
		{"a file", "{setting:limits.attachment_bytes}", "413", []string{"cmd/guildhall.TestLimitsTrip"}},
		{"`payload_json`, and the fields beside it", "{bytes:api.formBytes}", "413", []string{"api.TestMultipart"}},
		{"parts of a multipart body", "{api.partsMax}", "400", []string{"api.TestMultipart"}},
		{"time for a body", "{api.bodyTime}, {api.uploadTime} with files", "408, closed", []string{"api.TestSlowBodyIsCut", "api.TestBodiesWithoutEnd"}},
		{"depth of JSON", "{api.depthMax}", "400, 50109", []string{"api.TestBodies", "api.FuzzBody"}},
		{"a name in JSON", "{bytes:api.keyBytesMax}", "400, 50109", []string{"api.TestBodies"}},
		{"small bodies under way, up to {bytes:api.largeBodyBytes} each", "{bytes:api.smallBodiesMax}, of which one identity holds 1/{api.smallShare}", "429 for that one; 503 for all after the route's time", []string{"api.TestSlowBodiesOfOneToken"}},
		{"large bodies under way", "{bytes:api.largeBodiesMax}, of which one identity holds 1/{api.largeShare}", "429 for that one; 503 for all after the route's time", []string{"api.TestLargeBodiesShareABudget", "api.TestUploadsKeepLittleRoom"}},
		{"time to read an answer above {bytes:api.largeBodyBytes}", "{api.sendingTime}", "closed", []string{"api.TestLargeAnswersAreReadInTime"}},
		{"an answer to what is wrong with a body", "16 KiB", "cut to the first mistakes", []string{"api.TestAnswersToMistakesAreSmall"}},
		{"an audit-log reason", "{api.reasonMax} characters", "400, 50035", []string{"api.TestReasonsAreText"}},
	}
}

func rateResources() []resource {
	return []resource{
		{"requests of one identity", "{admission.GlobalRequests} in {admission.globalPer}", "429, global", []string{"api.TestGlobalRateLimit", "api.TestForgedAddressesCountAsOne"}},
		{"requests on a route", "the route's bucket, for each channel, guild or webhook", "429", []string{"api.TestRateLimits", "api.TestBucketsHaveOneName", "admission.TestRouteWindows"}},
		{"a webhook's requests", "a bucket of its own, wherever it is used from", "429", []string{"api.TestWebhookLimitIsItsOwn"}},
		{"invalid requests (401, 403, 429) and wrong tokens at the gateway of one address", "{admission.invalidRequests} in {admission.invalidPer}", "429 for everything until the window ends", []string{"sessions.TestWrongTokensBlockAnAddress", "api.TestInvalidRequestsBlockAnAddress", "admission.TestInvalidRequests"}},
		{"windows that are remembered", "{admission.windowsMax}, and {admission.addressMax} addresses", "the one unused longest is forgotten", []string{"admission.TestLimitsAreBounded", "admission.TestRecentKeepsWhatIsUsed"}},
	}
}

func secretResources() []resource {
	return []resource{
		{"failed logins at one account from one address", "{admission.triesPerPair} in {admission.triesPerPairPer}", "429", []string{"admission.TestTries", "api.TestLoginTries"}},
		{"failed logins at one account", "{admission.triesPerAccount} in {admission.triesPerAccountPer}", "429", []string{"admission.TestTries"}},
		{"failed logins of one address", "{admission.triesPerAddress} in {admission.triesPerAddressPer}", "429", []string{"admission.TestTries"}},
		{"failed logins in all", "{admission.triesInAll} in {admission.triesInAllPer}", "429, but not where the account was signed in to before", []string{"api.TestStuffing"}},
		{"passwords hashed at once", "{api.hashersMax}, and on half of the processors; {api.hashersQueueMax} wait", "429", []string{"api.TestPasswordsWaitInABoundedQueue", "crash.TestHostile"}},
		{"a password", "{bytes:api.passwordBytesMax}", "400", []string{"api.TestPasswordForms"}},
		{"sign-ins of an account", "{api.loginsMax}", "the oldest ends", []string{"api.TestOldestLoginsEnd"}},
		{"tokens whose holders are remembered", "{admission.identitiesMax}, for {admission.identityAge}", "looked up anew", []string{"admission.TestIdentitiesAge", "admission.TestLookupsAreShared"}},
	}
}

func gatewayResources() []resource {
	return []resource{
		{"a payload from a client, in one frame or many", "{bytes:gateway.ClientPayloadMax}", "4002", []string{"sessions.TestCloseCodes", "sessions.TestFraming", "sessions.FuzzFrames"}},
		{"empty frames of a message", "{sessions.emptyFramesMax}", "4002", []string{"sessions.TestFraming"}},
		{"payloads of a client, and as many heartbeats", "{sessions.sendsMax} in {sessions.sendsWindow}", "4008", []string{"sessions.TestConnectionLimit", "sessions.TestCloseCodes"}},
		{"time without IDENTIFY", "{sessions.identifyWithin}", "4003", []string{"sessions.TestIdentifyMustComeWithin30Seconds"}},
		{"time without a heartbeat", "1.5 times {setting:gateway.heartbeat_interval}", "4000, resumable", []string{"sessions.TestMissingHeartbeatsCloseTheSocket"}},
		{"answers that wait for who does not read", "{sessions.controlMax}", "cut off", []string{"sessions.TestAnswersThatWait"}},
		{"events that wait for a socket", "{setting:gateway.queue_bytes_max}", "4000, resumable", []string{"sessions.TestSlowClient", "sessions.TestEphemeralIsDroppedFirst"}},
		{"events kept for RESUME", "{setting:gateway.replay_bytes_max}, for {setting:gateway.replay_age}", "op 9", []string{"sessions.TestReplayIsBounded", "sessions.TestSessionsExpire"}},
		{"sessions a user starts", "{sessions.startsTotal} in {sessions.startsWindow}, {sessions.startsConcurrency} in {sessions.startsPace}", "op 9", []string{"sessions.TestStartLimit"}},
		{"members asked for by id", "{gateway.MembersAskedMax}, in chunks of {gateway.MembersChunkMax}", "cut", []string{"gateway.TestDecodeRequest", "sessions.TestRequestGuildMembers"}},
		{"records held while one is missing", "{sessions.heldMax} for each object", "fetched from the owner", []string{"sessions.TestGapIsFilledInOrder"}},
	}
}

func pictureResources() []resource {
	return []resource{
		{"a picture", "{bytes:api.imageBytesMax}, {api.imagePixelsMax} points, {api.imageSideMax} a side, {api.imageFramesMax} frames", "400", []string{"api.TestImageBombs", "api.FuzzImageHeader"}},
		{"pictures being decoded", "{bytes:api.imageMemoryMax}, {api.imageTime} each", "503", []string{"api.TestDecodersKeepToTheirMemory", "api.TestDecodingEnds", "api.TestNoMemoryForPictures"}},
		{"pictures being sent from memory", "{bytes:api.sendingMax}, of which one address holds 1/{api.sendingShare}, {api.sendingTime} each", "429 for that one; 503 for all; cut off", []string{"api.TestSlowReaders"}},
		{"made sizes that are kept", "{api.variantsMax} of {bytes:api.variantBytesMax}", "made again", []string{"api.TestManyAskForOneVariant"}},
		{"an emoji's picture", "{bytes:api.emojiBytesLimit}", "400", []string{"api.TestEmojiPictures"}},
		{"room on the disk", "{setting:disk_reserve} stays free", "files are refused first, then changes", []string{"crash.TestFullDisk", "crash.TestDiskFillsUpUnderLoad"}},
	}
}

func outboundResources() []resource {
	return []resource{
		{"time of a call", "{outbound.TimeMax}", "cut", []string{"outbound.TestS35"}},
		{"an answer, unpacked", "{bytes:outbound.BytesMax}", "cut", []string{"outbound.TestS35"}},
		{"redirects", "{outbound.RedirectsMax}", "refused", []string{"outbound.TestRedirects"}},
		{"calls under way", "a gate for all and for each host", "refused", []string{"outbound.TestGate"}},
		{"places for fetching pictures", "{api.mediaAtOnce}, of which one address waits for 1/{api.externalShare}", "429 for that one", []string{"api.TestWhoWaitsForSlowPictures"}},
		{"a page that is looked at for an embed", "{bytes:unfurl.pageBytesMax}", "the rest is not read", []string{"unfurl.FuzzPage"}},
	}
}

func ownerResources() []resource {
	return []resource{
		{"changes proposed and not committed", "{guilds.proposedMax}", "503 with Retry-After", []string{"guilds.TestAFullStoreRefusesWhatWasNeverProposed"}},
		{"batches committed and not projected", "{guilds.unprojectedMax}", "503 with Retry-After", []string{"guilds.TestAnOwnerThatLagsBehindWithProjectionsIsBusy"}},
		{"requests remembered, so that none is done twice", "{guilds.knownMax}", "the oldest are forgotten", []string{"guilds.TestKnownRequestsAreBounded"}},
		{"answers without a record", "{guilds.settledMax}, {guilds.settledObjectMax} of an object", "the oldest are forgotten", []string{"guilds.TestAnswersWithoutARecordAreBounded"}},
		{"what waits for other owners", "{guilds.mailedMax}, {guilds.mailedObjectMax} for an object", "503", []string{"guilds.TestFollowUpsThatWaitAreBounded"}},
		{"interactions that an object remembers", "{guilds.interactionsMax}", "503, unless old ones can go", []string{"guilds.TestInteractionsAreBounded"}},
		{"slow mode's memory", "{guilds.slowmodeMax} members for each guild", "the oldest are forgotten", []string{"guilds.TestSlowmodeIsBounded"}},
		{"what strangers ask an owner for", "nothing stays of it", "", []string{"guilds.TestWhatStrangersAskForLeavesNothingBehind"}},
		{"blobs in memory, with --dev", "{bytes:cmd/guildhall.devBlobBytes}", "refused", []string{"blob.TestMemoryIsBounded"}},
	}
}
