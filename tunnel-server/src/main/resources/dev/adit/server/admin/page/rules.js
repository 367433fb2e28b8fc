// Rules with how often they are hit, the question which rule takes a call, and the configuration.

import {get, post} from './server.js';
import {Table, code, number} from './tables.js';
import {moment, rate, say, whole} from './text.js';

const NEAR_DAYS = 14;
const at = (id) => document.getElementById(id);

export class Rules {
  constructor(onProblem) {
    this.onProblem = onProblem;
    this.table = new Table(at('rule-rows'), (rule) => rule.name, [
      {head: true, text: (r) => r.name},
      {text: (r) => r.hosts || 'any'},
      {text: (r) => r.to},
      number((r) => whole(r.calls)),
      number((r) => rate(r.rate)),
      number((r) => whole(r.failed), (r) => (r.failed > 0 ? 'bad' : '')),
      code((r) => r.place),
    ]);
    at('explain').addEventListener('submit', (event) => {
      event.preventDefault();
      this.explain();
    });
  }

  show(picture) {
    const more = picture.moreRules > 0 ? ` ${picture.moreRules} more are not shown.` : '';
    const unmatched = picture.unmatched > 0 ? ` ${whole(picture.unmatched)} calls have matched none.` : '';
    const stale = picture.rulesCurrent ? '' : ' The files on disk are refused: see the overview.';
    say(at('rules-note'), `In force since ${moment(picture.rulesSince)}.${stale}${unmatched}${more}`);
    this.table.show(picture.rules);
  }

  async explain() {
    const call = {host: at('e-host').value, headers: at('e-headers').value.split('\n').filter(Boolean)};
    call[at('e-kind').value] = at('e-what').value;
    try {
      const answer = await post('rules/explain', call);
      // Line ends are ours; within a line everything is made visible.
      at('explained').replaceChildren();
      for (const line of answer.text.split('\n')) {
        const shown = document.createElement('div');
        say(shown, line);
        at('explained').append(shown);
      }
    } catch (failure) {
      say(at('explained'), failure.message);
      this.onProblem(failure);
    }
  }
}

export class Configuration {
  constructor(onProblem) {
    this.onProblem = onProblem;
    this.settings = new Table(at('settings'), (line) => line.key, [
      {head: true, text: (l) => l.key},
      code((l) => l.value),
    ]);
    this.certificates = new Table(at('certificates'), (c) => String(c.nr), [
      {head: true, text: (c) => c.use},
      {text: (c) => (c.problem === '' ? c.names.join(', ') : c.problem), kind: (c) => (c.problem === '' ? '' : 'bad')},
      {text: (c) => (c.end === '' ? '' : moment(c.end))},
      number((c) => (c.end === '' ? '' : whole(c.daysLeft)), (c) => (c.daysLeft < NEAR_DAYS ? 'bad' : '')),
      code((c) => c.file),
    ]);
  }

  async refresh() {
    try {
      const shown = await get('config');
      this.settings.show(shown.settings);
      // Two of one file may have the same names, as while an authority is changed.
      this.certificates.show(shown.certificates.map((c, nr) => ({...c, nr})));
    } catch (failure) {
      this.onProblem(failure);
    }
  }
}
