// node drive.mjs BROWSER FOLDER: opens the pages of a folder, does what a reviewer does, and takes pictures of them.

import assert from 'node:assert/strict';
import {join} from 'node:path';
import {launch, pause} from './browser.mjs';

const [program, folder] = process.argv.slice(2);
const browser = await launch(program);
const {run, press, type, click, look, open, picture, send} = browser;

const CARDS = "[...document.querySelectorAll('.set')].filter(card => !card.hidden)";
const cards = () => run(`${CARDS}.map(card => card.dataset.label).join(' ')`);
const lit = () => run("document.querySelectorAll('.cell:not(.off)').length");
const focused = () => run('document.activeElement.id || document.activeElement.tagName');
const text = id => run(`document.getElementById('${id}').textContent`);
const number = selector => run(`document.querySelectorAll(${JSON.stringify(selector)}).length`);

async function fleet() {
  await look(1280, 900, 'light');
  await open(join(folder, 'fleet.html'));
  assert.equal(await number('.cell'), 300);
  assert.equal(await cards(), 'A B C D E F G H');
  assert.deepEqual(await run(`${CARDS}.map(card => card.firstChild.open)`), [true, true, ...Array(6).fill(false)], 'what destroys is open');
  assert.match(await text('counts'), /1failing.*40unchanged/);
  assert.equal(await run("document.getElementById('release').hidden"), false);
  assert.deepEqual(await run("[...document.querySelectorAll('.errors .name')].map(made => made.textContent)"), ['quta', 'quota']);
  assert.ok(await run("document.getElementById('unchanged').offsetWidth") <= 20 * 19, 'no more cells than are unchanged');

  // Searching.
  await press('/');
  assert.equal(await focused(), 'search');
  await type('quartz-0003');
  assert.equal(await lit(), 1);
  assert.equal((await cards()).length, 1, 'one set');
  assert.match(await text('found'), /^1 of 8 sets, 1 of 300 /);
  await press('Escape');
  assert.equal(await run("document.getElementById('search').value"), '');
  assert.equal(await lit(), 300);
  await type('TOLERATIONS pool');
  assert.equal(await cards(), 'C G', 'fields are found');
  await press('Escape');
  await type('papercut');
  assert.equal(await cards(), 'B');
  await press('Escape');
  await type('nobody at all');
  assert.equal(await cards(), '');
  await click('#clear');
  assert.equal(await cards(), 'A B C D E F G H');
  assert.equal(await focused(), 'search');

  // By keyboard alone: search, flags, map, sets.
  const flags = await number('#flags button');
  for (let times = 0; times < flags; times++) {
    await press('Tab');
    assert.equal(await run("document.activeElement.parentElement.id"), 'flags');
  }
  await press('Tab');
  assert.equal(await focused(), 'map');
  const here = () => run("document.getElementById('map').getAttribute('aria-activedescendant')");
  assert.equal(await here(), 'cell-0');
  await press('ArrowRight');
  assert.equal(await here(), 'cell-1');
  assert.match(await text('here'), /^juniper · set A · changed · tier pro · ring stable · DATA-LOSS/);
  assert.equal(await run("document.getElementById('cell-1').getAttribute('aria-label')"), await text('here'));
  await press('ArrowDown');
  const down = Number((await here()).slice(5)) - 1;
  assert.equal(await run(`document.getElementById('cell-${down}').offsetLeft`), await run("document.getElementById('cell-0').offsetLeft"));
  await press('ArrowUp');
  await press('ArrowUp');
  assert.equal(await here(), 'cell-1', 'nothing is above');
  await press('End');
  assert.equal(await here(), 'cell-299');
  await press('ArrowRight');
  assert.equal(await here(), 'cell-299');
  await press('Home');
  await press('ArrowRight');
  await press('ArrowRight');
  await press('ArrowRight');
  await press('Enter');
  await pause(100);
  assert.equal(await run("document.activeElement.closest('.set').dataset.label"), 'C');
  assert.equal(await run("document.querySelector('.set.chosen details').open"), true);
  assert.equal(await number('.cell[aria-selected=true]'), await number('.cell.chosen'));
  assert.match(await text('found'), /set C chosen/);
  const members = await number('.cell.chosen');
  assert.ok(members > 100, `${members}`);
  assert.equal(await number('.set.chosen .members li'), 60);
  await run("[...document.querySelectorAll('.set.chosen button')].find(b => b.textContent.startsWith('Show all')).click()");
  assert.equal(await number('.set.chosen .members li'), members);
  // A set is folded and unfolded by its own line.
  await press('Escape');
  assert.equal(await number('.chosen'), 0);

  // By pointer.
  await click('#cell-290');
  assert.match(await text('found'), /set [C-H] chosen/);
  await click('#cell-290');
  assert.equal(await number('.cell.chosen'), 0, 'a second click lets go');
  await click('#flags [data-rule=DATA-LOSS]');
  assert.equal(await cards(), 'A');
  assert.equal(await lit(), 2);
  await click('#flags [data-rule="QUOTA-"]');
  assert.equal((await cards()).length, 3, 'either of two');
  assert.equal(await number('#flags [aria-pressed=true]'), 2);
  await press('Escape');
  assert.equal(await lit(), 300);

  // Whatever can be acted on has a name to those who hear it.
  const {nodes} = await send('Accessibility.getFullAXTree');
  for (const node of nodes.filter(({role}) => ['button', 'searchbox', 'listbox', 'link', 'group'].includes(role?.value))) {
    assert.ok(node.name?.value || node.role.value === 'group', JSON.stringify(node));
  }
  assert.ok(nodes.some(({role}) => role?.value === 'listbox') && nodes.some(({role}) => role?.value === 'search'));
}

async function pictures() {
  for (const scheme of ['light', 'dark']) {
    for (const [name, width, height] of [['wide', 1280, 900], ['phone', 390, 844]]) {
      await look(width, height, scheme);
      await open(join(folder, 'fleet.html'));
      await click('#cell-3');
      assert.ok(await run('document.documentElement.scrollWidth <= innerWidth'), `${name} is wider than it is`);
      await run('scrollTo(0, 0)');
      await picture(join(folder, `${name}-${scheme}.png`));
    }
  }
  await look(1280, 900, 'light');
  await open(join(folder, 'fleet.html'));
  await press('/');
  await type('tolerations');
  await click('.set:not([hidden]) summary');
  await picture(join(folder, 'search.png'));
  await open(join(folder, 'fleet.html'));
  await run("dispatchEvent(new Event('beforeprint'))");
  assert.equal(await number('details:not([open])'), 0, 'all is open on paper');
  await look(800, 1100, 'light', 'print');
  await picture(join(folder, 'print.png'));
  await run("dispatchEvent(new Event('afterprint'))");
  assert.ok(await number('details:not([open])') > 0);
}

async function hostile() {
  await look(390, 844, 'light');
  await open(join(folder, 'hostile.html'));
  await run("document.querySelectorAll('.set > details, .object').forEach(made => made.open = true)");
  await pause(300);
  assert.equal(await number('img, iframe, main a, main script, main h1'), 0);
  assert.equal(await number('script'), 3);
  const all = await run('document.body.innerText');
  for (const part of ['</script><script>alert(1)</script>', '<img src=x onerror=alert(1)>', '\\u{202e}gnp.exe', '\\u{1b}[31m']) {
    assert.ok(all.includes(part), part);
  }
  assert.ok(!/[\u202e\u0000\u001b]/.test(all));
  assert.ok(await run('document.documentElement.scrollWidth <= innerWidth'), 'long words break');
  await picture(join(folder, 'hostile.png'));
}

async function large() {
  await look(1280, 900, 'light');
  const since = Date.now();
  await open(join(folder, 'large.html'));
  const opened = Date.now() - since;
  assert.equal(await number('.cell'), 10000);
  const time = code => run(`(async () => {
    const since = performance.now();
    ${code};
    await new Promise(done => setTimeout(done, 70));
    document.body.offsetHeight;
    return Math.round(performance.now() - since - 70);
  })()`);
  const searched = await time("const s = document.getElementById('search'); s.value = 'quartz'; s.dispatchEvent(new Event('input'))");
  const chosen = await time("document.getElementById('cell-9000').click()");
  console.log(`10,000 members: drawn after ${opened} ms, searched in ${searched} ms, chosen in ${chosen} ms`);
  await picture(join(folder, 'large.png'));
}

try {
  await fleet();
  await hostile();
  await large();
  await pictures();
  for (const {method, params} of browser.heard) {
    const told = JSON.stringify(params);
    assert.ok(!['Runtime.exceptionThrown', 'Log.entryAdded', 'Runtime.consoleAPICalled', 'Page.javascriptDialogOpening'].includes(method), `${method}: ${told}`);
    if (method === 'Network.requestWillBeSent') assert.ok(params.request.url.startsWith(`file://${folder}`), `a request: ${told}`);
  }
} catch (error) {
  await picture(join(folder, 'failed.png')).catch(() => {});
  console.error(error);
  process.exitCode = 1;
} finally {
  await browser.close();
}
