// Looks at the web page in headless Chromium, as BrowserIT asks: node page.cjs CHROMIUM ORDERS,
// where ORDERS is JSON with the addresses and what is to be found. One line a check; exit code 1 if
// any fails.

const {chromium} = require('playwright-core');

const [executablePath, ordersText] = process.argv.slice(2);
const orders = JSON.parse(ordersText);
const WAIT = {timeout: 30_000};
let failed = 0;

function check(good, what, detail = '') {
  console.log(`${good ? 'ok' : 'FAILED'} ${what}${good ? '' : `: ${detail}`}`);
  failed += good ? 0 : 1;
}

/** Everything that must not happen in any view. */
function watch(page) {
  const seen = {bad: []};
  const origin = [orders.url, orders.tokenUrl];
  page.on('pageerror', (error) => seen.bad.push(`error ${error.message}`));
  page.on('dialog', (dialog) => {
    seen.bad.push(`dialog ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on('console', (line) => {
    // A refused token is told by the browser too.
    if (['error', 'warning'].includes(line.type()) && !/40[01]|503|ERR_/.test(line.text())) {
      seen.bad.push(`console ${line.text()}`);
    }
  });
  page.on('request', (request) => {
    if (!origin.some((url) => request.url().startsWith(`${url}/`))) {
      seen.bad.push(`request ${request.url()}`);
    }
  });
  return seen;
}

async function open(browser, url, options = {}) {
  const context = await browser.newContext({viewport: {width: 1280, height: 900}, ...options});
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT.timeout);
  const seen = watch(page);
  await page.addInitScript(() => {
    window.executed = 0;
    document.addEventListener('securitypolicyviolation', (event) =>
      console.error(`policy ${event.violatedDirective} ${event.blockedURI}`));
  });
  await page.goto(`${url}/`);
  return {context, page, seen};
}

async function view(page, name) {
  await page.click(`nav a[href="#${name}"]`);
  await page.waitForSelector(`#view-${name}:not([hidden])`);
}

const isRunning = () => document.getElementById('state').textContent === 'running';

async function overview(page) {
  await page.waitForFunction(isRunning, null, WAIT);
  await page.waitForFunction(
    () => document.querySelectorAll('#groups tr').length > 0
      && document.querySelector('#chart-running path').getAttribute('d').length > 20, null, WAIT);
  const label = await page.getAttribute('#chart-rates svg.chart', 'aria-label');
  check(/^Calls that ended, a second, last five minutes; now all [\d.,]+, failed [\d.,]+, backend errors/.test(label),
    'a chart says what it shows', label);
  const running = await page.locator('#tiles div', {hasText: 'Calls running'}).locator('dd').textContent();
  check(running === String(orders.running), 'running calls are counted', running);
  const group = await page.textContent('#groups tr');
  check(group.includes('shop'), 'the group is listed', group);
}

async function failures(page) {
  await view(page, 'failures');
  const card = page.locator('.failure', {hasText: 'no-rule'});
  await card.waitFor();
  const text = await card.textContent();
  check(text.includes('What to do: tunnel-server rules explain'), 'a failure says what to do', text);
  await page.waitForFunction(
    (wanted) => document.getElementById('failure-groups').textContent.includes(wanted),
    orders.failedPath, WAIT);
  check(true, 'what a caller wrote is shown as it is');
}

/** From the overview to the cause, by keyboard. */
async function failing(page) {
  const told = await page.textContent('#failing-list li');
  check(told.startsWith('calls fail now: no-rule, '), 'the overview says what fails now', told);
  await page.focus('#failing-list a');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#view-failures:not([hidden])');
  check(true, 'it leads to the failures');
  const count = await page.textContent('#failure-count');
  check(Number(count) > 0, 'the failures are counted', count);
  await view(page, 'overview');
}

async function nothingExecuted(page, seen, where) {
  const found = await page.evaluate(() => ({
    executed: window.executed,
    foreign: document.querySelectorAll('main img, main script, main iframe, main a[href^="javascript"], main b:not(.legend b)').length,
    hidden: /[\u202a-\u202e\u2066-\u2069\u0000-\u0008]/.test(document.body.innerText),
  }));
  check(found.executed === 0 && found.foreign === 0, `nothing is executed in ${where}`, JSON.stringify(found));
  check(!found.hidden, `nothing turns text around in ${where}`);
  check(seen.bad.length === 0, `nothing is asked of elsewhere or refused by the policy in ${where}`, seen.bad.join('; '));
}

async function cancelByKeyboard(page) {
  await view(page, 'calls');
  await page.waitForFunction((n) => document.querySelectorAll('#call-rows tr').length === n, orders.running, WAIT);
  await page.focus('#f-method');
  await page.keyboard.type(orders.cancelMethod);
  await page.waitForFunction(() => document.querySelectorAll('#call-rows tr').length === 1, null, WAIT);
  check(true, 'calls are filtered by the server');
  await page.check('#f-hold');
  await page.fill('#f-method', 'no such method');
  await page.waitForFunction(() => document.querySelectorAll('#call-rows tr').length === 0, null, WAIT);
  check(/^0 of 1 call that are held fit/.test(await page.textContent('#calls-note')), 'a held list is filtered too',
    await page.textContent('#calls-note'));
  await page.fill('#f-method', orders.cancelMethod);
  await page.uncheck('#f-hold');
  await page.waitForFunction(() => document.querySelectorAll('#call-rows tr').length === 1, null, WAIT);
  await page.focus('#f-method');
  // From the filter to the row's button by keyboard alone.
  for (let i = 0; i < 12; i++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(() => document.activeElement.textContent === 'Cancel')) {
      break;
    }
  }
  const named = await page.evaluate(() => document.activeElement.getAttribute('aria-label'));
  check(named !== null && named.startsWith('Cancel /'), 'the button says which call it cancels', named);
  // The list goes on meanwhile, and the focus stays.
  await page.waitForResponse((response) => response.url().endsWith('/calls'));
  await page.waitForResponse((response) => response.url().endsWith('/calls'));
  check(await page.evaluate(() => document.activeElement.textContent === 'Cancel'), 'focus outlives a refresh');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#confirm[open]');
  check(await page.evaluate(() => document.activeElement.id === 'confirm-no'), 'the dialog begins at what does no harm');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.getElementById('cancel-note').textContent.startsWith('Cancelled'), null, WAIT);
  await page.waitForFunction(() => document.querySelectorAll('#call-rows tr').length === 0, null, WAIT);
  check(true, 'a call is cancelled by keyboard');
  const left = await page.evaluate(() => document.activeElement.getAttribute('aria-labelledby'));
  check(left === 'c-calls', 'the focus goes to the table when its row has gone', left);
}

async function agents(page) {
  await page.focus('nav a[href="#agents"]');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#view-agents:not([hidden])');
  check(await page.evaluate(() => document.activeElement.getAttribute('href') === '#agents'), 'a view leaves the focus where it was');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  check(await page.evaluate(() => document.activeElement.id === 'f-find'), 'the next stops are the other views and the filter');
  await page.fill('#f-find', '<script>');
  await page.waitForFunction(
    (id) => document.querySelectorAll('#agent-rows tr').length === 1
      && document.querySelector('#agent-rows th').textContent === id, orders.agent, WAIT);
  check(true, 'an agent whose id is markup is shown as text');
}

async function rules(page) {
  await view(page, 'rules');
  await page.waitForSelector('#rule-rows tr');
  await page.fill('#e-host', 'any.example');
  await page.fill('#e-what', 'shop.Cart/Get');
  await page.focus('#e-what');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.getElementById('explained').textContent.includes('cart'), null, WAIT);
  check(true, 'a call is explained');
  await page.fill('#e-what', 'no method');
  await page.click('#explain button');
  await page.waitForFunction(() => document.getElementById('explained').textContent.includes('is not Service/Method'), null, WAIT);
  check(true, 'what cannot be explained is told');
}

async function configuration(page) {
  await view(page, 'configuration');
  await page.waitForFunction(() => document.getElementById('settings').textContent.includes('tunnel.heartbeat'), null, WAIT);
  check(true, 'the configuration is shown');
}

/** Names, roles and order, as a screen reader needs them. */
async function accessible(page) {
  const problems = await page.evaluate(() => {
    const found = [];
    const named = (node) => (node.getAttribute('aria-label') || node.textContent).trim() !== ''
      || (node.labels && node.labels.length > 0);
    if (document.documentElement.lang !== 'en') { found.push('no language'); }
    if (document.querySelectorAll('h1').length !== 1) { found.push('not one h1'); }
    if (document.querySelectorAll('main').length !== 1) { found.push('not one main'); }
    document.querySelectorAll('input, select, textarea').forEach((field) => {
      if (!field.labels || field.labels.length === 0) { found.push(`no label: ${field.id}`); }
    });
    document.querySelectorAll('button, a[href]').forEach((each) => {
      if (!named(each)) { found.push(`no name: ${each.outerHTML}`); }
      if (each.tabIndex < 0) { found.push(`not reached by keyboard: ${each.outerHTML}`); }
    });
    document.querySelectorAll('th').forEach((head) => {
      if (!['col', 'row'].includes(head.scope)) { found.push(`no scope: ${head.textContent}`); }
    });
    document.querySelectorAll('table').forEach((table) => {
      if (!table.caption) { found.push('a table without caption'); }
    });
    document.querySelectorAll('section').forEach((section) => {
      const by = section.getAttribute('aria-labelledby');
      if (by ? !document.getElementById(by) : !section.getAttribute('aria-label')) { found.push(`no name: ${section.id}`); }
    });
    document.querySelectorAll('svg').forEach((svg) => {
      if (svg.getAttribute('aria-hidden') !== 'true' && !(svg.getAttribute('role') === 'img' && svg.getAttribute('aria-label'))) {
        found.push('a picture without words');
      }
    });
    const ids = [...document.querySelectorAll('[id]')].map((each) => each.id);
    if (new Set(ids).size !== ids.length) { found.push('an id twice'); }
    let level = 1;
    document.querySelectorAll('main :is(h2, h3, h4)').forEach((heading) => {
      if (!heading.checkVisibility()) { return; }
      const now = Number(heading.tagName[1]);
      if (now > level + 1) { found.push(`a level is left out before ${heading.textContent}`); }
      level = now;
    });
    return found;
  });
  check(problems.length === 0, 'everything has a name, a label and a place', problems.join('; '));
}

/** WCAG 1.4.3: text has 4.5 to 1. */
async function contrast(page, where) {
  const poor = await page.evaluate(() => {
    const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
      .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
      .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const numbers = (color) => color.match(/[\d.]+/g).map(Number);
    const back = (node) => {
      for (let at = node; at; at = at.parentElement) {
        const color = numbers(getComputedStyle(at).backgroundColor);
        if (color.length < 4 || color[3] > 0) { return color; }
      }
      return [255, 255, 255];
    };
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode.parentElement;
      if (walker.currentNode.data.trim() === '' || !node.checkVisibility() || node.closest('.unseen, noscript')) { continue; }
      const style = getComputedStyle(node);
      const a = light(numbers(node instanceof SVGElement ? style.fill : style.color));
      const b = light(back(node));
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (ratio < 4.5) { found.push(`${walker.currentNode.data.trim().slice(0, 30)} ${ratio.toFixed(2)}`); }
    }
    return found;
  });
  check(poor.length === 0, `text is seen in ${where}`, poor.join('; '));
}

async function keyboard(page) {
  await page.goto(`${orders.url}/#overview`);
  await page.reload();
  await page.waitForFunction(isRunning, null, WAIT);
  await page.keyboard.press('Tab');
  const first = await page.evaluate(() => document.activeElement.className);
  check(first === 'skip', 'the first stop skips to the content', first);
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  check(outline !== 'none', 'the focus is seen', outline);
  await page.keyboard.press('Enter');
  check(await page.evaluate(() => document.activeElement.id === 'content'), 'skipping goes to the content');
  check(await page.evaluate(() => !document.getElementById('view-overview').hidden), 'skipping stays in the view');
}

/** Days of pictures at once: what is kept and drawn does not grow. */
async function bounded(browser) {
  const {context, page, seen} = await open(browser, orders.url);
  await page.waitForFunction(isRunning, null, WAIT);
  const picture = await page.evaluate(async () => {
    const answer = await fetch('/live', {headers: {'x-tunnel-action': '1'}});
    const reader = answer.body.getReader();
    let text = '';
    while (!/event: picture\ndata: .*\n\n/.test(text)) {
      text += new TextDecoder().decode((await reader.read()).value);
    }
    reader.cancel();
    return JSON.parse(/event: picture\ndata: (.*)\n\n/.exec(text)[1]);
  });
  const nodes = () => page.evaluate(() => document.getElementsByTagName('*').length);
  const before = await nodes();
  let times = 0;
  await page.route('**/live', (route) => {
    let body = 'event: history\ndata: []\n\n';
    const start = Date.now() - 5_000_000;
    for (let i = 0; i < 5000; i++) {
      const second = {at: start + i * 1000, rate: i % 7, failed: 0, refused: i % 3, p50: 1000, p90: 2000, p99: 3000 + i, running: i % 5};
      const many = {...picture, second};
      // What the server would never let through: the page does not rely on it.
      const hostile = `\u202e\u0007<img src=x onerror=window.executed=1>${i}`;
      many.failures = picture.failures.map((group) => ({...group,
        rows: group.rows.map((row) => ({...row, rule: hostile, message: hostile, requestId: `r-${i}`}))}));
      many.groups = picture.groups.map((each) => ({...each, upstreams: [{name: hostile, backends: 1, healthy: 0}]}));
      many.warnings = [hostile];
      body += `event: picture\ndata: ${JSON.stringify(many)}\n\n`;
    }
    times++;
    return route.fulfill({status: 200, contentType: 'text/event-stream', body});
  });
  await page.reload();
  await page.waitForFunction(() => /not connected/.test(document.getElementById('state').textContent), null, WAIT);
  const after = await nodes();
  const points = await page.evaluate(() => document.querySelector('#chart-rates path').getAttribute('d').split(/[ML]/).length - 1);
  check(times > 0 && points > 200 && points <= 301, 'a chart keeps five minutes', `${points} points`);
  check(Math.abs(after - before) < 60, 'the page does not grow', `${before} elements, then ${after}`);
  await view(page, 'failures');
  const told = await page.textContent('.failure tbody tr td:nth-child(8)');
  check(told.startsWith('\\u202e\\u0007<img src=x'), 'what is not seen is shown as an escape', told);
  await nothingExecuted(page, seen, 'days of pictures');
  await context.close();
}

async function token(browser) {
  const {context, page, seen} = await open(browser, orders.tokenUrl);
  await page.waitForSelector('#view-login:not([hidden])');
  check(await page.evaluate(() => document.activeElement.id === 'token'), 'the token is asked for');
  await page.keyboard.type('wrong');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.getElementById('login-problem').textContent !== '', null, WAIT);
  check(true, 'a wrong token is told');
  await page.fill('#token', orders.token);
  await page.keyboard.press('Enter');
  await page.waitForFunction(isRunning, null, WAIT);
  await view(page, 'configuration');
  await page.waitForFunction(() => document.getElementById('settings').textContent.includes('admin.token'), null, WAIT);
  const kept = await page.evaluate(() => [document.documentElement.outerHTML, document.cookie, JSON.stringify(localStorage)].join());
  check(!kept.includes(orders.token), 'the token is neither in the page nor on the disk');
  await page.reload();
  await page.waitForFunction(isRunning, null, WAIT);
  check(true, 'the tab knows the token after a reload');
  await page.click('#forget');
  await page.waitForSelector('#view-login:not([hidden])');
  check(await page.evaluate(() => sessionStorage.length === 0), 'the token is forgotten');
  check(seen.bad.length === 0, 'nothing is refused', seen.bad.join('; '));
  await context.close();
}

async function main() {
  const browser = await chromium.launch({executablePath, args: ['--no-sandbox', '--disable-gpu']});
  try {
    const {context, page, seen} = await open(browser, orders.url, {colorScheme: 'light'});
    await overview(page);
    await failing(page);
    await nothingExecuted(page, seen, 'the overview');
    await failures(page);
    await accessible(page);
    await contrast(page, 'the failures, light');
    await nothingExecuted(page, seen, 'the failures');
    await cancelByKeyboard(page);
    await nothingExecuted(page, seen, 'the calls');
    await agents(page);
    await nothingExecuted(page, seen, 'the agents');
    await rules(page);
    await configuration(page);
    await accessible(page);
    await keyboard(page);
    await contrast(page, 'the overview, light');
    await page.click('#theme');
    await contrast(page, 'the overview, dark by the button');
    check(await page.getAttribute('#theme', 'aria-pressed') === 'true', 'the button says that it is dark');
    await nothingExecuted(page, seen, 'all views');
    await context.close();

    const dark = await open(browser, orders.url, {colorScheme: 'dark', viewport: {width: 390, height: 800}});
    await dark.page.waitForFunction(isRunning, null, WAIT);
    for (const name of ['overview', 'failures', 'calls', 'agents', 'rules', 'configuration']) {
      await view(dark.page, name);
      await contrast(dark.page, `${name}, dark`);
      const wide = await dark.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      check(wide <= 0, `${name} fits a narrow screen`, `${wide} px too wide`);
    }
    check(await dark.page.evaluate(() => getComputedStyle(document.body).backgroundColor) !== 'rgb(246, 247, 249)', 'dark is dark');
    check(dark.seen.bad.length === 0, 'nothing is refused in the dark', dark.seen.bad.join('; '));
    await dark.context.close();

    await bounded(browser);
    await token(browser);
  } finally {
    await browser.close();
  }
}

main().then(() => process.exit(failed === 0 ? 0 : 1), (error) => {
  console.log(`FAILED ${error.stack}`);
  process.exit(1);
});
