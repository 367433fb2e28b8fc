// The first view: how much, how fast, what is wrong; and the failures with what to do about them.

import {Chart, linear, logarithmic} from './chart.js';
import {Table, backends, code, number} from './tables.js';
import {calls, duration, element, rate, say, time, whole} from './text.js';

const HISTORY = 300;
const at = (id) => document.getElementById(id);

const TILES = [
  ['Calls a second', (p, s) => rate(s?.rate ?? 0)],
  ['Failed a second', (p, s) => rate(s?.failed ?? 0), (p, s) => (s?.failed ?? 0) > 0, '#failures'],
  ['Backend errors a second', (p, s) => rate(s?.refused ?? 0), (p, s) => (s?.refused ?? 0) > 0, '#failures'],
  ['Half end within', (p, s) => duration(s?.p50)],
  ['99 of 100 end within', (p, s) => duration(s?.p99)],
  ['Calls running', (p) => whole(p.running), () => false, '#calls'],
  ['Callers connected', (p) => whole(p.connections)],
  ['Agents', (p) => whole(p.agents), () => false, '#agents'],
  ['Agents passed over', (p) => whole(p.unhealthyAgents), (p) => p.unhealthyAgents > 0, '#agents'],
  ['Memory', (p) => `${Math.round(100 * p.memory)} %`, (p) => p.memory > 0.85],
];

export class Overview {
  constructor() {
    this.seconds = [];
    this.tiles = TILES.map(([name, , , view]) => {
      const value = element('dd');
      const term = element('dt', {}, view === undefined ? name : element('a', {href: view}, name));
      at('tiles').append(element('div', {}, term, value));
      return value;
    });
    this.charts = [
      new Chart(at('chart-rates'), 'Calls that ended, a second', [
        {name: 'all', value: (s) => s.rate},
        {name: 'failed', value: (s) => s.failed},
        {name: 'backend errors', value: (s) => s.refused},
      ], rate, linear(1)),
      new Chart(at('chart-durations'), 'How long they took', [
        {name: 'half within', value: (s) => s.p50},
        {name: '90 of 100', value: (s) => s.p90},
        {name: '99 of 100', value: (s) => s.p99},
      ], duration, logarithmic(1000)),
      new Chart(at('chart-running'), 'Calls running', [
        {name: 'now', value: (s) => s.running},
      ], whole, linear(2)),
    ];
    this.groups = new Table(at('groups'), (group) => group.name, [
      {head: true, text: (g) => g.name},
      {
        text: (g) => (g.healthy === g.agents ? `${g.agents}` : `${g.healthy} of ${g.agents} can be used`),
        kind: (g) => (g.healthy === g.agents ? '' : 'bad'),
      },
      number((g) => whole(g.calls)),
      number((g) => whole(g.capacity)),
      number((g) => duration(g.rttMicros)),
      {text: (g) => backends(g.upstreams), kind: (g) => (g.upstreams.some((u) => u.healthy < u.backends) ? 'bad' : '')},
    ]);
    this.warnings = '';
  }

  history(seconds) {
    this.seconds = seconds.slice(-HISTORY);
  }

  picture(picture) {
    const second = picture.second ?? null;
    if (second !== null && second.at !== this.seconds[this.seconds.length - 1]?.at) {
      // The server's clock may have been set back.
      this.seconds = this.seconds.filter((before) => before.at < second.at);
      this.seconds.push(second);
      this.seconds.splice(0, this.seconds.length - HISTORY);
    }
    TILES.forEach(([, text, bad], i) => {
      say(this.tiles[i], text(picture, second));
      this.tiles[i].className = bad && bad(picture, second) ? 'bad' : '';
    });
    this.charts.forEach((chart) => chart.show(this.seconds));
    this.groups.show(picture.groups);
    say(at('groups-note'),
      picture.groups.length === 0 ? 'No agent is connected.'
        : picture.moreGroups > 0 ? `${picture.moreGroups} more groups are not shown.` : '');
    const failing = inOrder(picture.failures).filter((group) => isSerious(group) && !isPast(group));
    at('warnings').hidden = picture.warnings.length === 0 && failing.length === 0;
    this.fail(failing);
    this.warn(picture.warnings);
  }

  /** What fails now, each reason with the last place; links stay, so that they can be followed. */
  fail(groups) {
    const list = at('failing-list');
    const lines = groups.slice(0, MAX_FAILING).map((group) =>
      `calls fail now: ${nameOf(group)}, ${calls(group.count)} in ten minutes, the last at ${place(group.rows[0])}`);
    const more = groups.length - lines.length;
    if (more > 0) {
      lines.push(`calls fail now for ${more} more ${more === 1 ? 'reason' : 'reasons'}`);
    }
    while (list.children.length > lines.length) {
      list.lastElementChild.remove();
    }
    while (list.children.length < lines.length) {
      list.append(element('li', {}, element('a', {href: '#failures'})));
    }
    lines.forEach((line, i) => say(list.children[i].firstElementChild, line));
  }

  warn(warnings) {
    const all = JSON.stringify(warnings);
    if (all !== this.warnings) {
      this.warnings = all;
      at('warning-list').replaceChildren(...warnings.map((line) => element('li', {}, line)));
    }
  }
}

const MAX_FAILING = 5;
const PAST_MILLIS = 60_000;
const CALM = new Set(['cancelled', 'cancelled-by-operator']);

/** Whether somebody has to do something about it. */
function isSerious(group) {
  return !CALM.has(group.reason);
}

/** Whether nothing of it has happened for a minute. */
function isPast(group) {
  return group.lastMillis >= PAST_MILLIS;
}

function nameOf(group) {
  return group.reason || `${group.status} from the backend`;
}

/** Where it happened. */
function place(row) {
  return [['rule', row.rule], ['group', row.group], ['agent', row.agent], ['backend', row.backend]]
    .filter(([, name]) => name).map((words) => words.join(' ')).join(', ') || 'no rule';
}

/** By name, so that nothing jumps while somebody reads; what is over or nobody's fault goes last. */
function inOrder(groups) {
  return [...groups].sort((a, b) =>
    isSerious(b) - isSerious(a) || isPast(a) - isPast(b) || (a.reason === '') - (b.reason === '')
      || (a.reason + a.status).localeCompare(b.reason + b.status));
}

/** One reason: its heading, what to do, and where it happened. */
class FailureCard {
  constructor(group) {
    this.count = element('span');
    this.last = element('span', {class: 'quiet'});
    this.more = element('p', {class: 'quiet'});
    const body = element('tbody');
    const name = nameOf(group);
    // One reason may have several statuses: a name for each, and another for the table in it.
    const label = group.reason ? `${name} ${group.status}` : name;
    const caption = `Where calls failed: ${label}`;
    const heads = ['Last', 'Calls', 'Rule', 'Group', 'Agent', 'Backend', 'Method of the last', 'What its caller was told', 'Took', 'Request id'];
    this.node = element('section', {class: isSerious(group) ? 'failure' : 'failure calm', 'aria-label': label},
      element('h3', {}, element('code', {}, name), group.reason ? element('span', {class: 'quiet'}, group.status) : '', this.count, this.last),
      element('p', {class: 'advice'}, element('strong', {}, 'What to do: '), group.advice),
      element('div', {class: 'scroll', role: 'region', 'aria-label': caption, tabindex: '0'},
        element('table', {}, element('caption', {class: 'unseen'}, caption),
          element('thead', {}, element('tr', {}, ...heads.map((head) => element('th', {scope: 'col'}, head)))),
          body)),
      this.more);
    this.table = new Table(body, (r) => JSON.stringify([r.rule, r.group, r.agent]), [
      {text: (r) => `${time(r.lastMillis)} ago`, kind: () => 'short'},
      number((r) => whole(r.count)),
      {text: (r) => r.rule},
      {text: (r) => r.group},
      {text: (r) => r.agent, kind: () => 'name'},
      {text: (r) => [r.upstream, r.backend].filter(Boolean).join(' ')},
      code((r) => r.path),
      {text: (r) => r.message},
      number((r) => duration(r.durationMicros)),
      {text: (r) => r.requestId, kind: () => 'code id'},
    ]);
  }

  show(group) {
    say(this.count, calls(group.count));
    this.node.classList.toggle('past', isPast(group));
    say(this.last, `last ${time(group.lastMillis)} ago`);
    say(this.more, group.more > 0 ? `${group.more} more places are not shown.` : '');
    this.table.show(group.rows);
  }
}

export class Failures {
  constructor() {
    this.cards = new Map();
  }

  show(groups) {
    const before = this.cards;
    this.cards = new Map();
    let last = null;
    for (const group of inOrder(groups)) {
      const key = `${group.reason} ${group.status}`;
      const card = before.get(key) ?? new FailureCard(group);
      before.delete(key);
      this.cards.set(key, card);
      card.show(group);
      const place = last === null ? at('failure-groups').firstElementChild : last.nextElementSibling;
      if (place !== card.node) {
        at('failure-groups').insertBefore(card.node, place);
      }
      last = card.node;
    }
    before.forEach((card) => card.node.remove());
    const failed = groups.filter(isSerious).reduce((sum, group) => sum + group.count, 0);
    at('failures-note').hidden = groups.length > 0;
    say(at('failure-count'), failed === 0 ? '' : whole(failed));
  }
}
