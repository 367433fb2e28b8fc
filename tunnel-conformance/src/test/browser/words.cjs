// What the web page makes of pictures that a server seldom has, in headless Chromium, as
// PageWordsIT asks: node words.cjs CHROMIUM ORDERS, where ORDERS is JSON with the address. One line a
// check; exit code 1 if any fails.

const {chromium} = require('playwright-core');

const [executablePath, ordersText] = process.argv.slice(2);
const orders = JSON.parse(ordersText);
const NARROW = 320;
let failed = 0;

function check(good, what, detail = '') {
  console.log(`${good ? 'ok' : 'FAILED'} ${what}${good ? '' : `: ${detail}`}`);
  failed += good ? 0 : 1;
}

function failure(reason, status, micros) {
  return {reason, status, count: 3, lastMillis: 0, advice: 'look', more: 0, rows: [{
    rule: 'r', group: 'g', agent: 'a', upstream: 'u', backend: '192.0.2.1:1', count: 3, lastMillis: 0,
    path: '/s.S/M', message: 'm', durationMicros: micros, requestId: 'id'}]};
}

function picture(failures) {
  return {
    state: 'running', version: '1', since: '2026-01-01T00:00:00Z', running: 0, total: 0, connections: 0,
    memory: 0.1, second: {at: 1_767_225_600_000, rate: 1, failed: 1, refused: 0, p50: 1000, p90: 1000, p99: 1000, running: 0},
    agents: 0, unhealthyAgents: 0, groups: [], moreGroups: 0, failures, rulesCurrent: true,
    rulesSince: '2026-01-01T00:00:00Z', rules: [], moreRules: 0, unmatched: 0, warnings: []};
}

/** The page with these pictures; after them the server is gone, or what is in front of it says so. */
async function show(browser, pictures, gone = (route) => route.abort()) {
  const context = await browser.newContext({viewport: {width: NARROW, height: 700}, locale: 'en-GB'});
  const page = await context.newPage();
  let asked = 0;
  await page.route('**/live', (route) => (asked++ > 0 ? gone(route) : route.fulfill({
    status: 200, contentType: 'text/event-stream',
    body: `event: history\ndata: []\n\n${pictures.map((each) => `event: picture\ndata: ${JSON.stringify(each)}\n\n`).join('')}`})));
  await page.goto(`${orders.url}/`);
  await page.waitForFunction(() => document.getElementById('groups-note').textContent !== '');
  return page;
}

const FAILURES = [
  failure('backend-reset', 'INTERNAL', 999_499), failure('backend-reset', 'UNAVAILABLE', 999_500),
  failure('deadline', 'DEADLINE_EXCEEDED', 999_999), failure('no-agent', 'UNAVAILABLE', 1_000_000),
  failure('no-rule', 'UNIMPLEMENTED', 999), failure('', 'UNAVAILABLE', 1500), failure('', 'UNKNOWN', 0)];

async function main() {
  const browser = await chromium.launch({executablePath, args: ['--no-sandbox', '--disable-gpu']});
  try {
    const page = await show(browser, [picture(FAILURES)]);
    const lines = await page.locator('#failing-list li').allTextContents();
    check(lines.length === 6 && lines[5] === 'calls fail now for 2 more reasons', 'no reason is left out in silence', lines.join('\n'));
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    check(wide <= 0, 'the overview fits 320 pixels', `${wide} px too wide`);
    await page.waitForFunction(() => document.getElementById('state').textContent.startsWith('not connected'));
    const state = await page.textContent('#state');
    const today = await page.evaluate(() => new Date().toLocaleString('en-GB', {dateStyle: 'medium'}));
    check(state.includes(`; shown is how it was on ${today}, `), 'what is old is said to be', state);
    await page.click('nav a[href="#failures"]');
    const took = await page.locator('.failure td:nth-child(9)').allTextContents();
    check(took.join() === '999 ms,1.0 s,1.0 s,1.0 s,999 \u00b5s,1.50 ms,0', 'times are written as people write them', took.join());
    const names = await page.evaluate(() =>
      [...document.querySelectorAll('#view-failures [aria-label]')].map((each) => each.getAttribute('aria-label')));
    check(names.length === 14 && new Set(names).size === names.length, 'each region has a name of its own', names.join('; '));
    const one = await show(browser, [picture(FAILURES.slice(1))], (route) => route.fulfill({
      status: 502, contentType: 'text/html', body: '<html>\r\n<h1>502 Bad Gateway</h1></html>'}));
    const last = await one.locator('#failing-list li').last().textContent();
    check(last === 'calls fail now for 1 more reason', 'one is told as one', last);
    await one.waitForFunction(() => document.getElementById('state').textContent.startsWith('not connected: status'));
    const proxy = await one.textContent('#state');
    check(proxy.startsWith('not connected: status 502; trying again'), 'a proxy\'s own page is not shown', proxy);
    const early = picture([]);
    early.second = {...early.second, at: early.second.at - 3_600_000, rate: 7};
    const back = await show(browser, [picture([]), early]);
    const label = await back.getAttribute('#chart-rates svg.chart', 'aria-label');
    check(label.includes('now all 7'), 'charts go on when the clock is set back', label);
  } finally {
    await browser.close();
  }
}

main().then(() => process.exit(failed === 0 ? 0 : 1), (error) => {
  console.log(`FAILED ${error.stack}`);
  process.exit(1);
});
