// Words and numbers for people. Everything that others have written goes through visible() and
// into text nodes; nothing here or elsewhere makes markup from text.

const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]/g;

/** The text with each character that is not seen, or turns others around, as an escape. */
export function visible(text) {
  return String(text ?? '').replace(UNSEEN,
    (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
}

/** An element with attributes and children; text becomes text. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...children.map((child) => (child instanceof Node ? child : visible(child))));
  return made;
}

/** Sets the text of an element, if it is another. */
export function say(where, text) {
  const shown = visible(text);
  if (where.textContent !== shown) {
    where.textContent = shown;
  }
}

export function whole(number) {
  return Math.round(number).toLocaleString('en');
}

/** So many calls. */
export function calls(count) {
  return `${whole(count)} ${count === 1 ? 'call' : 'calls'}`;
}

export function rate(perSecond) {
  if (perSecond === 0) {
    return '0';
  }
  return perSecond < 10 ? perSecond.toFixed(perSecond < 1 ? 2 : 1) : whole(perSecond);
}

export function duration(micros) {
  if (micros === null || micros === undefined || micros < 0) {
    return '-';
  }
  if (micros === 0) {
    return '0';
  }
  if (micros < 1000) {
    return `${Math.round(micros)} \u00b5s`;
  }
  if (micros < 999.5e3) {
    return `${(micros / 1e3).toPrecision(3)} ms`.replace(/\.0+ /, ' ');
  }
  return time(micros / 1e3);
}

export function time(millis) {
  const seconds = millis / 1000;
  if (seconds < 120) {
    return `${seconds < 10 ? seconds.toFixed(1) : Math.floor(seconds)} s`;
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    return `${minutes} min ${Math.floor(seconds % 60)} s`;
  }
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export function bytes(count) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  let left = count;
  while (left >= 1024 && unit < units.length - 1) {
    left /= 1024;
    unit++;
  }
  return `${unit === 0 || left >= 100 ? Math.round(left) : left.toFixed(1)} ${units[unit]}`;
}

/** A time of the server's, in words of the one who looks. */
export function moment(iso) {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? '' : at.toLocaleString('en-GB', {dateStyle: 'medium', timeStyle: 'short'});
}
