import { chromium } from 'playwright-core';
const [,, address, scheme='light', out='/tmp/look', ...steps] = process.argv;
const b = await chromium.launch({executablePath:'/usr/bin/chromium',args:['--headless','--no-sandbox','--disable-gpu']});
const c = await b.newContext({viewport:{width:1280,height:860},colorScheme:scheme as 'light'|'dark'});
const p = await c.newPage();
p.on('console',m=>{if(m.type()==='error')console.log('console',m.text())}); p.on('pageerror',e=>console.log('pageerror',e.message));
await p.goto(address!);
await p.waitForTimeout(1500);
await p.screenshot({path:`${out}-home.png`});
const origin=new URL(address!).origin;
let i=0;
for (const s of steps) {
  if (/^\d+$/.test(s)) await p.waitForTimeout(Number(s));
  else if (s.startsWith('/')) { await p.goto(origin+s); await p.waitForTimeout(1500); }
  else if (s==='shot') await p.screenshot({path:`${out}-${i++}.png`});
  else await p.locator(s).first().click();
}
await b.close();
