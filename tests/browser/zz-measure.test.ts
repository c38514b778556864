import { it, beforeAll, afterAll } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import { testBrowser } from './open-browser.ts';
import { openLaboratory, type Laboratory } from './laboratory.ts';
const database = testDatabase();
const browser = testBrowser();
let lab: Laboratory;
beforeAll(async () => { lab = await openLaboratory(database); }, 60000);
afterAll(() => lab.close());
it('measures', async () => {
  const run = await lab.startRun({ name: 'm', planes: 1, rows: 1, columns: 2 });
  await lab.waitForEnd(run);
  const task = (await lab.client.tasks(run))[0]!;
  const page = await browser.openPage();
  await page.goto(await lab.client.signInAddress());
  await page.goto(`${lab.url}/runs/${run}`);
  await page.locator('[data-testid=heat-map]').first().waitFor();
  // event -> page: set the state of a task directly (own transaction), ask engine by cancel? use item close: measure settle->label
  const times: number[] = [];
  for (let i = 0; i < 12; i++) {
    const before = await page.evaluate(`document.querySelector('main h1').parentElement.innerText`);
    const r2 = await lab.startRun({ name: 'n' + i, planes: 1, rows: 1, columns: 2, held: true, wait: 0 });
    await page.goto(`${lab.url}/runs/${r2}`);
    await page.locator('[data-testid=heat-map]').first().waitFor();
    await page.waitForTimeout(600);
    await page.evaluate(`void (window.seen = new Promise(r => { const o = new MutationObserver(() => { if (document.querySelector('main h1').parentElement.innerText.includes('cancelled')) { o.disconnect(); requestAnimationFrame(() => r(Date.now())); } }); o.observe(document.body, {subtree:true, childList:true, characterData:true}); }))`).catch(() => {});
    const p = page.evaluate('window.seen');
    const t0 = Date.now();
    await lab.client.cancelRun(r2);
    const t1 = Date.now();
    times.push((await p as number) - t0);
    void before; void t1;
  }
  console.log('cancel request -> painted, ms', times.sort((a, b) => a - b).join(' '));
  await page.close();
  // idle streams
  const gone = new AbortController();
  const streams = await Promise.all(Array.from({ length: 100 }, () => fetch(`${lab.url}/api/v1/events`, { headers: { authorization: 'Bearer owner-token' }, signal: gone.signal })));
  for (const s of streams) void (async () => { try { for await (const _ of s.body!); } catch {} })();
  await new Promise(r => setTimeout(r, 1500));
  const c0 = process.cpuUsage(); const w0 = performance.now();
  await new Promise(r => setTimeout(r, 10000));
  const c = process.cpuUsage(c0); console.log('idle 100 streams cpu % (server and readers in one process)', ((c.user + c.system) / 1000 / (performance.now() - w0) * 100).toFixed(1));
  gone.abort();
  // million
  const { rows: [st] } = await database.pool.query(`SELECT s.id, s.run FROM stage s WHERE run=$1 AND name='prepare'`, [run]);
  await database.pool.query(`INSERT INTO task (stage, place, state, result, counts, done, changed) SELECT $1, ARRAY[1, 10+i/1000, 10+i%1000], 'succeeded', 'succeeded', '{}', 0, 1 FROM generate_series(0, 999999) i`, [st.id]);
  await database.pool.query('ANALYZE task');
  for (let k = 0; k < 3; k++) {
    const t = performance.now(); const cc = process.cpuUsage();
    const r = await fetch(`${lab.url}/api/v1/runs/${run}/map?stage=prepare&x=col&y=row&at=z%3D1`, { headers: { authorization: 'Bearer owner-token' } });
    const b = await r.arrayBuffer(); const d = process.cpuUsage(cc);
    const t2 = performance.now();
    const r3 = await fetch(`${lab.url}/api/v1/runs/${run}/map?stage=prepare&x=col&y=row&at=z%3D1&since=1`, { headers: { authorization: 'Bearer owner-token' } }); await r3.arrayBuffer();
    console.log('1M map: ms', (t2 - t).toFixed(0), 'MB', (b.byteLength / 1e6).toFixed(1), 'node cpu ms', ((d.user + d.system) / 1000).toFixed(0), 'since ms', (performance.now() - t2).toFixed(0));
  }
  await database.pool.query(`UPDATE tally SET tasks = tasks + 1000000 WHERE stage=$1 AND state='succeeded'`, [st.id]);
  const big = await browser.openPage();
  await big.goto(await lab.client.signInAddress());
  const t = performance.now();
  await big.goto(`${lab.url}/runs/${run}`);
  await big.locator('[data-testid=heat-map]').first().waitFor();
  console.log('1M page ready ms', (performance.now() - t).toFixed(0));
  await big.waitForTimeout(800);
  const box = (await big.locator('[data-testid=heat-map]').first().boundingBox())!;
  const frames = await big.evaluate(`(async () => { const c = document.querySelector('[data-testid=heat-map]'); const out = []; for (let i = 0; i < 30; i++) { const t = performance.now(); c.dispatchEvent(new WheelEvent('wheel', { deltaY: i < 15 ? -60 : 60, clientX: ${box.x + box.width / 2}, clientY: ${box.y + 150}, bubbles: true, cancelable: true })); await new Promise(r => requestAnimationFrame(() => setTimeout(r))); out.push(Math.round(performance.now() - t)); } return out.join(' '); })()`);
  console.log('zoom frames ms', frames);
  await big.mouse.move(box.x + 500, box.y + 200);
  await big.waitForTimeout(300);
  await big.screenshot({ path: '/tmp/shots/million-light.png' });
}, 200000);
