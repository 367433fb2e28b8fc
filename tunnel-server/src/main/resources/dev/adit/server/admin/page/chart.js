// A small chart of the last five minutes, drawn as SVG. What it shows it also says, in its label.

import {element, say} from './text.js';

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 460;
const HEIGHT = 150;
const LEFT = 74;
const RIGHT = 8;
const TOP = 8;
const BOTTOM = 20;
const SPAN_MILLIS = 300_000;
const GAP_MILLIS = 3500;

function shape(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  return made;
}

/** The next number that has few digits, and whose half has. */
function niceTop(value) {
  const size = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((step) => step * size).find((top) => top >= value * 0.999);
}

/** Counted from zero, in equal steps. */
export const linear = (least) => (values) => {
  const top = niceTop(Math.max(least, ...values));
  return {share: (value) => value / top, at: (share) => share * top};
};

/** From one power of ten to another, so that what is rare and slow does not hide the rest. */
export const logarithmic = (least) => (values) => {
  const positive = values.filter((value) => value > 0);
  const low = Math.floor(Math.log10(Math.min(...positive, positive.length === 0 ? least : Infinity)));
  const high = Math.max(low + 2, Math.ceil(Math.log10(Math.max(least, ...positive))));
  return {
    share: (value) => Math.max(0, (Math.log10(value) - low) / (high - low)),
    at: (share) => 10 ** (low + share * (high - low)),
  };
};

export class Chart {
  /**
   * @param figure to draw in
   * @param title what is drawn
   * @param series each with a name and value(second), which is null where there is none
   * @param format of a value
   * @param scale made for the values there are
   */
  constructor(figure, title, series, format, scale) {
    this.title = title;
    this.series = series;
    this.format = format;
    this.scale = scale;
    this.seconds = [];
    this.hover = null;
    this.draw(figure);
  }

  draw(figure) {
    this.svg = shape('svg', {viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: 'chart', role: 'img'});
    this.lines = [0, 0.5, 1].map((share) => {
      const y = this.y(share);
      this.svg.append(shape('line', {x1: LEFT, x2: WIDTH - RIGHT, y1: y, y2: y, class: 'grid-line'}));
      const label = shape('text', {x: LEFT - 6, y: y + 4, 'text-anchor': 'end'});
      this.svg.append(label);
      return label;
    });
    for (const minutes of [5, 4, 3, 2, 1, 0]) {
      const label = shape('text', {
        x: this.x(-minutes * 60_000, 0), y: HEIGHT - 5,
        'text-anchor': minutes === 0 ? 'end' : minutes === 5 ? 'start' : 'middle'});
      label.textContent = minutes === 0 ? 'now' : `${minutes} min`;
      this.svg.append(label);
    }
    this.paths = this.series.map((_, i) => shape('path', {class: `series series-${i + 1}`}));
    this.cursor = shape('line', {y1: TOP, y2: HEIGHT - BOTTOM, class: 'cursor', visibility: 'hidden'});
    this.svg.append(...this.paths, this.cursor);
    this.values = this.series.map(() => element('b'));
    const keys = this.series.map((each, i) => {
      const key = shape('svg', {viewBox: '0 0 26 8', 'aria-hidden': 'true'});
      key.append(shape('line', {x1: 0, x2: 26, y1: 4, y2: 4, class: `series series-${i + 1}`}));
      return element('li', {}, key, `${each.name} `, this.values[i]);
    });
    this.when = element('li', {class: 'quiet'});
    figure.append(
      element('figcaption', {}, this.title), element('ul', {class: 'legend'}, ...keys, this.when), this.svg);
    this.svg.addEventListener('pointermove', (event) => {
      const box = this.svg.getBoundingClientRect();
      this.hover = ((event.clientX - box.left) / box.width) * WIDTH;
      this.tell();
    });
    this.svg.addEventListener('pointerleave', () => {
      this.hover = null;
      this.tell();
    });
  }

  x(at, now) {
    return LEFT + (1 - (now - at) / SPAN_MILLIS) * (WIDTH - LEFT - RIGHT);
  }

  y(share) {
    return TOP + (1 - share) * (HEIGHT - TOP - BOTTOM);
  }

  show(seconds) {
    this.seconds = seconds;
    const values = seconds.flatMap((second) => this.series.map((each) => each.value(second) ?? 0));
    const scale = this.scale(values);
    [0, 0.5, 1].forEach((share, i) => say(this.lines[i], this.format(scale.at(share))));
    const now = seconds.length === 0 ? 0 : seconds[seconds.length - 1].at;
    this.series.forEach((each, i) => this.paths[i].setAttribute('d', this.path(each, now, scale)));
    this.tell();
  }

  path(series, now, scale) {
    let path = '';
    let before = -Infinity;
    for (const second of this.seconds) {
      const value = series.value(second);
      if (value === null || value === undefined || now - second.at > SPAN_MILLIS) {
        before = -Infinity;
        continue;
      }
      const joins = second.at - before < GAP_MILLIS;
      const x = this.x(second.at, now).toFixed(1);
      const y = this.y(scale.share(value)).toFixed(1);
      // A second between two without calls is a point.
      path += joins ? `L${x} ${y}` : `M${x} ${y}h.1`;
      before = second.at;
    }
    return path;
  }

  /** The values of the second pointed at, or else of the last. */
  tell() {
    const last = this.seconds[this.seconds.length - 1];
    if (last === undefined) {
      return;
    }
    let shown = last;
    if (this.hover !== null) {
      shown = this.seconds.reduce((best, second) =>
        Math.abs(this.x(second.at, last.at) - this.hover) < Math.abs(this.x(best.at, last.at) - this.hover)
          ? second : best);
    }
    const x = this.x(shown.at, last.at);
    this.cursor.setAttribute('x1', x);
    this.cursor.setAttribute('x2', x);
    this.cursor.setAttribute('visibility', this.hover === null ? 'hidden' : 'visible');
    say(this.when, this.hover === null ? '' : new Date(shown.at).toLocaleTimeString('en-GB'));
    const said = this.series.map((each, i) => {
      const value = each.value(shown);
      const text = value === null || value === undefined ? '-' : this.format(value);
      say(this.values[i], text);
      return `${each.name} ${text}`;
    });
    this.svg.setAttribute('aria-label', `${this.title}, last five minutes; now ${said.join(', ')}`);
  }
}
