// A browser without a window, spoken to over two pipes: a JSON text each way, with a NUL after it.

import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

export const pause = ms => new Promise(done => setTimeout(done, ms));

export async function launch(program) {
  const profile = mkdtempSync(join(tmpdir(), 'page-'));
  const child = spawn(program, ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars',
    '--no-first-run', `--user-data-dir=${profile}`, '--remote-debugging-pipe', 'about:blank'],
  {stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe']});
  const waiting = new Map(), heard = [];
  let left = '', last = 0, session;
  child.stdio[4].setEncoding('utf8').on('data', text => {
    const all = (left + text).split('\0');
    left = all.pop();
    for (const one of all.map(part => JSON.parse(part))) {
      if (one.id) waiting.get(one.id)(one);
      else heard.push(one);
    }
  });
  const send = (method, params = {}) => new Promise((done, failed) => {
    waiting.set(++last, ({result, error}) => error ? failed(new Error(`${method}: ${error.message}`)) : done(result));
    child.stdio[3].write(JSON.stringify({id: last, method, params, sessionId: session}) + '\0');
  });
  const {targetId} = await send('Target.createTarget', {url: 'about:blank'});
  session = (await send('Target.attachToTarget', {targetId, flatten: true})).sessionId;
  for (const part of ['Page', 'Runtime', 'Log', 'Network', 'Accessibility']) await send(`${part}.enable`);

  const run = async code => {
    const {result, exceptionDetails} = await send('Runtime.evaluate', {expression: code, returnByValue: true, awaitPromise: true});
    if (exceptionDetails) throw new Error(`${code}: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
    return result.value;
  };
  const CODES = {Tab: 9, Enter: 13, Escape: 27, End: 35, Home: 36, ArrowLeft: 37, ArrowUp: 38, ArrowRight: 39, ArrowDown: 40};
  return {
    heard, send, run,
    async open(path) {
      await send('Page.navigate', {url: `file://${path}`});
      for (let tries = 0; tries < 300; tries++, await pause(50)) {
        if (await run("document.readyState === 'complete' && document.querySelector('main')?.hidden === false")) return;
      }
      throw new Error(`${path} is not drawn`);
    },
    async press(key) {
      const text = key.length === 1 ? {text: key} : key === 'Enter' ? {text: '\r'} : {};
      const params = {key, code: key, windowsVirtualKeyCode: CODES[key] ?? 0, ...text};
      await send('Input.dispatchKeyEvent', {type: 'keyDown', ...params});
      await send('Input.dispatchKeyEvent', {type: 'keyUp', key, code: key});
    },
    async type(text) {
      await send('Input.insertText', {text});
      await pause(250);
    },
    async click(selector) {
      await run(`document.querySelector(${JSON.stringify(selector)}).scrollIntoView({block: 'center', behavior: 'instant'})`);
      const {x, y} = await run(`(({x, y, width, height}) => ({x: x + width / 2, y: y + height / 2}))
        (document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect())`);
      for (const type of ['mouseMoved', 'mousePressed', 'mouseReleased']) {
        await send('Input.dispatchMouseEvent', {type, x, y, button: type === 'mouseMoved' ? 'none' : 'left', clickCount: 1});
      }
      await pause(100);
    },
    async look(width, height, scheme, media = '') {
      await send('Emulation.setDeviceMetricsOverride', {width, height, deviceScaleFactor: 1, mobile: width < 600});
      await send('Emulation.setEmulatedMedia', {media, features: [{name: 'prefers-color-scheme', value: scheme},
        {name: 'prefers-reduced-motion', value: 'reduce'}]});
    },
    async picture(path) {
      const {data} = await send('Page.captureScreenshot', {captureBeyondViewport: true,
        clip: {x: 0, y: 0, scale: 1, ...await run('({width: innerWidth, height: Math.min(4000, document.documentElement.scrollHeight)})')}});
      writeFileSync(path, Buffer.from(data, 'base64'));
    },
    async close() {
      const ended = new Promise(done => child.on('exit', done));
      session = undefined;
      await send('Browser.close').catch(() => {});
      await ended;
      rmSync(profile, {recursive: true, force: true});
    },
  };
}
