// Tables whose rows stay while what they show goes on: focus and selection are kept.

import {element, say} from './text.js';

export class Table {
  /**
   * @param body of the table
   * @param key of a row: what makes it the same one next time
   * @param columns each with text(row), and perhaps kind(row), a class; head, for the row's header;
   *     or make(row), an element that is made once
   */
  constructor(body, key, columns) {
    this.body = body;
    this.key = key;
    this.columns = columns;
    this.rows = new Map();
    this.wanted = null;
  }

  show(list) {
    const focused = this.body.contains(document.activeElement) ? document.activeElement.closest('tr') : null;
    const index = focused === null ? -1 : [...this.body.children].indexOf(focused);
    this.update(list);
    if (focused !== null && !this.body.contains(focused)) {
      this.focusNear(index);
    }
  }

  /** Whose row has gone goes on with the one in its place, or with the table. */
  focusNear(index) {
    const row = this.body.children[Math.min(index, this.body.children.length - 1)];
    (row?.querySelector('button') ?? this.body.closest('[tabindex]'))?.focus();
  }

  update(list) {
    this.wanted = null;
    const before = this.rows;
    this.rows = new Map();
    let place = this.body.firstElementChild;
    for (const item of list) {
      const key = this.key(item);
      const row = before.get(key) ?? this.newRow(item);
      before.delete(key);
      this.rows.set(key, row);
      this.fill(row, item);
      // Moved only if it has to be: who is moved loses the focus.
      while (place !== null && place !== row && !this.isWanted(place, list)) {
        const gone = place;
        place = place.nextElementSibling;
        gone.remove();
      }
      if (place === row) {
        place = place.nextElementSibling;
      } else {
        this.body.insertBefore(row, place);
      }
    }
    for (const gone of before.values()) {
      gone.remove();
    }
  }

  isWanted(row, list) {
    if (this.wanted === null) {
      this.wanted = new Set(list.map(this.key));
    }
    return this.wanted.has(row.dataset.key);
  }

  newRow(item) {
    const row = element('tr');
    row.dataset.key = this.key(item);
    for (const column of this.columns) {
      const cell = column.head ? element('th', {scope: 'row'}) : element('td');
      if (column.make) {
        cell.append(column.make(item));
      }
      row.append(cell);
    }
    return row;
  }

  fill(row, item) {
    this.columns.forEach((column, i) => {
      const cell = row.children[i];
      if (column.text) {
        say(cell, column.text(item));
        const kind = column.kind ? column.kind(item) : '';
        if (cell.className !== kind) {
          cell.className = kind;
        }
      }
    });
  }
}

/** A column of numbers. */
export function number(text, kind = () => '') {
  return {text, kind: (row) => `number ${kind(row)}`.trim()};
}

/** A column of names as programs have them. */
export function code(text) {
  return {text, kind: () => 'code'};
}

/** Upstreams with how many of their backends can be used. */
export function backends(upstreams) {
  return upstreams.length === 0
    ? 'not told'
    : upstreams.map((each) => `${each.name}: ${each.healthy} of ${each.backends}`).join(', ');
}
