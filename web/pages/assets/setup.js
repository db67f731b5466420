// The secret stands behind the # so that it never reaches a log on its way here.
const secret = location.hash.slice(1);
const form = document.getElementById('setup');
const problem = document.getElementById('problem');

if (!secret) problem.textContent = 'This link is not whole. Copy all of it, with what stands behind the #.';

/** All messages of Discord's errors tree, or the general one. */
function messages(body) {
  const found = [];
  const walk = (node) => {
    if (!node || typeof node !== 'object') return;
    for (const e of node._errors ?? []) found.push(e.message);
    for (const [key, child] of Object.entries(node)) if (key !== '_errors') walk(child);
  };
  walk(body.errors);
  return found.length ? found.join(' ') : body.message ?? 'The server did not say why.';
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = form.querySelector('button');
  button.disabled = true;
  problem.textContent = '';
  try {
    const response = await fetch('/api/v10/auth/setup', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ secret, username: form.username.value, password: form.password.value }),
    });
    const body = await response.json();
    if (!response.ok) throw new Error(messages(body));
    history.replaceState(null, '', location.pathname);
    document.getElementById('token').textContent = body.token;
    document.getElementById('done').hidden = false;
    form.hidden = true;
  } catch (error) {
    problem.textContent = error.message;
    button.disabled = false;
  }
});
