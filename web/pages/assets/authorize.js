// The token stands in the tab's own storage, in no cookie: a browser adds nothing by itself to requests that other sites
// cause, so that none of them can consent here in somebody's name.
const tokenKey = 'guildhall-token';
const query = location.search;
const asked = new URLSearchParams(query);
const $ = (id) => document.getElementById(id);
let shown;

const scopeTexts = {
  identify: 'See your name and picture',
  email: 'See your e-mail address',
  guilds: 'See which guilds you are in',
  'guilds.members.read': 'See your nickname and roles in your guilds',
  'guilds.join': 'Bring you into guilds that its bot is in',
  openid: 'Recognise you by your account',
  bot: 'Come to a guild with its bot',
  'applications.commands': 'Offer commands in the guild',
  'applications.commands.permissions.update': 'Change who may use its commands where you may',
};

// By bit; what is missing here is not offered or has no meaning on this server.
const permissionTexts = [
  [3, 'Administrator'], [10, 'View channels'], [4, 'Manage channels'], [28, 'Manage roles'], [5, 'Manage the guild'],
  [7, 'View the audit log'], [29, 'Manage webhooks'], [30, 'Manage emojis and stickers'], [43, 'Create emojis and stickers'],
  [33, 'Manage events'], [44, 'Create events'], [0, 'Create invites'], [1, 'Kick members'], [2, 'Ban members'],
  [40, 'Time members out'], [26, 'Change its own nickname'], [27, 'Manage nicknames'], [11, 'Send messages'],
  [38, 'Send messages in threads'], [35, 'Create public threads'], [36, 'Create private threads'], [34, 'Manage threads'],
  [13, 'Manage messages'], [51, 'Pin messages'], [14, 'Embed links'], [15, 'Attach files'], [16, 'Read message history'],
  [17, 'Mention everyone, here and all roles'], [18, 'Use emojis of other guilds'], [37, 'Use stickers of other guilds'],
  [6, 'Add reactions'], [49, 'Create polls'], [31, 'Use application commands'], [50, 'Use applications of its own'],
  [46, 'Send voice messages'], [12, 'Send text-to-speech messages'], [52, 'Ignore slow mode'], [19, 'View guild insights'],
  [20, 'Connect to voice'], [21, 'Speak'], [9, 'Share video'], [22, 'Mute members'], [23, 'Deafen members'], [24, 'Move members'],
  [25, 'Use voice activity'], [8, 'Priority speaker'], [32, 'Ask to speak'], [42, 'Use the soundboard'], [45, 'Use sounds of other guilds'],
  [48, 'Set the status of voice channels'], [39, 'Use activities'], [41, 'View monetization analytics'],
];
const administrator = 1n << 3n;

/** All messages of an errors tree, or the general one. */
function messages(body) {
  const found = [];
  const walk = (node) => {
    if (!node || typeof node !== 'object') return;
    for (const e of node._errors ?? []) if (!found.includes(e.message)) found.push(e.message);
    for (const [key, child] of Object.entries(node)) if (key !== '_errors') walk(child);
  };
  walk(body.errors);
  return found.length ? found.join(' ') : body.message ?? 'The server did not say why.';
}

/** A request to the API; a refusal is thrown with its status. */
async function call(method, path, body) {
  const headers = {};
  const token = sessionStorage.getItem(tokenKey);
  if (token) headers.Authorization = token;
  if (body) headers['Content-Type'] = 'application/json';
  const response = await fetch('/api/v10' + path, { method, headers, body: body && JSON.stringify(body), cache: 'no-store' });
  const answer = response.status === 204 ? {} : await response.json();
  if (!response.ok) throw Object.assign(new Error(messages(answer)), { status: response.status });
  return answer;
}

/** Shows one part of the page alone, and lets screen readers begin there. */
function show(id) {
  $('status').textContent = '';
  for (const part of ['signin', 'consent']) $(part).hidden = part !== id;
  $(id)?.querySelector('h1').focus();
}

function fail(text) {
  show('');
  $('failure').textContent = text;
}

/** Runs what a form asks for, with its button off meanwhile. */
function onSubmit(form, run) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const problem = form.querySelector('[role="alert"]');
    const buttons = form.querySelectorAll('button');
    problem.textContent = '';
    for (const b of buttons) b.disabled = true;
    try {
      await run();
    } catch (error) {
      problem.textContent = error.message;
    } finally {
      for (const b of buttons) b.disabled = false;
    }
  });
}

let ticket;
onSubmit($('signin-form'), async () => {
  const form = $('signin-form');
  const answer = await call('POST', '/auth/login', { login: form.login.value, password: form.password.value });
  form.password.value = '';
  if (!answer.mfa) return signedIn(answer.token);
  ticket = answer.ticket;
  form.hidden = true;
  $('code-form').hidden = false;
  $('code-form').code.focus();
});
onSubmit($('code-form'), async () => {
  const answer = await call('POST', '/auth/mfa/totp', { ticket, code: $('code-form').code.value });
  $('code-form').code.value = '';
  await signedIn(answer.token);
});

async function signedIn(token) {
  sessionStorage.setItem(tokenKey, token);
  await check();
}

function askToSignIn() {
  sessionStorage.removeItem(tokenKey);
  $('signin-form').hidden = false;
  $('code-form').hidden = true;
  show('signin');
}

/** Asks the server what is wanted, and shows it. */
async function check() {
  $('failure').textContent = '';
  if (!sessionStorage.getItem(tokenKey)) return askToSignIn();
  try {
    shown = await call('GET', '/oauth2/authorize' + query);
  } catch (error) {
    return error.status === 401 ? askToSignIn() : fail(error.message);
  }
  if (asked.get('prompt') === 'none' && shown.authorized && !shown.bot) return decide(true);
  showConsent();
}

function showConsent() {
  const app = shown.application;
  $('name').textContent = app.name;
  const bot = shown.scopes.includes('bot');
  const account = shown.scopes.some((s) => s !== 'bot' && s !== 'applications.commands');
  $('what').textContent = account ? 'wants access to your account' : 'wants to be added to a guild';
  $('description').textContent = app.description;
  $('user').textContent = shown.user.global_name ?? shown.user.username;
  showIcon(app);
  const list = $('scopes').querySelector('ul');
  list.replaceChildren(...shown.scopes.map((s) => item(scopeTexts[s] ?? s)));
  $('limits').hidden = !account;
  $('where').textContent = shown.redirect_uri ? `Afterwards you go to ${place(shown.redirect_uri)}.` : '';
  $('guild-field').hidden = !bot;
  if (bot) showGuilds();
  showPermissions();
  show('consent');
}

/** The part of an address that people are to look at. */
function place(address) {
  const url = new URL(address);
  return url.host ? url.origin : url.protocol;
}

function item(text) {
  const li = document.createElement('li');
  li.textContent = text;
  return li;
}

function showIcon(app) {
  if (!app.icon) {
    $('icon').textContent = [...app.name][0]?.toUpperCase() ?? '?';
    return;
  }
  const image = document.createElement('img');
  image.alt = '';
  image.src = `/cdn/app-icons/${app.id}/${app.icon}.png?size=128`;
  $('icon').replaceChildren(image);
}

function showGuilds() {
  const select = $('guild');
  const options = shown.guilds.map((g) => new Option(g.name, g.id));
  if (!options.length) options.push(new Option('You manage no guild', ''));
  else options.unshift(new Option('Choose a guild', ''));
  select.replaceChildren(...options);
  const wanted = asked.get('guild_id');
  if (shown.guilds.some((g) => g.id === wanted)) select.value = wanted;
  else if (shown.guilds.length === 1) select.value = shown.guilds[0].id;
  select.disabled = asked.get('disable_guild_select') === 'true' && select.value === wanted;
  select.required = true;
}

/** Boxes for what is asked for, as far as it can be given in the chosen guild. */
function showPermissions() {
  const want = BigInt(shown.permissions);
  const guild = shown.guilds.find((g) => g.id === $('guild').value);
  const have = guild ? BigInt(guild.permissions) : -1n;
  const rows = permissionTexts.filter(([bit]) => want & (1n << BigInt(bit))).map(([bit, text]) => {
    const label = document.createElement('label');
    const box = document.createElement('input');
    const may = (have & administrator) !== 0n || (have & (1n << BigInt(bit))) !== 0n;
    box.type = 'checkbox';
    box.value = String(1n << BigInt(bit));
    box.checked = may;
    box.disabled = !may;
    label.append(box, text);
    if (!may) {
      const why = document.createElement('small');
      why.textContent = 'you lack it yourself';
      label.append(why);
    }
    return label;
  });
  $('permission-list').replaceChildren(...rows);
  $('permissions').hidden = !shown.bot || !rows.length;
  warn();
}

function chosen() {
  let sum = 0n;
  for (const box of $('permission-list').querySelectorAll('input:checked')) sum |= BigInt(box.value);
  return sum;
}

function warn() { $('warning').hidden = (chosen() & administrator) === 0n; }

$('guild').addEventListener('change', showPermissions);
$('permission-list').addEventListener('change', warn);

/** Tells the server, and goes where it says. */
async function decide(authorize) {
  const body = { authorize };
  if (shown.bot && authorize) Object.assign(body, { guild_id: $('guild').value, permissions: String(chosen()) });
  const { location: next } = await call('POST', '/oauth2/authorize' + query, body);
  location.assign(next);
}

onSubmit($('consent'), () => decide(true));
$('cancel').addEventListener('click', async () => {
  try {
    await decide(false);
  } catch (error) {
    fail(error.message);
  }
});
$('signout').addEventListener('click', async () => {
  await call('POST', '/auth/logout').catch(() => {}); // a token that is not good any more needs no end
  askToSignIn();
});

check();
