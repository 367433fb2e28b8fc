// Puts the page together: which view is shown, what is asked for it, and whether the server answers.

import {Failures, Overview} from './overview.js';
import {Configuration, Rules} from './rules.js';
import {Feed, Unauthorized, forgetToken, hasToken, post, setToken} from './server.js';
import {Table, backends, code, number} from './tables.js';
import {bytes, calls as callsOf, duration, element, moment, say, time, visible, whole} from './text.js';

const ASK_MILLIS = 2000;
const TYPING_MILLIS = 200;
const VIEWS = ['overview', 'failures', 'calls', 'agents', 'rules', 'configuration'];
const at = (id) => document.getElementById(id);

let view = 'overview';
let login = false;

const overview = new Overview();
const failures = new Failures();
const rules = new Rules(onProblem);
const configuration = new Configuration(onProblem);

let seenAt = null;

const feed = new Feed({
  event(name, value) {
    if (name === 'history') {
      overview.history(value);
    } else if (name === 'picture') {
      seenAt = new Date();
      overview.picture(value);
      failures.show(value.failures);
      rules.show(value);
      say(at('version'), value.version);
      state(value.state === 'running' ? 'running' : 'draining: this server is going away',
        value.state === 'running' ? 'good' : 'bad');
    }
  },
  up() {
    at('forget').hidden = !hasToken();
  },
  down(why) {
    const old = seenAt === null ? '' : `; shown is how it was on ${moment(seenAt)}`;
    state(`not connected: ${why}; trying again${old}`, 'bad');
  },
  unauthorized() {
    showLogin();
  },
});

/** A status is read aloud: it is said only when it is another. */
function state(text, kind) {
  say(at('state'), text);
  at('state').className = kind;
}

function onProblem(failure) {
  if (failure instanceof Unauthorized) {
    showLogin();
  }
}

function showLogin() {
  if (login) {
    return;
  }
  feed.stop();
  say(at('login-problem'), hasToken() ? 'That is not the token of this port.' : '');
  forgetToken();
  at('forget').hidden = true;
  login = true;
  state('a token is wanted', 'bad');
  showView();
  at('token').focus();
}

function showView() {
  for (const name of VIEWS) {
    at(`view-${name}`).hidden = login || name !== view;
  }
  at('view-login').hidden = !login;
  for (const link of document.querySelectorAll('nav a')) {
    if (link.getAttribute('href') === `#${view}`) {
      link.setAttribute('aria-current', 'page');
    } else {
      link.removeAttribute('aria-current');
    }
  }
  document.title = `${view[0].toUpperCase()}${view.slice(1)} - Adit server`;
  if (!login) {
    ask();
  }
}

function onHash() {
  const wanted = location.hash.slice(1);
  if (VIEWS.includes(wanted)) {
    view = wanted;
    showView();
  } else if (wanted === 'content') {
    at('content').focus();
  }
}

/* What is asked again and again, while its view is shown. */

const agents = new Table(at('agent-rows'), (agent) => `${agent.id} ${agent.instance}`, [
  {head: true, text: (a) => a.id, kind: () => 'name'},
  {text: (a) => (a.healthy ? 'takes calls' : 'passed over'), kind: (a) => (a.healthy ? 'good short' : 'bad short')},
  {text: (a) => a.groups.join(', ')},
  number((a) => whole(a.calls)),
  number((a) => whole(a.failed), (a) => (a.failed > 0 ? 'bad' : '')),
  number((a) => whole(a.maxCalls)),
  number((a) => duration(a.rttMicros)),
  number((a) => whole(a.tunnels)),
  {text: (a) => backends(a.upstreams), kind: (a) => (a.upstreams.some((u) => u.healthy < u.backends) ? 'bad' : '')},
  code((a) => a.address),
  {text: (a) => a.version},
  {text: (a) => moment(a.since), kind: () => 'short'},
]);

const calls = new Table(at('call-rows'), (call) => call.id, [
  {make: cancelButton},
  number((c) => time(c.ageMillis)),
  code((c) => c.path),
  {text: (c) => c.host},
  {text: (c) => c.rule},
  {text: (c) => c.group},
  {text: (c) => c.agent, kind: () => 'name'},
  {text: (c) => [c.upstream, c.backend].filter(Boolean).join(' ')},
  {text: (c) => c.caller || c.from},
  number((c) => bytes(c.requestBytes)),
  number((c) => bytes(c.responseBytes)),
  {text: (c) => c.requestId, kind: () => 'code id'},
]);

function cancelButton(call) {
  const button = element(
    'button', {type: 'button', class: 'small', 'aria-label': `Cancel ${visible(call.path)}, ${visible(call.requestId)}`}, 'Cancel');
  button.addEventListener('click', () => confirmCancel(call));
  return button;
}

let wanted = null;

function confirmCancel(call) {
  wanted = call;
  say(at('confirm-what'), `${call.path} of ${call.host}, at agent ${call.agent || '(none)'}, request id ${call.requestId}`);
  at('confirm').showModal();
}

async function cancel(call) {
  at('confirm').close();
  try {
    await post('calls/cancel', {id: call.id});
    say(at('cancel-note'), `Cancelled ${call.path}, ${call.requestId}.`);
    ask();
  } catch (failure) {
    say(at('cancel-note'), failure.message);
    onProblem(failure);
  }
}

let held = [];

/** Those of a list that stands still that fit what has been typed since. */
function showHeld() {
  const has = (text, id) => text.toLowerCase().includes(at(id).value.toLowerCase());
  const fit = held.filter((c) => has(c.path, 'f-method') && has(c.agent, 'f-agent') && has(c.rule, 'f-rule'));
  say(at('calls-note'), `${whole(fit.length)} of ${callsOf(held.length)} that are held fit.`);
  calls.show(fit);
}

async function askCalls() {
  if (at('f-hold').checked) {
    showHeld();
    return;
  }
  const shown = await post('calls', {
    method: at('f-method').value, agent: at('f-agent').value, rule: at('f-rule').value});
  held = shown.calls;
  // Some may have ended since they were listed.
  const running = Math.max(shown.running, shown.matching);
  const left = shown.looked < shown.running ? `; only the oldest ${whole(shown.looked)} were looked at` : '';
  const cut = shown.calls.length < shown.matching ? `, the oldest ${whole(shown.calls.length)} are shown` : '';
  say(at('calls-note'), `${whole(shown.matching)} of ${callsOf(running)} fit${cut}${left}.`);
  calls.show(shown.calls);
}

async function askAgents() {
  const shown = await post('agents', {find: at('f-find').value});
  const cut = shown.agents.length < shown.matching ? `, ${whole(shown.agents.length)} are shown` : '';
  say(at('agents-note'), `${whole(shown.matching)} of ${whole(shown.connected)} agents fit${cut}.`);
  agents.show(shown.agents);
}

const QUESTIONS = {calls: askCalls, agents: askAgents, configuration: () => configuration.refresh()};
let asking = false;
let again = false;

/** One question at a time: a slow server is asked more slowly. */
async function ask() {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  try {
    await QUESTIONS[view]?.();
  } catch (failure) {
    onProblem(failure);
  } finally {
    asking = false;
  }
  if (again) {
    again = false;
    await ask();
  }
}

let typing = 0;

function onTyped() {
  clearTimeout(typing);
  typing = setTimeout(ask, TYPING_MILLIS);
}

function start() {
  at('login').addEventListener('submit', (event) => {
    event.preventDefault();
    const token = at('token').value.trim();
    at('token').value = '';
    if (!/^[!-~]+$/.test(token)) {
      say(at('login-problem'), 'A token is one word of visible ASCII.');
      return;
    }
    setToken(token);
    login = false;
    showView();
    feed.start();
    at('content').focus();
  });
  at('forget').addEventListener('click', () => {
    forgetToken();
    showLogin();
  });
  at('theme').addEventListener('click', () => {
    const dark = getComputedStyle(document.documentElement).colorScheme === 'dark'
      || (document.documentElement.dataset.theme === undefined && matchMedia('(prefers-color-scheme: dark)').matches);
    document.documentElement.dataset.theme = dark ? 'light' : 'dark';
    at('theme').setAttribute('aria-pressed', String(!dark));
  });
  at('theme').setAttribute('aria-pressed', String(matchMedia('(prefers-color-scheme: dark)').matches));
  at('confirm-no').addEventListener('click', () => at('confirm').close());
  at('confirm-yes').addEventListener('click', () => cancel(wanted));
  for (const filter of ['call-filter', 'agent-filter']) {
    at(filter).addEventListener('submit', (event) => event.preventDefault());
    at(filter).addEventListener('input', onTyped);
  }
  addEventListener('hashchange', onHash);
  // Nobody looks: nothing is asked.
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) {
      feed.stop();
    } else if (!login) {
      feed.start();
    }
  });
  setInterval(() => {
    if (!document.hidden && !login && (view === 'calls' || view === 'agents')) {
      ask();
    }
  }, ASK_MILLIS);
  showView();
  onHash();
  feed.start();
}

start();
