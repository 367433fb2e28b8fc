// Talks to the server: questions, actions, and the feed of pictures. Bounded: one answer at a time
// of each kind, and no more of the feed is kept than one event. Paths begin without a slash: a proxy
// may show the page below a path of its own.

const TOKEN = 'adit-token';
const ACTION = 'x-tunnel-action';
const MAX_EVENT_CHARS = 8 << 20;
const SILENCE_MILLIS = 6000;
const SHORTEST_WAIT_MILLIS = 1000;
const LONGEST_WAIT_MILLIS = 15000;

/** The port wants a token, or another one. */
export class Unauthorized extends Error {}

export function setToken(token) {
  sessionStorage.setItem(TOKEN, token);
}

export function forgetToken() {
  sessionStorage.removeItem(TOKEN);
}

export function hasToken() {
  return sessionStorage.getItem(TOKEN) !== null;
}

function headers() {
  const token = sessionStorage.getItem(TOKEN);
  return token === null ? {[ACTION]: '1'} : {[ACTION]: '1', authorization: `Bearer ${token}`};
}

async function checked(response) {
  if (response.status === 401) {
    throw new Unauthorized('the token is not the right one');
  }
  if (!response.ok) {
    // HTML is that of a proxy which does not reach the server.
    const told = response.headers.get('content-type')?.startsWith('text/html') ? '' : (await response.text()).trim();
    throw new Error(told || `status ${response.status}`);
  }
  return response;
}

export async function get(path) {
  const response = await fetch(path, {
    headers: headers(), cache: 'no-store', signal: AbortSignal.timeout(SILENCE_MILLIS)});
  return (await checked(response)).json();
}

export async function post(path, body) {
  const response = await fetch(path, {
    method: 'POST', headers: headers(), body: JSON.stringify(body), cache: 'no-store',
    signal: AbortSignal.timeout(SILENCE_MILLIS)});
  return (await checked(response)).json();
}

/**
 * Reads the feed until it is stopped, over new connections when one ends. `on` has
 * event(name, value), up(), down(why) and unauthorized().
 */
export class Feed {
  constructor(on) {
    this.on = on;
    this.wait = SHORTEST_WAIT_MILLIS;
    this.running = null;
    this.timer = 0;
  }

  start() {
    if (this.running === null) {
      clearTimeout(this.timer);
      this.running = new AbortController();
      this.read(this.running).catch(() => {});
    }
  }

  stop() {
    clearTimeout(this.timer);
    this.running?.abort();
    this.running = null;
  }

  async read(control) {
    let why = 'the connection has ended';
    const late = setTimeout(() => control.abort(), SILENCE_MILLIS);
    try {
      const response = await checked(
        await fetch('live', {headers: headers(), cache: 'no-store', signal: control.signal}));
      clearTimeout(late);
      await this.events(response.body.getReader(), control);
    } catch (failure) {
      why = failure instanceof TypeError || failure.name === 'AbortError' ? 'the server does not answer' : failure.message;
      if (failure instanceof Unauthorized && this.running === control) {
        this.running = null;
        this.on.unauthorized();
        return;
      }
    }
    clearTimeout(late);
    if (this.running === control) {
      this.running = null;
      this.on.down(why);
      this.timer = setTimeout(() => this.start(), this.wait * (0.5 + Math.random() / 2));
      this.wait = Math.min(2 * this.wait, LONGEST_WAIT_MILLIS);
    }
  }

  async events(reader, control) {
    const decoder = new TextDecoder();
    let text = '';
    let silence = 0;
    const watch = () => {
      clearTimeout(silence);
      silence = setTimeout(() => reader.cancel().catch(() => {}), SILENCE_MILLIS);
    };
    try {
      for (;;) {
        watch();
        const {done, value} = await reader.read();
        if (done || this.running !== control) {
          return;
        }
        text += decoder.decode(value, {stream: true});
        let end;
        while ((end = text.indexOf('\n\n')) >= 0) {
          this.event(text.slice(0, end));
          text = text.slice(end + 2);
        }
        if (text.length > MAX_EVENT_CHARS) {
          throw new Error('an event is too large');
        }
      }
    } finally {
      clearTimeout(silence);
      reader.cancel().catch(() => {});
    }
  }

  event(lines) {
    const match = /^event: (\w+)\ndata: (.*)$/s.exec(lines);
    if (match !== null) {
      this.wait = SHORTEST_WAIT_MILLIS;
      this.on.up();
      this.on.event(match[1], JSON.parse(match[2]));
    }
  }
}
